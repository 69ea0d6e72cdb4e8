"""Print the transition tables as Mermaid, or write them to docs/states.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from insights import diagrams


class Command(BaseCommand):
    help = "Print the states of listings, runs, matches, answers and deals as Mermaid diagrams."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/states.md")

    def handle(self, *args: Any, **options: Any) -> None:
        page = diagrams.page()
        if options["write"]:
            (Path(settings.BASE_DIR) / "docs" / "states.md").write_text(page, "utf-8")
        else:
            self.stdout.write(page, ending="")
