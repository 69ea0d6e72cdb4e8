"""The slider in the browser: its effect before anything changes, moving it, moving it back, and where exposure is shown."""

import pytest
from django.db.models import Count
from django.urls import reverse

from capabilities.models import Capability
from matching.models import Match, MatchRun, RunPair, Scored
from matching.plan import Plan
from matching.services import arrange
from matching.services.room import kept_pairs
from matching.states import MatchState, Origin, RunOrigin, RunState
from tests.conftest import Cast
from tests.factories import (
    CITY,
    CapabilityFactory,
    MatchFactory,
    OpportunityFactory,
    OrganisationFactory,
    RunFactory,
    pushed_match,
)
from tests.queries import asked, stays_constant

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def run(cast: Cast) -> MatchRun:
    """A finished run: four opportunities that handle two each, and six firms of which all want the first two."""
    run = RunFactory(engine_settings=Plan(fairness=0).as_settings())
    offers = [CapabilityFactory(owner=OrganisationFactory(name=f"第{n}家有限公司")) for n in range(6)]
    more(run, 4, offers)
    arrange.apply(run, fairness=0, by=cast.reviewer)
    return run


def more(run: MatchRun, n: int, offers: list[object]) -> None:
    needs = OpportunityFactory.create_batch(n, handles_at_most=2)
    for side, rows in (("opportunity", needs), ("capability", offers)):
        marks = [Scored(kind=side, city=CITY, listing_id=row.pk, version=1) for row in rows]
        Scored.objects.bulk_create(marks, ignore_conflicts=True)
    RunPair.objects.bulk_create(
        RunPair(run=run, opportunity=need, capability=offer, score=90 - 5 * j, rank_for_opportunity=j + 1)
        for need in needs for j, offer in enumerate(offers)
    )  # fmt: skip


def address(run: MatchRun) -> str:
    return reverse("run-fairness", args=[run.public_id])


def figures(shown: object, column: str) -> dict[str, str]:
    return {row["name"]: row[column] for row in shown.context["rows"]}  # type: ignore[attr-defined]


def test_it_shows_the_effect_of_a_position_before_anything_changes(run: MatchRun, cast: Cast) -> None:
    shown = cast.client("reviewer").get(address(run), {"fairness": 100})
    now, then = figures(shown, "now"), figures(shown, "then")
    assert (now["pairs"], now["seen"], now["most"], now["share"]) == ("8", "2", "4", "33%")
    assert (then["pairs"], int(then["seen"]) > 2, int(then["most"]) < 4) == ("8", True, True)
    assert float(then["gini"]) < float(now["gini"])
    assert Match.objects.values("capability").distinct().count() == 2
    assert shown.context["moved"] is True


def test_it_moves_and_moves_back(run: MatchRun, cast: Cast) -> None:
    client, before = cast.client("reviewer"), set(Match.objects.values_list("pk", flat=True))
    answer = client.post(address(run), {"fairness": 100})
    assert answer.headers["location"] == run.get_absolute_url()
    assert set(Match.objects.filter(state=MatchState.PROPOSED).values_list("pk", flat=True)) != before
    page = client.get(address(run)).content.decode()
    assert "回到 0" in page or "Back to 0" in page
    client.post(address(run), {"fairness": 0})
    assert set(Match.objects.filter(state=MatchState.PROPOSED).values_list("pk", flat=True)) == before


def test_the_card_comes_alone_for_htmx_and_as_a_page_without(run: MatchRun, cast: Cast) -> None:
    client = cast.client("reviewer")
    assert "<html" in client.get(address(run)).content.decode()
    part = client.get(address(run), {"fairness": 40}, headers=HTMX).content.decode()
    assert "<html" not in part
    assert 'value="40"' in part
    assert 'id="fairness-effect"' in part
    assert 'type="range"' in part


