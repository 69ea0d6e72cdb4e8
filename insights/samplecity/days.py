"""Moves the days of the sample to the day of the first start."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

# offices work from nine to six; what happens on one day is spread over it in the order of the story
OPENS, MINUTES = 9, 540


@dataclass(frozen=True)
class Days:
    """`today` is the day of the first start, `base` the day that the sample's files call today, `year` that of its lists."""

    base: date
    today: date
    year: str

    @classmethod
    def from_base(cls, written: str, city: dict[str, Any]) -> "Days":
        base, today = date.fromisoformat(written), timezone.localdate()
        first = min(date.fromisoformat(batch["published_on"]) for batch in city["batches"])
        return cls(base, today, str((first + (today - base)).year))

    def moved(self, day: str | date | None) -> date | None:
        """A day of the sample as a day of this city."""
        if not day:
            return None
        return (date.fromisoformat(day) if isinstance(day, str) else day) + (self.today - self.base)

    def moment(self, day: int, share: float = 0.5) -> datetime:
        """A moment `day` days from today in Shanghai; `share` (0 to 1) says how far into the working day."""
        at = datetime.combine(self.today + timedelta(days=day), time(OPENS)) + timedelta(minutes=MINUTES * share)
        return timezone.make_aware(at)

    def number(self, written: str) -> str:
        """A number or name of a list with the year in which this city published it."""
        return re.sub(rf"(?<!\d){self.base.year}(?!\d)", self.year, written)
