"""The sample city: a fictional city's lists and half a year of its story, brought in through the real services.

`build()` is one transaction, so a start that is killed leaves nothing half-done. Every date moves with the day of the first
start. Services stamp what they do with the moment of the transaction; Clock then sets those stamps back to the day of the
story, the log included. That is the only thing done behind the services' backs (docs/decisions/0021-sample-city.md).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Organisation
from insights import keeping
from insights.samplecity.clock import Clock
from insights.samplecity.days import Days
from insights.samplecity.history import History
from insights.samplecity.lists import Lists
from insights.samplecity.people import People
from insights.samplecity.story import Story
from insights.samplecity.talks import Talks

FOLDER = settings.BASE_DIR / "sample"


@dataclass(frozen=True)
class Sample:
    """The files of sample/: the city's story and its organisations; days are moved to today."""

    folder: Path
    city: dict[str, Any]
    organisations: list[dict[str, Any]]
    days: Days

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Sample":
        city = json.loads((folder / "city.json").read_text("utf-8"))
        lines = (folder / city["files"]["organisations"]).read_text("utf-8").splitlines()
        return cls(folder, city, [json.loads(line) for line in lines if line], Days.from_base(city["base_date"], city))


def is_there() -> bool:
    """Whether the sample city stands in this database: its centre is known by its code."""
    return Organisation.objects.filter(uscc=Sample.read().organisations[0]["uscc"]).exists()


def build() -> list[dict[str, str]]:
    """Make the whole city; returns its sign-ins (email, password, role, name), which are kept in a file as well.

    All or nothing. The file is written before the end of the transaction, so that no city stands without it.
    """
    sample = Sample.read()
    with transaction.atomic(), Clock() as clock:
        people = People(sample, clock)
        people.settle()
        lists = Lists(sample, clock, people)
        lists.bring_in()
        Story(sample, clock, people, lists).tell()
        Talks(sample, clock, people).tell()
        History(sample, people).tell()
        keep(people.sign_ins())
    keeping.work()
    return people.sign_ins()


def keep(sign_ins: list[dict[str, str]]) -> None:
    """Write the sign-ins where `./market start` reads them; nobody else on the machine may."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_text(json.dumps(sign_ins, ensure_ascii=False, indent=1), "utf-8")


def kept() -> list[dict[str, str]]:
    """The sign-ins of the sample city; empty when there is none."""
    return json.loads(_path().read_text("utf-8")) if _path().exists() else []


def _path() -> Path:
    return Path(settings.VAR_DIR) / "sample-signins.json"
