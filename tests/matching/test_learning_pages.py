"""Learning in the browser: agreement week by week, rankers, the switch."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.models import Match, MatchRun, Ranker
from matching.states import MatchState, RankerState
from tests.conftest import Cast
from tests.factories import MatchFactory, OpportunityFactory, RankerFactory
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db
PAGE = reverse("learning")
FIGURE = {"value": 0.71, "low": 0.68, "high": 0.74, "demands": 60}
GAIN = {"value": 0.03, "low": 0.01, "high": 0.05, "demands": 60}
FIGURES = {"fusion": FIGURE, "kinds": {"linear": {"quality": FIGURE, "gain": GAIN}}, "level": 0.975}


def decide(count: int) -> None:
    """Decisions of this week and of some weeks before, both kinds for each opportunity."""
    for number in range(count):
        at = timezone.now() - timedelta(weeks=number % 5)
        need = OpportunityFactory()
        MatchFactory(opportunity=need, state=MatchState.APPROVED, decided_at=at, score=85, rank_for_opportunity=1)
        MatchFactory(opportunity=need, state=MatchState.EXCLUDED, exclusion="irrelevant", decided_at=at, score=65)


def changed(match: Match) -> dict[str, object]:
    row = [match.opportunity_id, match.capability_id, 9, 2, 4.5]
    return {"run": "x", "opportunities": 1, "pairs": 10, "first": 10, "up": 1, "down": 0, "new": 0, "rows": [row]}


def test_it_says_what_is_missing_before_anything_was_decided(cast: Cast) -> None:
    shown = cast.client("reviewer").get(PAGE)
    assert not shown.context["any"]
    assert (shown.context["judged"], shown.context["rankers"]) == (0, [])
    assert "learning/train" not in shown.content.decode()


def test_it_shows_how_engine_and_reviewers_agree(cast: Cast) -> None:
    decide(5)
    shown = cast.client("reviewer").get(PAGE).context
    week = shown["decided"][0]
    assert (len(week.decided), week.approved, week.share, week.agreement, week.rank) == (2, 1, 0.5, 1.0, 1.0)
    assert [(band["approved"], band["decided"]) for band in week.bands] == [(1, 1), (0, 0), (0, 1), (0, 0)]
    assert len(shown["shares"]["bars"]) == 5
    assert [(str(row["name"]), row["n"], row["teaches"]) for row in shown["reasons"]] == [("irrelevant", 5, True)]


def test_it_counts_a_wrong_order_as_less_agreement(cast: Cast) -> None:
    need = OpportunityFactory()
    now = timezone.now()
    MatchFactory(opportunity=need, state=MatchState.APPROVED, decided_at=now, score=50)
    MatchFactory(opportunity=need, state=MatchState.EXCLUDED, exclusion="irrelevant", decided_at=now, score=90)
    assert cast.client("reviewer").get(PAGE).context["decided"][0].agreement == pytest.approx(0.6309, abs=1e-4)


def test_it_shows_a_ranker_with_its_figures_and_moves(cast: Cast, match: Match) -> None:
    ranker = RankerFactory(figures=FIGURES, changes=changed(match))
    shown = cast.client("reviewer").get(reverse("ranker", args=[ranker.public_id]))
    text = shown.content.decode()
    assert "+0.030 [+0.010, +0.050]" in text
    assert match.opportunity.title in text
    assert "9 → 2" in text
    assert reverse("ranker-on", args=[ranker.public_id]) in text


@pytest.mark.parametrize("state", [RankerState.TRAINED, RankerState.TRAINING, RankerState.FAILED, RankerState.RETIRED])
def test_it_offers_no_switch_for_what_is_not_on_offer(cast: Cast, state: str) -> None:
    ranker = RankerFactory(state=state)
    client = cast.client("reviewer")
    assert "/on/" not in client.get(reverse("ranker", args=[ranker.public_id])).content.decode()
    assert client.post(reverse("ranker-on", args=[ranker.public_id])).status_code == 409


def test_it_switches_on_and_off_and_leads_to_the_run(cast: Cast) -> None:
    ranker, client = RankerFactory(), cast.client("reviewer")
    answer = client.post(reverse("ranker-on", args=[ranker.public_id]))
    run = MatchRun.objects.get()
    assert answer.url == run.get_absolute_url()
    assert run.engine_settings["ranker"] == ranker.public_id
    assert client.post(reverse("ranker-off", args=[ranker.public_id])).url == ranker.get_absolute_url()
    assert Ranker.objects.get().state == RankerState.OFFERED


def test_it_shows_each_reviewer_the_own_city(cast: Cast) -> None:
    RankerFactory(city="990200")
    decide(1)
    client = cast.client("reviewer")
    assert client.get(PAGE).context["rankers"] == []
    assert client.get(PAGE, {"city": "990200"}).status_code == 404


def test_it_asks_the_same_number_of_questions_however_much_was_decided(cast: Cast) -> None:
    few, many = stays_constant(cast.client("reviewer"), PAGE, decide)
    assert few == many
