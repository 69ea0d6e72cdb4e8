"""Entries as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from insights.agenda import Entry

HALF_HOUR = timedelta(minutes=30)


def written(found: Iterable[Entry], *, site: str) -> bytes:
    """The file; `site` begins the links. An entry keeps its UID, so that a program changes and never doubles it."""
    calendar = Calendar()
    for name, value in {
        "prodid": "-//SceneMarket//Calendar//ZH", "version": "2.0", "method": "PUBLISH", "x-wr-calname": _("SceneMarket"),
        "x-wr-timezone": "Asia/Shanghai", "refresh-interval;value=duration": "PT1H",
    }.items():  # fmt: skip
        calendar.add(name, value)
    for entry in found:
        calendar.add_component(_event(entry, site))
    return bytes(calendar.to_ical())


def _event(entry: Entry, site: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.kind}-{entry.key}@{site.rpartition('/')[2]}")
    event.add("dtstamp", timezone.now())
    # a moment is when it has to be done by, so it ends there
    event.add("dtstart", entry.at - HALF_HOUR if entry.at else entry.day)
    event.add("dtend", entry.at or entry.day + timedelta(days=1))
    event.add("summary", entry.title)
    if entry.text:
        event.add("description", entry.text)
    event.add("url", f"{site}{entry.url}")
    event.add("transp", "TRANSPARENT")
    return event
