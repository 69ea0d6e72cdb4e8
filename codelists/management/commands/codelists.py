"""`manage.py codelists load`: bring the code lists to what their fixtures say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from codelists import services


class Command(BaseCommand):
    help = "Load the code lists; what people have edited is kept, nothing is deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load"])

    def handle(self, *args: Any, **options: Any) -> None:
        changed = services.load()
        self.stdout.write(f"{sum(changed.values())} codes loaded or changed in {len(changed)} lists.")
