"""manage.py translations collect | compile | check."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scenemarket import catalog


class Command(BaseCommand):
    help = "Collects, compiles and checks the translations of the interface."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=["collect", "compile", "check"])

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        getattr(self, f"_{step}")()

    def _collect(self) -> None:
        known = catalog.read() if catalog.path().exists() else catalog.collected()
        catalog.write(catalog.merge(catalog.collected(), known))
        empty = [fault for fault in catalog.faults() if fault.startswith("not translated")]
        self.stdout.write(f"{catalog.path().name}: {len(empty)} still to be translated")

    def _compile(self) -> None:
        self.stdout.write(f"compiled {len(catalog.compile_all())} catalogues")

    def _check(self) -> None:
        faults = catalog.faults()
        if faults:
            raise CommandError(
                "\n".join(faults) + f"\n{len(faults)} faults; `manage.py translations collect` updates the file."
            )
        self.stdout.write("translations are complete")
