from django.apps import AppConfig
from django.core.checks import register


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from accounts.navigation import register_count
        from listings import found
        from listings.signals import opened
        from matching.checks import embedding_can_be
        from matching.finding import find
        from matching.notices import register_kinds
        from matching.nudges import match_soon
        from matching.suggestion_page import waiting_of

        register(embedding_can_be)
        register_kinds()
        found.register(find)
        register_count("matches", waiting_of)
        opened.connect(match_soon)