@pytest.mark.parametrize("wrong", ["", "-5", "101", "x"])
def test_a_position_that_is_none_is_refused_and_changes_nothing(run: MatchRun, cast: Cast, wrong: str) -> None:
    client = cast.client("reviewer")
    assert client.get(address(run), {"fairness": wrong}).context["at"] == 0
    assert client.post(address(run), {"fairness": wrong}).status_code == 422
    assert run.arrangements.count() == 1


def test_runs_without_a_slider_have_no_such_page(cast: Cast) -> None:
    client = cast.client("reviewer")
    for values in ({"origin": RunOrigin.INCREMENT}, {"state": RunState.RUNNING}, {"state": RunState.WITHDRAWN}):
        other = RunFactory(**values)
        assert client.get(address(other)).status_code == 404
        assert address(other) not in client.get(other.get_absolute_url()).content.decode()


def test_an_older_run_says_where_the_slider_is(run: MatchRun, cast: Cast) -> None:
    RunFactory()
    shown = cast.client("reviewer").get(address(run))
    assert (shown.context["movable"], shown.context["rows"]) == (False, [])
    assert cast.client("reviewer").post(address(run), {"fairness": 50}).status_code == 409


def test_the_run_and_the_release_page_bring_the_slider(run: MatchRun, cast: Cast) -> None:
    client = cast.client("reviewer")
    for page in (run.get_absolute_url(), reverse("run-release", args=[run.public_id]), reverse("review-release")):
        assert address(run) in client.get(page).content.decode()


def test_it_asks_the_database_as_often_for_many_pairs_as_for_few(run: MatchRun, cast: Cast) -> None:
    client = cast.client("reviewer")
    few = asked(client, f"{address(run)}?fairness=80")
    kept_pairs.cache_clear()
    more(run, 12, list(Capability.objects.all()))
    arrange.apply(run, fairness=0, by=cast.reviewer)
    assert asked(client, f"{address(run)}?fairness=80") <= few


def test_the_queue_says_how_often_the_open_firm_was_suggested_lately(cast: Cast) -> None:
    open_ = MatchFactory()
    for origin in (Origin.ENGINE, Origin.ENGINE, Origin.FIRM):
        pushed_match(capability=open_.capability, origin=origin)
    shown = cast.client("reviewer").get(reverse("review"))
    assert (shown.context["exposure"].suggested, shown.context["exposure"].accepted) == (2, 0)
    assert cast.client("reviewer").get(reverse("review")).content.decode().count(open_.capability.owner.name) >= 1


def test_a_firm_sees_how_often_it_was_suggested_lately(cast: Cast, match: Match) -> None:
    shown = cast.client("counterpart").get(reverse("matches"))
    assert shown.context["exposure"].suggested == 1
    assert reverse("organisation", args=[cast.firm.public_id]) in shown.content.decode()


def test_the_firms_suggested_most_are_named_with_what_they_want(run: MatchRun, cast: Cast) -> None:
    firms = cast.client("reviewer").get(address(run)).context["firms"]
    assert [(f.waiting, f.weekly_cap, f.lately.suggested) for f in firms] == [(4, 6, 0), (4, 6, 0)]
    most = Match.objects.values("capability__owner").annotate(n=Count("pk")).order_by("-n")
    assert {f.key for f in firms} == {row["capability__owner"] for row in most}


def test_the_queue_stays_as_cheap_with_the_exposure(cast: Cast) -> None:
    few, many = stays_constant(cast.client("reviewer"), reverse("review"), lambda n: MatchFactory.create_batch(n))
    assert few == many


def test_it_compares_only_what_differs_and_goes_back_only_to_another_place(run: MatchRun, cast: Cast) -> None:
    client = cast.client("reviewer")
    assert client.get(address(run)).context["compares"] is False
    assert client.get(address(run), {"fairness": 100}).context["compares"] is True
    for place in (100, 0):
        client.post(address(run), {"fairness": place})
    page = client.get(address(run)).content.decode()
    assert [page.count(f'name="fairness" value="{place}"') for place in (100, 0)] == [1, 0]
