from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from accounts.navigation import register_count
        from conversations.access import waiting_of
        from conversations.notices import register_kinds

        register_kinds()
        register_count("conversations", waiting_of)
