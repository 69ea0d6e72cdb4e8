from django.apps import AppConfig
from django.core.checks import register


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from listings import found
        from listings.signals import opened
        from matching.checks import embedding_can_be
        from matching.finding import find
        from matching.notices import register_kinds
        from matching.nudges import match_soon

        register(embedding_can_be)
        register_kinds()
        found.register(find)
        opened.connect(match_soon)
