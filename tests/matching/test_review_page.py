"""The reviewer's queue, through the browser's requests."""

from typing import Any

import pytest
from django.urls import reverse

from matching.models import Match
from matching.review_page import Distribution
from matching.states import MatchState
from tests.conftest import Cast
from tests.factories import MatchFactory, OpportunityFactory
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


def queue(cast: Cast, **query: Any) -> Any:
    return cast.client("reviewer").get(reverse("review"), query)


def test_it_opens_the_best_pair_and_lists_the_rest_below(cast: Cast) -> None:
    low, high = MatchFactory(score=61), MatchFactory(score=88)
    shown = queue(cast).context["window"]
    assert shown.items == [high, low]
    assert (shown.open, shown.after, shown.total) == (high, low, 2)


def test_it_opens_the_pair_of_the_address_on_its_page(cast: Cast) -> None:
    matches = [MatchFactory(score=95 - n) for n in range(23)]
    shown = queue(cast, pair=matches[11].public_id).context["window"]
    assert shown.open == matches[11]
    assert (shown.first, shown.position, shown.before, shown.after) == (11, 12, matches[10], matches[12])
    assert (shown.page_before, shown.page_after) == (matches[9], matches[20])


@pytest.mark.parametrize(
    ("query", "left"),
    [({"band": "80"}, {"a"}), ({"novelty": "new"}, {"b"}), ({"novelty": ["up", "new"]}, {"a", "b"}), ({"conflict": "yes"}, {"b"}),
     ({"field": "city"}, {"a", "b"}), ({"field": "society"}, {"c"}), ({"band": "nonsense"}, {"a", "b", "c"})],
)  # fmt: skip
def test_it_narrows_the_queue(cast: Cast, query: dict[str, Any], left: set[str]) -> None:
    from codelists.services import load

    load()
    names = {
        MatchFactory(score=82, score_before=70).pk: "a",
        MatchFactory(score=66, conflict=True).pk: "b",
        MatchFactory(score=55, score_before=60, opportunity=OpportunityFactory(field="society")).pk: "c",
    }
    assert {names[m.pk] for m in queue(cast, **query).context["window"].items} == left


def test_it_counts_aloud_what_bulk_approval_leaves_out(cast: Cast) -> None:
    MatchFactory(score=90), MatchFactory(score=91, conflict=True), MatchFactory(score=60)
    shown = queue(cast, line=85).context
    assert (shown["above"], shown["held"], shown["bulk"]) == (2, 1, 1)


def test_it_approves_above_the_line_except_unticked_and_held_pairs(cast: Cast) -> None:
    taken, unticked = MatchFactory(score=90), MatchFactory(score=89)
    held, below, ticked = MatchFactory(score=91, conflict=True), MatchFactory(score=60), MatchFactory(score=59)
    data = {"line": 85, "shown": f"{taken.public_id},{unticked.public_id}", "pick": [taken.public_id, ticked.public_id]}
    cast.client("reviewer").post(reverse("review-bulk"), data)
    found = {m.pk: m.state for m in Match.objects.all()}
    assert {k for k, state in found.items() if state == MatchState.APPROVED} == {taken.pk, ticked.pk}
    assert found[held.pk] == found[below.pk] == MatchState.PROPOSED


def test_it_takes_a_bulk_decision_back_as_one(cast: Cast) -> None:
    MatchFactory(score=90), MatchFactory(score=89)
    client = cast.client("reviewer")
    client.post(reverse("review-bulk"), {"line": 85})
    client.post(reverse("review-undo-last"))
    assert set(Match.objects.values_list("state", flat=True)) == {MatchState.PROPOSED}


def test_it_goes_on_with_the_next_pair_of_the_same_queue(cast: Cast) -> None:
    first, second = MatchFactory(score=90, conflict=True), MatchFactory(score=80, conflict=True)
    client = cast.client("reviewer")
    after = client.get(reverse("review"), {"conflict": "yes"}).context["after_url"]
    answer = client.post(reverse("review-approve", args=[first.public_id]), {"note": "x", "next": after})
    assert answer.url == f"{reverse('review')}?conflict=yes&pair={second.public_id}"


def test_it_does_not_leave_the_house_after_a_decision(cast: Cast) -> None:
    match = MatchFactory()
    answer = cast.client("reviewer").post(
        reverse("review-approve", args=[match.public_id]), {"next": "https://evil.example/"}
    )
    assert answer.url.startswith(reverse("review"))


def test_it_answers_a_fragment_with_toast_and_undo(cast: Cast, codes: None) -> None:
    match = MatchFactory()
    client = cast.client("reviewer")
    address = reverse("review-exclude", args=[match.public_id])
    answer = client.post(address, {"exclusion": "irrelevant"}, headers=HTMX, follow=True)
    words = answer.content.decode()
    assert "<html" not in words
    assert reverse("review-undo-last") in words
    client.post(reverse("review-undo-last"))
    assert Match.objects.get().state == MatchState.PROPOSED


def test_it_refuses_an_exclusion_without_a_reason(cast: Cast, codes: None) -> None:
    match = MatchFactory()
    address = reverse("review-exclude", args=[match.public_id])
    assert cast.client("reviewer").post(address, {}).status_code == 422
    assert cast.client("reviewer").post(address, {"exclusion": "other"}).status_code == 422
    assert Match.objects.get().state == MatchState.PROPOSED


def test_it_shows_who_is_told_before_a_release(cast: Cast, approved: Match) -> None:
    shown = cast.client("reviewer").get(reverse("review-release"))
    assert [o.match for o in shown.context["going"]] == [approved]
    assert str(cast.owner) in shown.content.decode()
    assert str(cast.colleague) not in shown.content.decode()


def test_it_asks_a_constant_number_of_questions(cast: Cast) -> None:
    few, many = stays_constant(cast.client("reviewer"), reverse("review"), lambda n: [MatchFactory() for _ in range(n)])
    assert few == many


def test_it_draws_the_line_above_a_fifth_at_most() -> None:
    spread = Distribution({50: 60, 70: 20, 80: 15, 90: 5}, {})
    assert spread.line() == 80
    assert (spread.above(80), spread.low, sum(spread.bins())) == (20, 40, 100)
