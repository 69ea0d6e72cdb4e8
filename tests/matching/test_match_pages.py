"""Suggestions of an organisation, one pair, and why."""

from decimal import Decimal

import pytest
from django.urls import reverse

from matching.models import Answer, Match
from matching.pair import whole
from matching.services import answers
from matching.states import AnswerState, MatchState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


def test_it_lists_what_waits_for_the_own_side(cast: Cast, match: Match) -> None:
    pushed_match()
    cards = cast.client("counterpart").get(reverse("matches")).context["cards"]
    assert [(c["match"], c["side"], c["open"]) for c in cards] == [(match, "capability", True)]


def test_it_moves_an_answered_suggestion_to_the_next_tab(cast: Cast, match: Match) -> None:
    client = cast.client("owner")
    client.post(reverse("match-accept", args=[match.public_id]))
    tabs = {str(t["url"]): t["count"] for t in client.get(reverse("matches")).context["tabs"]}
    assert (tabs["?tab=waiting"], tabs["?tab=sent"]) == (0, 1)


def test_it_agrees_when_both_accept(cast: Cast, match: Match) -> None:
    for name in ("owner", "counterpart"):
        cast.client(name).post(reverse("match-accept", args=[match.public_id]))
    match.refresh_from_db()
    assert match.state == MatchState.AGREED


def test_it_declines_with_a_reason_from_the_list(cast: Cast, match: Match, codes: None) -> None:
    address = reverse("match-decline", args=[match.public_id])
    client = cast.client("counterpart")
    assert client.post(address, {"reason": "no_budget"}).status_code == 422
    assert client.post(address, {"reason": "too_far", "words": "太远"}).status_code == 302
    assert Answer.objects.get(side="capability").state == AnswerState.DECLINED


def test_it_keeps_why_one_side_declined_from_the_other(cast: Cast, match: Match, codes: None) -> None:
    answers.decline(match, side="capability", by=cast.counterpart, reason="too_far", words="机密缘由")
    address = reverse("match", args=[match.public_id])
    assert "机密缘由" in cast.client("counterpart").get(address).content.decode()
    assert "机密缘由" in cast.client("reviewer").get(address).content.decode()
    assert "机密缘由" not in cast.client("owner").get(address).content.decode()


def test_it_never_shows_a_contact_before_both_have_agreed(cast: Cast, match: Match) -> None:
    for name in ("owner", "counterpart", "reviewer"):
        words = cast.client(name).get(reverse("match", args=[match.public_id])).content.decode()
        assert match.capability.owner.contact_name not in words
        assert match.opportunity.contact_phone not in words


def test_it_hides_the_name_behind_a_listing_that_is_not_public(cast: Cast, match: Match) -> None:
    type(match.capability).objects.update(visibility="verified")
    address = reverse("match", args=[match.public_id])
    assert cast.firm.name not in cast.client("owner").get(address).content.decode()
    assert cast.firm.name in cast.client("reviewer").get(address).content.decode()


def test_it_compares_two_to_four(cast: Cast, match: Match) -> None:
    other = pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())
    address, client = reverse("matches-compare"), cast.client("owner")
    assert client.get(address, {"ids": match.public_id}).status_code == 302
    shown = client.get(address, {"ids": [match.public_id, other.public_id]})
    assert len(shown.context["columns"]) == 2


def test_it_asks_a_constant_number_of_questions(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for _ in range(n):
            pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())

    few, many = stays_constant(cast.client("owner"), reverse("matches"), more)
    # ten on a page at most
    assert few == many


def test_it_says_why_for_any_pair_that_one_may_read(cast: Cast, opportunity: object, capability: object) -> None:
    address = reverse("why", args=[opportunity.public_id, capability.public_id])  # type: ignore[attr-defined]
    shown = cast.client("counterpart").get(address)
    assert shown.context["may_apply"]
    assert sum(p["points"] or 0 for p in shown.context["pair"]["parts"]) == shown.context["pair"]["score"]


def test_it_sends_an_application(cast: Cast, opportunity: object, capability: object) -> None:
    address = reverse("apply", args=[opportunity.public_id, capability.public_id])  # type: ignore[attr-defined]
    cast.client("counterpart").post(address, {"words": "我们能做"})
    made = Match.objects.get()
    assert (made.state, made.answer_of("capability").state) == (MatchState.PUSHED, AnswerState.ACCEPTED)


def test_it_sorts_the_own_capabilities_by_fit(cast: Cast, opportunity: object, capability: object) -> None:
    CapabilityFactory()
    rows = cast.client("counterpart").get(reverse("why-mine", args=[opportunity.public_id])).context["rows"]  # type: ignore[attr-defined]
    assert [r["listing"] for r in rows] == [capability]


@pytest.mark.parametrize("values", [[33.6, 18.2, 12.0, 8.0, 4.2], [0.4, 0.4, 0.2], [100.0]])
def test_it_rounds_parts_so_that_they_add_up(values: list[float]) -> None:
    assert sum(whole(values, round(sum(values)))) == round(sum(values))


def test_it_shows_the_score_that_was_pushed_with_its_parts(cast: Cast, match: Match) -> None:
    match.parts = [
        {"code": "need_fit", "earned": 40.4, "possible": 60},
        {"code": "maturity", "earned": None, "possible": 10},
    ]
    match.score = Decimal("40.4")
    match.save()
    shown = cast.client("owner").get(reverse("match", args=[match.public_id])).context["pair"]
    assert (shown["score"], [p["points"] for p in shown["parts"]]) == (40, [40, None])
    assert all(r["points"] is None for r in shown["reasons_for"])
