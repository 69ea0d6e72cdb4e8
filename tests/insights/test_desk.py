"""What waits on whose desk, and in which order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Title
from conversations import services
from conversations.access import seat
from deals.models import Deal
from insights import desk, desk_tasks, views
from listings.states import State
from matching.models import Answer, Match
from matching.services import answers
from matching.states import MatchState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, MatchFactory, OpportunityFactory, OrganisationFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


def titles(person: Any) -> list[str]:
    return [t.title for t in desk_tasks.tasks(person)]


def test_it_gathers_new_suggestions_by_listing(cast: Cast, match: Match) -> None:
    pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())
    (found,) = desk_tasks.tasks(cast.owner)
    assert found.url.startswith(reverse("matches-compare"))
    for _ in range(3):
        pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())
    (found,) = desk_tasks.tasks(cast.owner)
    assert found.url == f"{reverse('matches')}?listing={match.opportunity.public_id}"


def test_it_puts_a_willing_other_side_in_a_row_of_its_own(cast: Cast, match: Match) -> None:
    answers.accept(match, side="capability", by=cast.counterpart)
    (found,) = desk_tasks.tasks(cast.owner)
    assert found.reply == match.public_id
    assert str(cast.firm) in found.title


def test_it_orders_by_due_date_and_groups(cast: Cast, match: Match) -> None:
    Answer.objects.update(due_at=timezone.now() - timedelta(hours=30))
    OpportunityFactory(owner=cast.agency, state=State.RETURNED, return_reason="缺指标")
    groups = desk_tasks.grouped(desk_tasks.tasks(cast.owner))
    assert [len(items) for _name, items in groups] == [1, 1]
    assert groups[0][1][0].due < timezone.now()


def test_it_lets_a_viewer_see_and_not_act(cast: Cast, match: Match) -> None:
    (mine,), (theirs,) = desk_tasks.tasks(cast.owner), desk_tasks.tasks(cast.colleague)
    assert (mine.title, mine.reply) == (theirs.title, match.public_id)
    assert theirs.reply == ""
    assert theirs.verb != mine.verb
    assert cast.client("colleague").get(reverse("match-reply", args=[match.public_id])).status_code == 403


def test_it_asks_for_the_evidence_of_the_next_stage(cast: Cast, match: Match) -> None:
    Match.objects.update(state=MatchState.AGREED, agreed_at=timezone.now())
    deal = Deal.objects.create(match=match)
    assert [t.url for t in desk_tasks.tasks(cast.counterpart)] == [deal.get_absolute_url()]


def test_it_brings_a_reviewer_what_a_city_waits_for(cast: Cast) -> None:
    MatchFactory()
    OpportunityFactory(state=State.SUBMITTED, submitted_at=timezone.now())
    OrganisationFactory(verified_at=None)
    MatchFactory(state=MatchState.APPROVED)
    urls = [t.url for t in desk_tasks.tasks(cast.reviewer)]
    assert len(urls) == 4
    assert {reverse("review"), reverse("review-release")} < set(urls)


def test_it_warns_of_what_ends_soon(cast: Cast) -> None:
    soon = timezone.localdate() + timedelta(days=5)
    OpportunityFactory(owner=cast.agency, deadline=soon)
    agreed = OpportunityFactory(owner=cast.agency, deadline=soon)
    MatchFactory(opportunity=agreed, state=MatchState.AGREED, pushed_at=timezone.now(), agreed_at=timezone.now())
    Title.objects.create(organisation=cast.agency, scheme="x", name="专精特新", expires=soon)
    assert sorted(t.kind for t in desk_tasks.tasks(cast.owner)) == ["deadline", "title"]


def test_it_brings_what_was_written_and_what_was_left_unfinished(cast: Cast, match: Match) -> None:
    services.post(seat(cast.counterpart, match.public_id), by=cast.counterpart, text="现场有供电吗？", key="k")
    OpportunityFactory(owner=cast.agency, state=State.DRAFT, published_at=None)
    found = {t.kind: t for t in desk_tasks.tasks(cast.owner)}
    assert set(found) == {"suggestion", "message", "draft"}
    assert found["message"].url == reverse("conversation", args=[match.public_id])


def test_it_brings_reports_to_the_reviewer(cast: Cast, match: Match) -> None:
    said = services.post(seat(cast.counterpart, match.public_id), by=cast.counterpart, text="x", key="k")
    services.report(seat(cast.owner, match.public_id), said, by=cast.owner, reason="insult")
    assert [t.kind for t in desk_tasks.tasks(cast.reviewer)] == ["report"]


def test_it_shows_one_kind_when_asked(cast: Cast, match: Match) -> None:
    OpportunityFactory(owner=cast.agency, state=State.RETURNED, return_reason="缺指标")
    page = cast.client("owner").get(reverse("desk") + "?kind=draft")
    assert (page.context["n"], page.context["found"]) == (2, 1)
    assert cast.client("owner").get(reverse("desk") + "?kind=nothing").context["found"] == 2


def test_it_answers_in_place(cast: Cast, match: Match) -> None:
    client, here = cast.client("owner"), {"HX-Request": "true"}
    panel = client.get(reverse("match-reply", args=[match.public_id]), headers=here)
    assert "<html" not in panel.content.decode()
    answer = client.post(reverse("match-accept", args=[match.public_id]), headers=here)
    assert answer.content == b""
    assert "live:matches" in answer["HX-Trigger-After-Swap"]
    assert desk_tasks.tasks(cast.owner) == []
    assert client.get(reverse("match-reply", args=[match.public_id]), headers=here).status_code == 409


def test_it_asks_for_the_reason_in_place(cast: Cast, match: Match) -> None:
    address, here = reverse("match-decline", args=[match.public_id]), {"HX-Request": "true"}
    answer = cast.client("owner").post(address, {}, headers=here)
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()


def test_it_measures_the_lists_and_leads_to_what_lacks(cast: Cast) -> None:
    OpportunityFactory(owner=cast.agency, cooperation=[])
    told = desk.quality_of(cast.owner, "opportunity")
    assert told
    assert 0 < told["value"] < 100
    assert all("lacks=" in lack["url"] for lack in told["lacks"])


def test_it_says_what_a_missing_piece_of_the_profile_changes(cast: Cast) -> None:
    told = desk.profile(cast.counterpart)
    assert told
    assert told["value"] < 100
    assert all(lack["effect"] and lack["url"] for lack in told["lacks"])


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "good evening"), (8, "good morning"), (12, "good day"), (15, "good afternoon"), (20, "good evening")],
)
def test_it_greets_by_the_hour_in_shanghai(monkeypatch: pytest.MonkeyPatch, hour: int, words: str) -> None:
    at = timezone.make_aware(datetime(2026, 3, 18, hour))
    monkeypatch.setattr(timezone, "localtime", lambda *a: at)
    with translation.override("en"):
        assert views.greeting() == words


def test_it_counts_the_funnel_of_each_own_listing(cast: Cast, match: Match) -> None:
    MatchFactory(opportunity=match.opportunity)
    MatchFactory(opportunity=match.opportunity, state=MatchState.EXCLUDED, exclusion="other")
    Deal.objects.create(match=match, stage="landed")
    (row,) = desk.own_listings(cast.owner, "opportunity")
    assert [step["count"] for step in row["steps"]] == [1, 2, 1, 0, 1]


def test_it_asks_a_constant_number_of_questions(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for _ in range(n):
            pushed_match(opportunity=OpportunityFactory(owner=cast.agency), capability=match.capability)

    few, many = stays_constant(cast.client("owner"), reverse("desk"), more)
    assert few == many
