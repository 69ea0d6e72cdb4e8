from django.apps import AppConfig


class CapabilitiesConfig(AppConfig):
    name = "capabilities"

    def ready(self) -> None:
        from listings import kinds
        from capabilities.rows import KIND

        kinds.register(KIND)
