"""The calendar as a page: a month as weeks of days, and the same as an agenda; the address of the feed."""

from calendar import Calendar
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from insights.agenda import Entry, entries
from scenemarket.figures import speaks_chinese

SHOWN_A_DAY = 3
WEEKS = Calendar(firstweekday=0)


def month_of(text: str) -> date:
    """The first day of the month "2026-11"; of this month when that is not a month between 2000 and 2100."""
    today = timezone.localdate()
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(year, month, 1) if 2000 <= year <= 2100 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def context(user: Any, first: date, view: str) -> dict[str, Any]:
    """What calendar.html draws for the month that begins with `first`; `view` is "list" or the month's table."""
    weeks = WEEKS.monthdatescalendar(first.year, first.month)
    found = entries(user, weeks[0][0], weeks[-1][-1])
    by_day: dict[date, list[Entry]] = {}
    for entry in found:
        by_day.setdefault(entry.day, []).append(entry)
    days = [(day, rows) for day, rows in sorted(by_day.items()) if day.month == first.month]
    return {
        "weeks": [[_cell(day, first, by_day.get(day, [])) for day in week] for week in weeks], "weekdays": _weekdays(weeks[0]),
        "days": days, "n": sum(len(rows) for _day, rows in days), "first": first, "view": view, "title": _month(first),
        "previous": _address(first - timedelta(days=1), view), "next": _address(first + timedelta(days=31), view),
        "now": f"?view={view}", "views": _views(first, view), "feed": feed_address(user),
    }  # fmt: skip


def _cell(day: date, first: date, rows: list[Entry]) -> dict[str, Any]:
    return {
        "day": day, "inside": day.month == first.month, "today": day == timezone.localdate(), "rows": rows[:SHOWN_A_DAY],
        "more": max(len(rows) - SHOWN_A_DAY, 0), "list_url": f"{_address(day, 'list')}#d{day:%Y%m%d}",
    }  # fmt: skip


def _weekdays(week: list[date]) -> list[dict[str, str]]:
    return [{"long": format_date(day, "l"), "short": format_date(day, "D")} for day in week]


def _month(first: date) -> str:
    return format_date(first, "Y年n月" if speaks_chinese() else "F Y")


def _address(day: date, view: str) -> str:
    return f"?month={day:%Y-%m}&view={view}"


def _views(first: date, view: str) -> list[dict[str, Any]]:
    names = {"month": _("Month"), "list": _("Agenda")}
    return [{"label": label, "url": _address(first, code), "active": code == view} for code, label in names.items()]


def feed_address(user: Any) -> str:
    """The whole secret address of this person's feed, or "" when there is none."""
    return f"{settings.SITE_URL}{reverse('calendar-feed', args=[user.calendar_key])}" if user.calendar_key else ""


def week_ahead(user: Any) -> list[Entry]:
    """The next seven days, for the desk."""
    today = timezone.localdate()
    return entries(user, today, today + timedelta(days=6))
