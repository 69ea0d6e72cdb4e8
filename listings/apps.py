from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        from listings import found
        from listings.narrowing import narrowed
        from listings.notices import register_kinds

        register_kinds()
        found.register_lists(narrowed)
