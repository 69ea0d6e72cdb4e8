from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "opportunities"

    def ready(self) -> None:
        from listings import faces, kinds
        from opportunities.face import FACE
        from opportunities.rows import KIND

        kinds.register(KIND)
        faces.register(FACE)
