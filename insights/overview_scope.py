"""What the figures are asked for: whose, of which days, and compared with which; read from the address and written back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

WEEKS = 12
YEAR, LATEST, QUARTER, LAST_QUARTER, OWN = "year", "weeks", "quarter", "last-quarter", "own"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both in it; `name` is the choice that made it."""

    name: str
    first: date
    last: date

    def year_before(self) -> "Period":
        """The same days of the year before; the 29th of February becomes the 28th."""
        return Period(self.name, _year_before(self.first), _year_before(self.last))

    def weeks(self, number: int = WEEKS) -> list[date]:
        """The Mondays of the last weeks that were over by the last day, oldest first."""
        monday = self.last - timedelta(days=(self.last.weekday() + 1) % 7 + 6)
        return [monday - timedelta(weeks=n) for n in range(number - 1, -1, -1)]


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def choices() -> list[tuple[str, str]]:
    """The periods that can be chosen by name."""
    return [
        (YEAR, _("This year")), (LATEST, _("Last 12 weeks")), (QUARTER, _("This quarter")), (LAST_QUARTER, _("Last quarter"))
    ]  # fmt: skip


def period(asked: Mapping[str, Any], today: date | None = None) -> Period:
    """The period of an address: `period` by name, or `from` and `to`; what cannot be used is this year so far."""
    today = today or timezone.localdate()
    name = str(asked.get("period") or "")
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    if name in ("", OWN) and first and last and first <= last:
        return Period(OWN, first, last)
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    if name == LATEST:
        monday = today - timedelta(days=today.weekday())
        return Period(name, monday - timedelta(weeks=WEEKS - 1), today)
    if name == QUARTER:
        return Period(name, start, today)
    if name == LAST_QUARTER:
        end = start - timedelta(days=1)
        return Period(name, date(end.year, (end.month - 1) // 3 * 3 + 1, 1), end)
    return Period(YEAR, date(today.year, 1, 1), today)


def _day(text: Any) -> date | None:
    try:
        found = date.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None


@dataclass(frozen=True)
class Scope:
    """Whose figures: of one city, perhaps of one district and one department of it; `public` leaves out what is not open to all."""

    city: str
    region: str = ""
    owner: int | None = None
    owner_id: str = ""
    public: bool = False

    @property
    def where(self) -> dict[str, Any]:
        """As conditions on kept facts."""
        found: dict[str, Any] = {"city": self.city}
        if self.region:
            # what carries no district belongs to the city itself
            found["region__in"] = [self.region, ""] if self.region == self.city else [self.region]
        if self.owner is not None:
            found["owner"] = self.owner
        if self.public:
            found["public"] = True
        return found


@dataclass(frozen=True)
class Asked:
    """One address: whose figures, and of which days."""

    scope: Scope
    period: Period

    @property
    def query(self) -> str:
        return self.address()

    def address(self, **more: Any) -> str:
        """The query part of an address that asks the same; `more` changes or, empty, takes away."""
        said: dict[str, Any] = {
            "city": self.scope.city,
            "district": self.scope.region,
            "department": self.scope.owner_id,
        }
        said |= self.days()
        said |= {key.rstrip("_"): value for key, value in more.items()}
        return urlencode({key: value for key, value in said.items() if value not in ("", None)})

    def days(self) -> dict[str, str]:
        if self.period.name == OWN:
            return {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return {"period": self.period.name if self.period.name != YEAR else ""}

    def year_before(self) -> "Asked":
        return replace(self, period=self.period.year_before())
