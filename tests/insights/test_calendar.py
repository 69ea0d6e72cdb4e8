"""What falls on which day, as a page and as a feed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Title
from accounts.services import set_calendar_key
from deals.models import Deal
from insights import calendar_page
from insights.agenda import entries
from matching.models import Answer, Match
from matching.states import MatchState
from tests.conftest import Cast
from tests.factories import OpportunityFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db
HOSTILE = "a\r\nATTENDEE:mailto:x@evil.example;,\\"


def kinds(person: Any, days: int = 90) -> list[str]:
    today = timezone.localdate()
    return sorted({e.kind for e in entries(person, today, today + timedelta(days=days))})


def test_it_gathers_what_falls_due(cast: Cast, match: Match) -> None:
    Title.objects.create(
        organisation=cast.agency, scheme="x", name="专精特新", expires=timezone.localdate() + timedelta(days=5)
    )
    done = pushed_match(opportunity=match.opportunity)
    Match.objects.filter(pk=done.pk).update(state=MatchState.AGREED, agreed_at=timezone.now())
    Deal.objects.create(match=done)
    assert kinds(cast.owner) == ["answer", "deadline", "evidence", "title"]
    assert kinds(cast.stranger) == []


def test_it_puts_a_late_evening_on_its_day_in_shanghai(cast: Cast, match: Match) -> None:
    Answer.objects.update(due_at=timezone.make_aware(datetime(2026, 3, 31, 23, 30)))
    (entry,) = [
        e for e in entries(cast.owner, datetime(2026, 3, 31).date(), datetime(2026, 3, 31).date()) if e.kind == "answer"
    ]
    assert entry.day.isoformat() == "2026-03-31"


@pytest.mark.parametrize("text", ["", "2026-13", "0-0", "9999-01", "x", "2026-1-1"])
def test_it_shows_this_month_for_what_is_no_month(text: str) -> None:
    assert calendar_page.month_of(text) == timezone.localdate().replace(day=1)


def test_it_draws_weeks_and_agenda(cast: Cast, match: Match) -> None:
    page = cast.client("owner").get(reverse("calendar") + "?month=2026-02")
    assert [len(week) for week in page.context["weeks"]] == [7, 7, 7, 7, 7]
    assert cast.client("owner").get(reverse("calendar") + "?view=list").status_code == 200


def test_it_feeds_a_calendar_program_that_knows_the_key(cast: Cast, match: Match) -> None:
    OpportunityFactory(owner=cast.agency, title=HOSTILE[:60])
    key = set_calendar_key(cast.owner, on=True).calendar_key
    answer = cast.client("nobody").get(reverse("calendar-feed", args=[key]))
    assert answer["Content-Type"].startswith("text/calendar")
    found = Calendar.from_ical(answer.content)
    assert len(found.walk("VEVENT")) == 3
    assert not any("attendee" in event for event in found.walk("VEVENT"))
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_it_forgets_a_key_that_was_revoked(cast: Cast) -> None:
    client = cast.client("owner")
    client.post(reverse("calendar-key"))
    cast.owner.refresh_from_db()
    first = reverse("calendar-feed", args=[cast.owner.calendar_key])
    assert client.get(first).status_code == 200
    client.post(reverse("calendar-key"))
    assert client.get(first).status_code == 404
    client.post(reverse("calendar-key"), {"to": "off"})
    cast.owner.refresh_from_db()
    assert cast.owner.calendar_key is None


def test_it_asks_a_constant_number_of_questions(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for _ in range(n):
            pushed_match(opportunity=OpportunityFactory(owner=cast.agency), capability=match.capability)

    few, many = stays_constant(cast.client("owner"), reverse("calendar"), more)
    assert few == many
