"""What waits on whose desk, and in which order."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from deals.models import Deal
from insights import desk
from listings.states import State
from matching.models import Answer, Match
from matching.services import answers
from matching.states import MatchState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, MatchFactory, OpportunityFactory, OrganisationFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


def titles(person: Any) -> list[str]:
    return [t.title for t in desk.tasks(person)]


def test_it_gathers_new_suggestions_by_listing(cast: Cast, match: Match) -> None:
    pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())
    found = desk.tasks(cast.owner)
    assert len(found) == 1
    assert found[0].url == f"{reverse('matches')}?listing={match.opportunity.public_id}"


def test_it_puts_a_willing_other_side_in_a_row_of_its_own(cast: Cast, match: Match) -> None:
    answers.accept(match, side="capability", by=cast.counterpart)
    found = desk.tasks(cast.owner)
    assert [t.url for t in found] == [match.get_absolute_url()]
    assert str(cast.firm) in found[0].title


def test_it_orders_by_due_date_and_groups(cast: Cast, match: Match) -> None:
    Answer.objects.update(due_at=timezone.now() - timedelta(hours=30))
    OpportunityFactory(owner=cast.agency, state=State.RETURNED, return_reason="缺指标")
    groups = desk.grouped(desk.tasks(cast.owner))
    assert [len(items) for _name, items in groups] == [1, 1]
    assert groups[0][1][0].due < timezone.now()


def test_it_shows_a_viewer_nothing_to_do(cast: Cast, match: Match) -> None:
    assert titles(cast.colleague) == []


def test_it_asks_for_the_evidence_of_the_next_stage(cast: Cast, match: Match) -> None:
    Match.objects.update(state=MatchState.AGREED, agreed_at=timezone.now())
    deal = Deal.objects.create(match=match)
    assert [t.url for t in desk.tasks(cast.counterpart)] == [deal.get_absolute_url()]


def test_it_brings_a_reviewer_what_a_city_waits_for(cast: Cast) -> None:
    MatchFactory()
    OpportunityFactory(state=State.SUBMITTED, submitted_at=timezone.now())
    OrganisationFactory(verified_at=None)
    MatchFactory(state=MatchState.APPROVED)
    urls = [t.url for t in desk.tasks(cast.reviewer)]
    assert len(urls) == 4
    assert {reverse("review"), reverse("review-release")} < set(urls)


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
