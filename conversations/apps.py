from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from accounts.navigation import register_count
        from activity.live import register_look
        from conversations.access import said_after, waiting_of
        from conversations.notices import register_kinds

        register_kinds()
        register_count("conversations", waiting_of)
        register_look("messages", said_after)
