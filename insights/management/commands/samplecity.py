"""`manage.py samplecity`: make the sample city in an empty database and print who can sign in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from codelists import services as codelists
from insights import samplecity


class Command(BaseCommand):
    help = "Make the sample city; only in a database without organisations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", action="store_true", help="only print the sign-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["show"]:
            self._build()
        if options["verbosity"]:
            for row in samplecity.kept():
                self.stdout.write(f"{row['email']:<34} {row['password']:<18} {row['role']}")

    def _build(self) -> None:
        # a start that was killed after the end of the transaction asks once more: the city stands, nothing is to be done
        if samplecity.is_there():
            return
        if Organisation.objects.exists():
            raise CommandError(
                "This database has organisations already, so the sample city was not made and nothing was changed. "
                "It needs a database of its own."
            )
        codelists.load()
        samplecity.build()
