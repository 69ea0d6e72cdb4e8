"""Many at the same moment, over real connections: one agreement, one deal, one approval."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from activity.models import Event, Notice
from deals.models import Deal
from deals.services import open_due
from listings import services as listings
from listings.models import Version
from listings.states import State
from matching.models import Match
from matching.services import answers, review
from matching.states import MatchState
from opportunities.models import Opportunity
from scenemarket.errors import NotAllowed, WrongState
from tests import factories
from tests.conftest import Cast
from tests.factories import CapabilityFactory, MatchFactory, OpportunityFactory, pushed_match

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each job returned, or the refusal that it got; all begin at the same moment."""
    start = Barrier(len(jobs))

    def one(job: Callable[[], Any]) -> Any:
        try:
            start.wait(20)
            return job()
        except (WrongState, NotAllowed) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def good(results: list[Any]) -> int:
    return sum(not isinstance(result, Exception) for result in results)


@pytest.fixture
def match(cast: Cast) -> Match:
    return pushed_match(
        opportunity=OpportunityFactory(owner=cast.agency), capability=CapabilityFactory(owner=cast.firm)
    )


def accepting(match: Match, side: str, by: Any) -> Callable[[], Any]:
    return lambda: answers.accept(Match.objects.get(pk=match.pk), side=side, by=type(by).objects.get(pk=by.pk))


def test_both_sides_accept_many_times_and_agree_once(cast: Cast, match: Match) -> None:
    both = [accepting(match, "opportunity", cast.owner), accepting(match, "capability", cast.counterpart)]
    results = at_once(*both * (MANY // 2))
    assert good(results) == 2
    match.refresh_from_db()
    assert match.state == MatchState.AGREED
    assert Event.objects.filter(verb="match.agreed").count() == 1
    assert Event.objects.filter(verb="answer.accepted").count() == 2


def test_many_sweeps_open_one_deal(cast: Cast, match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(state=MatchState.AGREED)
    assert sum(at_once(*[open_due] * MANY)) == 1
    assert Deal.objects.count() == 1
    assert Event.objects.filter(verb="deal.opened").count() == 1
    assert Notice.objects.filter(kind="deal.opened").count() == 2


def test_many_approvals_of_a_listing_are_one(cast: Cast) -> None:
    waiting = OpportunityFactory(owner=cast.agency, state=State.SUBMITTED, published_at=None)
    people = [factories.reviewer() for _n in range(4)]
    results = at_once(*[_approving(waiting, people[n % 4]) for n in range(MANY)])
    assert good(results) == 1
    waiting.refresh_from_db()
    assert waiting.state == State.PUBLISHED
    assert Event.objects.filter(verb="listing.approve").count() == 1
    assert Notice.objects.filter(kind="listing.approved", recipient=cast.owner).count() == 1


def _approving(listing: Opportunity, by: Any) -> Callable[[], Any]:
    return lambda: listings.approve(Opportunity.objects.get(pk=listing.pk), by=type(by).objects.get(pk=by.pk))


def test_approve_and_return_at_once_leave_one_decision(cast: Cast) -> None:
    waiting = OpportunityFactory(owner=cast.agency, state=State.SUBMITTED, published_at=None)
    one, other = factories.reviewer(), factories.reviewer()
    returning = [lambda: listings.send_back(Opportunity.objects.get(pk=waiting.pk), by=other, reason="补充")] * 10
    assert good(at_once(*[_approving(waiting, one)] * 10, *returning)) == 1


def test_many_approvals_of_a_pair_are_one(cast: Cast) -> None:
    pair = MatchFactory()
    approving = [lambda: review.approve(Match.objects.get(pk=pair.pk), by=cast.reviewer)] * MANY
    assert good(at_once(*approving)) == 1
    assert Event.objects.filter(verb="match.approved").count() == 1


def test_edits_at_once_lose_nothing(cast: Cast) -> None:
    listing = OpportunityFactory(owner=cast.agency)
    seen = listing.updated_at

    def saving(n: int) -> Callable[[], Any]:
        fresh = Opportunity.objects.get(pk=listing.pk)
        return lambda: listings.edit(
            fresh, by=cast.owner, values={"title": f"标题{n}"}, expected_version=1, seen_at=seen
        )

    assert good(at_once(*[saving(n) for n in range(MANY)])) == 1
    listing.refresh_from_db()
    assert listing.version == 2
    assert Version.objects.filter(listing_id=listing.pk).count() == 1


def test_nothing_is_agreed_once_a_side_has_paused(cast: Cast, match: Match) -> None:
    answers.accept(match, side="opportunity", by=cast.owner)
    pausing = [lambda: listings.pause(Opportunity.objects.get(pk=match.opportunity_id), by=cast.owner)]
    results = at_once(*pausing, *[accepting(match, "capability", cast.counterpart)] * 9)
    match.refresh_from_db()
    accepted = good(results[1:])
    assert not isinstance(results[0], Exception)
    assert (accepted, match.state) in ((0, MatchState.PUSHED), (1, MatchState.AGREED))
