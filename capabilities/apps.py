from django.apps import AppConfig


class CapabilitiesConfig(AppConfig):
    name = "capabilities"

    def ready(self) -> None:
        from capabilities.face import FACE
        from capabilities.rows import KIND
        from listings import faces, kinds

        kinds.register(KIND)
        faces.register(FACE)
