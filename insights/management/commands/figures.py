"""`manage.py figures`: bring the leaders' figures up to the moment, or with --rebuild write all of them anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from insights import keeping


class Command(BaseCommand):
    help = "Bring the kept facts of the figures up to the moment; with --rebuild all of them are written anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="write all facts anew")

    def handle(self, *args: Any, **options: Any) -> None:
        written = keeping.rebuild() if options["rebuild"] else keeping.work()
        self.stdout.write(f"{written} opportunities written; figures as of {keeping.as_of().at:%Y-%m-%d %H:%M} UTC")
