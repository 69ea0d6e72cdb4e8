from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from listings.signals import opened
        from matching.notices import register_kinds
        from matching.nudges import match_soon

        register_kinds()
        opened.connect(match_soon)
