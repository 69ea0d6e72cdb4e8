"""The reviewer's queue, through the browser's requests."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from activity.models import Event
from matching import fair_strip
from matching.models import Match
from matching.review_page import Distribution
from matching.services import review as deciding
from matching.states import MatchState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, MatchFactory, OpportunityFactory, OrganisationFactory
from tests.factories import reviewer as reviewer_of
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


def test_it_shows_exactly_what_bulk_approval_takes_and_why_the_rest_stays(cast: Cast) -> None:
    taken, unticked = MatchFactory(score=90), MatchFactory(score=89)
    held, below, ticked = MatchFactory(score=91, conflict=True), MatchFactory(score=60), MatchFactory(score=59)
    data = {"line": 85, "shown": f"{taken.public_id},{unticked.public_id}", "pick": [taken.public_id, ticked.public_id]}
    client = cast.client("reviewer")
    shown = client.get(reverse("review-bulk"), data).context
    assert shown["going"] == [taken, ticked]
    assert {match: bool(why) for match, why in shown["staying"]} == {held: True, unticked: True}
    client.post(reverse("review-bulk"), {"ids": shown["ids"]})
    approved = Match.objects.filter(state=MatchState.APPROVED)
    assert set(approved) == {taken, ticked}
    assert below not in approved


def test_it_tells_what_a_colleague_decided_between_preview_and_yes(cast: Cast, colleague: User) -> None:
    early, other = MatchFactory(score=90), MatchFactory(score=89)
    client = cast.client("reviewer")
    ids = client.get(reverse("review-bulk"), {"line": 85}).context["ids"]
    deciding.approve(early, by=colleague)
    answer = client.post(reverse("review-bulk"), {"ids": ids}, headers=HTMX)
    assert Match.objects.get(pk=other.pk).decided_by == cast.reviewer
    assert Match.objects.get(pk=early.pk).decided_by == colleague
    assert [m["tone"] for m in answer.context["said"]["alerts"]] == ["wait"]


def test_it_takes_a_bulk_decision_back_as_one_with_a_log_row_each(cast: Cast) -> None:
    bulk = [MatchFactory(score=90), MatchFactory(score=89)]
    single = MatchFactory(score=50)
    client = cast.client("reviewer")
    client.post(reverse("review-approve", args=[single.public_id]))
    client.post(reverse("review-bulk"), {"ids": ",".join(m.public_id for m in bulk)})
    Match.objects.filter(pk=single.pk).update(decided_at=timezone.now() - timedelta(minutes=5))
    client.post(reverse("review-undo-last"))
    assert set(Match.objects.filter(state=MatchState.PROPOSED)) == set(bulk)
    assert Event.objects.filter(verb="match.undone").count() == 2


@pytest.fixture
def colleague(cast: Cast) -> User:
    return reviewer_of(email="second@city.example", name="丁二")


@pytest.mark.parametrize("decision", ["approve", "exclude"])
def test_it_says_who_was_faster_and_moves_on(cast: Cast, codes: None, colleague: User, decision: str) -> None:
    first, second = MatchFactory(score=90), MatchFactory(score=80)
    deciding.approve(first, by=colleague)
    address = reverse(f"review-{decision}", args=[first.public_id])
    data = {"exclusion": "irrelevant", "note": "可先踏勘", "next": f"{reverse('review')}?pair={second.public_id}"}
    answer = cast.client("reviewer").post(address, data, headers=HTMX)
    words = answer.content.decode()
    assert answer.context["window"].open == second
    assert "丁二" in words
    assert "可先踏勘" in words
    assert Match.objects.get(pk=first.pk).decided_by == colleague


def test_it_opens_the_following_pair_when_the_one_asked_for_has_left_the_queue(cast: Cast, colleague: User) -> None:
    pairs = [MatchFactory(score=90 - n) for n in range(3)]
    deciding.approve(pairs[1], by=colleague)
    shown = queue(cast, pair=pairs[1].public_id).context
    assert shown["window"].open == pairs[2]
    assert "丁二" in shown["missed"]


def test_it_answers_a_decision_in_one_round_trip_with_its_address(cast: Cast) -> None:
    first, second = MatchFactory(score=90), MatchFactory(score=80)
    after = f"{reverse('review')}?field=city&pair={second.public_id}"
    answer = cast.client("reviewer").post(
        reverse("review-approve", args=[first.public_id]), {"note": "", "next": after}, headers=HTMX
    )
    assert (answer.status_code, answer.headers["HX-Push-Url"]) == (200, after)
    assert answer.context["window"].open == second


def test_it_sends_figures_and_list_alone_when_a_colleague_has_decided(cast: Cast) -> None:
    match = MatchFactory()
    answer = cast.client("reviewer").get(reverse("review"), {"part": "list", "pair": match.public_id}, headers=HTMX)
    words = answer.content.decode()
    assert 'id="desk-list" hx-swap-oob="true"' in words
    assert "desk-pair" not in words


def test_it_keeps_own_interests_out_of_bulk_and_from_approval(cast: Cast) -> None:
    firm = OrganisationFactory(group="湖城轨道集团")
    Membership.objects.create(user=cast.reviewer, organisation=firm, role="viewer")
    sister = OrganisationFactory(group="湖城轨道集团")
    match = MatchFactory(score=90, capability=CapabilityFactory(owner=sister))
    shown = queue(cast, line=50).context
    assert (shown["held"], shown["bulk"]) == (1, 0)
    assert len(shown["interests"]) == 1
    cast.client("reviewer").post(reverse("review-approve", args=[match.public_id]))
    assert Match.objects.get().state == MatchState.PROPOSED


def test_it_marks_a_firm_that_the_city_itself_holds(cast: Cast) -> None:
    MatchFactory(capability=CapabilityFactory(owner=OrganisationFactory(kind="soe", city="990100")))
    MatchFactory(capability=CapabilityFactory(owner=OrganisationFactory(kind="soe", city="990200")))
    assert [row["alone"] for row in queue(cast).context["rows"]].count(True) == 1
    assert queue(cast, conflict="yes").context["window"].total == 1


def test_it_narrows_to_one_firm_from_the_fairness_strip(cast: Cast) -> None:
    first, _other = MatchFactory(state=MatchState.APPROVED), MatchFactory(state=MatchState.APPROVED)
    MatchFactory()
    strip = queue(cast).context["fair"]["rows"]
    assert first.capability.owner.public_id in {row["key"] for row in strip}
    shown = queue(cast, state="approved", firm=first.capability.owner.public_id).context
    assert shown["window"].items == [first]


def test_it_draws_the_first_firms_and_sums_up_all(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_strip, "FIRST_FIRMS", 2)
    busy = CapabilityFactory(owner=OrganisationFactory(weekly_cap=1))
    MatchFactory(capability=busy, state=MatchState.APPROVED), MatchFactory(capability=busy, score=95)
    for score in (94, 93):
        MatchFactory(score=score)
    fair = queue(cast, line=90).context["fair"]
    assert (fair["firms"], fair["total"], fair["over_firms"], fair["over"]) == (3, 4, 1, 1)
    assert [row["n"] for row in fair["rows"]] == [2, 1]


def test_it_counts_a_pair_once_in_a_firms_week(cast: Cast) -> None:
    MatchFactory(state=MatchState.APPROVED, pushed_at=timezone.now()), MatchFactory(score=95, pushed_at=timezone.now())
    assert queue(cast, line=90).context["fair"]["total"] == 2


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
