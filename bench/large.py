"""A large city for measuring pages: 100,000 published listings, a year of 1,000,000 matches, answers, deals and log rows.

    ./market bench large [--opportunities 20000] [--capabilities 80000] [--matches 1000000]

It is written by COPY into the database that DATABASE_URL names (on what runs, without one), around the sample city, whose
people can sign in to look at it. Every name is invented and numbered as an example; texts are shuffled from the sample's
sentences. The same numbers make the same city but for the clock. All or nothing: it is one transaction. Never start the
beat on this database: it would begin to match 1,600,000,000 pairs.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 5000


def main() -> int:
    """Write the city; 1 when the database is not empty but for the sample city."""
    parser = argparse.ArgumentParser(prog="market bench large", description=__doc__.split("\n")[0])
    for name, default in (("--opportunities", 20_000), ("--capabilities", 80_000), ("--matches", 1_000_000)):
        parser.add_argument(name, type=int, default=default)
    asked = parser.parse_args()
    if "DATABASE_URL" not in os.environ:
        print("DATABASE_URL names no database and nothing runs here; nothing was written.", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    import django

    django.setup()
    return write(asked.opportunities, asked.capabilities, asked.matches)


def write(opportunities: int, capabilities: int, matches: int) -> int:
    """Everything in one transaction, with the time of each part; 1 when there are many listings already."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from bench.large_city import City
    from capabilities.models import Capability
    from insights import samplecity

    call_command("migrate", verbosity=0)
    if Capability.objects.count() > 10_000:
        print("This database holds a large city already; nothing was written.", file=sys.stderr)
        return 1
    if not samplecity.is_there():
        call_command("samplecity")
    with transaction.atomic():
        city = City(opportunities, capabilities, matches)
        for name, part in city.parts():
            said(name, part)
    with connection.cursor() as cursor:
        said("statistics", lambda: cursor.execute("VACUUM ANALYZE"))
    return 0


def said(name: str, part: Callable[[], Any]) -> None:
    """Do one part and print its seconds."""
    began = time.perf_counter()
    part()
    print(f"{name:14}{time.perf_counter() - began:7.1f} s", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
