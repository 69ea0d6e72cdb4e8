"""Inbox and log in the browser."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Appointment
from accounts.roles import Office
from activity.models import Notice
from activity.services import record, tell
from activity.verbs import VERBS
from deals.states import Stage
from listings.states import MOVES
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import OpportunityFactory, UserFactory
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


ROOMS = ("accounts", "codelists", "listings", "opportunities", "capabilities", "matching", "deals")


def notify(person: object, n: int = 1) -> None:
    start = Notice.objects.count()
    for i in range(start, start + n):
        tell([person], kind="listing.returned", key=str(i), path="/desk/", params={"title": f"条目{i}", "reason": "x"})


def test_it_counts_unread_notices_at_the_bell(cast: Cast) -> None:
    notify(cast.owner, 2)
    notify(cast.stranger)
    assert cast.client("owner").get(reverse("inbox")).context["unread"] == 2


def test_it_reads_a_notice_by_following_it(cast: Cast) -> None:
    notify(cast.owner)
    notice = Notice.objects.get()
    answer = cast.client("owner").get(reverse("inbox-open", args=[notice.public_id]))
    notice.refresh_from_db()
    assert (answer.url, notice.read_at is not None) == ("/desk/", True)


def test_it_marks_the_ticked_ones_or_all(cast: Cast) -> None:
    notify(cast.owner, 3)
    client, first = cast.client("owner"), Notice.objects.first()
    assert first
    client.post(reverse("inbox-read"), {"pick": [first.public_id]})
    assert Notice.objects.unread().count() == 2
    client.post(reverse("inbox-read"))
    assert not Notice.objects.unread()


def test_it_shows_notices_by_day_and_by_kind(cast: Cast) -> None:
    notify(cast.owner, 2)
    tell([cast.owner], kind="organisation.verified", key="o", path="/", params={"name": "甲"})
    context = cast.client("owner").get(reverse("inbox"), {"topic": "listings", "show": "unread"}).context
    assert [(day, len(rows)) for day, rows in context["days"]] == [("今天", 2)]
    assert [(tab["count"], tab["active"]) for tab in context["topics"]] == [(None, False), (2, True), (1, False)]


def test_it_reads_all_of_the_kind_that_is_shown(cast: Cast) -> None:
    notify(cast.owner, 2)
    tell([cast.owner], kind="organisation.verified", key="o", path="/", params={"name": "甲"})
    cast.client("owner").post(reverse("inbox-read"), {"topic": "listings"})
    assert [notice.kind for notice in Notice.objects.unread()] == ["organisation.verified"]


def test_it_gives_the_list_alone_when_something_has_come(cast: Cast) -> None:
    notify(cast.owner)
    part = cast.client("owner").get(reverse("inbox"), headers={"hx-request": "true"}).content.decode()
    assert "live:inbox from:body" in part
    assert "<html" not in part


def test_it_shows_a_reviewer_the_log_of_the_own_city_only(cast: Cast, opportunity: Opportunity) -> None:
    away = OpportunityFactory(city="990200", title="别处的机会")
    for listing in (opportunity, away):
        record(by=cast.owner, verb="listing.submit", subject=listing, before="draft", after="submitted", reason="理由")
    words = cast.client("reviewer").get(reverse("log")).content.decode()
    assert opportunity.title in words
    assert away.title not in words


def test_it_shows_the_audit_administrator_everything(cast: Cast, opportunity: Opportunity) -> None:
    cast.stranger = UserFactory()
    Appointment.objects.create(user=cast.stranger, office=Office.AUDIT)
    record(by=cast.owner, verb="listing.submit", subject=OpportunityFactory(city="990200", title="别处的机会"))
    assert "别处的机会" in cast.client("stranger").get(reverse("log")).content.decode()


def test_it_filters_the_log(cast: Cast, opportunity: Opportunity) -> None:
    record(by=cast.owner, verb="listing.submit", subject=opportunity)
    record(by=cast.reviewer, verb="listing.approve", subject=opportunity)
    client = cast.client("reviewer")
    assert len(client.get(reverse("log"), {"q": str(cast.reviewer)}).context["rows"]) == 1
    assert len(client.get(reverse("log"), {"kind": "match"}).context["rows"]) == 0
    assert client.get(reverse("log"), {"since": "nonsense"}).status_code == 422


def test_it_has_words_for_every_verb() -> None:
    sources = (path.read_text("utf-8") for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py"))
    used = {verb for text in sources for verb in re.findall(r'verb="([a-z]+\.[a-z_]+)"', text)}
    moves = {f"listing.{name}" for name in MOVES} | {f"deal.{stage}" for stage in Stage if stage != Stage.CONNECTED}
    assert used
    assert sorted((used | moves) - VERBS.keys()) == []


def test_it_asks_a_constant_number_of_questions(cast: Cast, opportunity: Opportunity) -> None:
    few, many = stays_constant(cast.client("owner"), reverse("inbox"), lambda n: notify(cast.owner, n))
    assert few == many
    rows = lambda n: [record(by=cast.owner, verb="listing.submit", subject=opportunity) for _ in range(n)]  # noqa: E731
    few, many = stays_constant(cast.client("reviewer"), reverse("log"), rows)
    assert few == many
