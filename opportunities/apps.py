from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "opportunities"

    def ready(self) -> None:
        from listings import kinds
        from opportunities.rows import KIND

        kinds.register(KIND)
