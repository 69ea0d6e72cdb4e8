from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        from listings import found
        from listings.narrowing import narrowed
        from listings.notices import register_kinds
        from scenemarket import warming

        register_kinds()
        found.register_lists(narrowed)
        warming.register(_hold_columns)


def _hold_columns() -> None:
    from listings import held, kinds

    for kind in kinds.every():
        held.columns(kind.code)
