"""The figures against slow, plain counting over generated courses; what is public tells on nobody; facts survive any death."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from deals.models import Deal, Evidence
from insights import figures_public, keeping, overview_figures
from insights.models import Course, Keeping, Pact, Reply, Touched
from insights.overview_scope import Period, Scope, period
from matching.models import Answer, Match
from matching.states import AnswerState, MatchState
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import CITY, AgencyFactory, CapabilityFactory, MatchFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
YEAR = Period("own", date(2026, 1, 1), date(2026, 6, 30))
REASONS = {"opportunity": ["no_budget", "timing"], "capability": ["terms", "too_far"]}


def at(day: int) -> datetime:
    """Noon of a day of 2026, counted from the first of January."""
    return timezone.make_aware(datetime(2026, 1, 1, 12)) + timedelta(days=day)


@pytest.fixture
def courses() -> list[dict[str, Any]]:
    """Forty opportunities in three districts by four departments, gone as far as chance wanted; told plainly as well."""
    chance = random.Random(7)
    owners = [AgencyFactory() for _ in range(4)]
    told = [_course(chance, owners) for _ in range(40)]
    keeping.work()
    return told


def _course(chance: random.Random, owners: list[Organisation]) -> dict[str, Any]:
    published = chance.randint(0, 200)
    row = {
        "published": published,
        "owner": chance.choice(owners),
        "region": chance.choice(["990101", "990102", ""]),
        "replies": [],
        "amount": None,
    }
    need = OpportunityFactory(
        owner=row["owner"], region=row["region"], published_at=at(published), field="city", industry="C40"
    )
    reach = chance.randint(0, 4)
    if reach:
        match = MatchFactory(opportunity=need, capability=CapabilityFactory())
        Match.objects.filter(pk=match.pk).update(created_at=at(published + 1))
        row["matched"] = published + 1
    if reach > 1:
        _answer(chance, match, row, published + 2, agrees=reach > 2)
    if reach > 2:
        _deal(chance, match, row, lands=reach > 3)
    return row


def _answer(chance: random.Random, match: Match, row: dict[str, Any], pushed: int, *, agrees: bool) -> None:
    row["pushed"], days = pushed, chance.randint(0, 6)
    refuses = None if agrees else chance.choice(["opportunity", "capability"])
    state = MatchState.AGREED if agrees else MatchState.DECLINED
    agreed_at = at(pushed + days) if agrees else None
    Match.objects.filter(pk=match.pk).update(state=state, pushed_at=at(pushed), agreed_at=agreed_at)
    for side in ("opportunity", "capability"):
        reason = chance.choice(REASONS[side]) if side == refuses else ""
        outcome = AnswerState.DECLINED if reason else AnswerState.ACCEPTED
        Answer.objects.create(
            match=match,
            side=side,
            state=outcome,
            reason=reason,
            pushed_at=at(pushed),
            due_at=at(pushed + 7),
            answered_at=at(pushed + days),
        )
        row["replies"].append((side, pushed + days, days, reason))
    row |= {"agreed": pushed + days} if agrees else {}


def _deal(chance: random.Random, match: Match, row: dict[str, Any], *, lands: bool) -> None:
    deal = Deal.objects.create(match=match, opened_at=at(row["agreed"]))
    row["signed"], row["amount"] = row["agreed"] + 10, chance.choice([None, Decimal(120), Decimal("80.5")])
    Evidence.objects.create(deal=deal, stage="contracted", day=at(row["signed"]).date(), amount_wan=row["amount"])
    if lands:
        row["landed"] = row["signed"] + 20
        Evidence.objects.create(deal=deal, stage="landed", day=at(row["landed"]).date())


def inside(row: dict[str, Any], step: str, span: Period = YEAR) -> bool:
    return step in row and span.first <= at(row[step]).date() <= span.last


def test_the_funnel_is_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    opened = [row for row in courses if inside(row, "published")]
    slow = {
        step: sum(step in row and at(row[step]).date() <= YEAR.last for row in opened)
        for step in overview_figures.STEPS
    }
    assert overview_figures.funnel(Scope(CITY), YEAR) == slow
    assert list(slow.values()) == sorted(slow.values(), reverse=True)


def test_sums_are_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    found = overview_figures.sums(Scope(CITY), YEAR)
    signed = [row["amount"] for row in courses if inside(row, "signed")]
    assert (found.published, found.agreed, found.landed) == tuple(
        sum(inside(r, s) for r in courses) for s in ("published", "agreed", "landed")
    )
    assert (found.signed, found.priced) == (len(signed), sum(a is not None for a in signed))
    assert found.amount_wan == sum(a for a in signed if a is not None)


def test_no_contract_is_not_a_contract_for_nothing() -> None:
    assert overview_figures.sums(Scope(CITY), YEAR).amount_wan is None


def test_answer_times_are_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    by_owner: dict[int, list[int]] = {}
    for row in courses:
        days = [
            d
            for side, on, d, _r in row["replies"]
            if side == "opportunity" and YEAR.first <= at(on).date() <= YEAR.last
        ]
        if days:
            by_owner.setdefault(row["owner"].pk, []).extend(days)
    found = {s.owner: (s.count, s.median, s.p90) for s in overview_figures.speeds(Scope(CITY), YEAR)}
    assert found == {owner: (len(days), _rank(days, 0.5), _rank(days, 0.9)) for owner, days in by_owner.items()}
    together = [d for days in by_owner.values() for d in days]
    whole = overview_figures.speed(Scope(CITY), YEAR)
    assert whole
    assert (whole.count, whole.median, whole.p90) == (
        len(together),
        _rank(together, 0.5),
        _rank(together, 0.9),
    )


def _rank(values: list[int], share: float) -> int:
    """The smallest value that at least that share of all do not exceed."""
    return next(v for v in sorted(values) if sum(w <= v for w in values) >= share * len(values))


def test_reasons_are_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    slow = Counter(
        (s, why)
        for row in courses
        for s, on, _d, why in row["replies"]
        if why and YEAR.first <= at(on).date() <= YEAR.last
    )
    assert {(d.side, d.reason): d.count for d in overview_figures.declined(Scope(CITY), YEAR)} == slow


def test_districts_are_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    for region in overview_figures.regions(Scope(CITY), YEAR):
        here = [row for row in courses if (row["region"] or CITY) == region.code]
        assert region.published == sum(inside(r, "published") for r in here)
        assert (region.agreed, region.landed) == (
            sum(inside(r, "agreed") for r in here),
            sum(inside(r, "landed") for r in here),
        )


def test_weeks_are_whole_and_what_plain_counting_says(courses: list[dict[str, Any]]) -> None:
    for week in overview_figures.trend(Scope(CITY), YEAR):
        span = Period("own", week.monday, week.monday + timedelta(days=6))
        assert week.monday.weekday() == 0
        assert span.last <= YEAR.last
        assert (week.published, week.agreed, week.landed) == tuple(
            sum(inside(r, s, span) for r in courses) for s in ("published", "agreed", "landed")
        )


def test_the_heat_map_counts_what_is_open_and_listed(courses: list[dict[str, Any]]) -> None:
    Opportunity.objects.filter(pk=Opportunity.objects.first().pk).update(state="paused")
    keeping.work()
    needs, offers = overview_figures.heat(Scope(CITY))
    assert needs == {("city", "C"): 39}
    assert sum(offers.values()) == sum(bool(row.get("matched")) for row in courses)


def test_a_department_and_a_district_narrow_everything(courses: list[dict[str, Any]]) -> None:
    owner = courses[0]["owner"]
    found = overview_figures.funnel(Scope(CITY, region="990101", owner=owner.pk), YEAR)
    mine = [r for r in courses if r["owner"] == owner and r["region"] == "990101" and inside(r, "published")]
    assert found["published"] == len(mine)


# --- Keeping ---------------------------------------------------------------------------------------------------------------


def test_each_change_leaves_a_note_and_only_a_change_that_counts(match: Match) -> None:
    keeping.work()
    assert not Touched.objects.exists()
    Match.objects.filter(pk=match.pk).update(score=1)
    assert not Touched.objects.exists()
    Answer.objects.filter(match=match, side="opportunity").update(state=AnswerState.EXPIRED)
    assert set(Touched.objects.values_list("opportunity_id", flat=True)) == {match.opportunity_id}


def test_what_dies_half_way_is_done_by_the_next(match: Match, monkeypatch: pytest.MonkeyPatch) -> None:
    write = keeping._write
    monkeypatch.setattr(keeping, "_write", _died)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        keeping.work()
    monkeypatch.setattr(keeping, "_write", write)
    # whoever died held the lease; it runs out by the database's clock
    Keeping.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert Touched.objects.exists()
    assert keeping.work() == 1
    assert Reply.objects.count() == 2


def _died(*_args: Any) -> None:
    raise KeyboardInterrupt


def test_rebuilding_gives_the_same_facts(courses: list[dict[str, Any]]) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (Course, Pact, Reply)]
    for model in (Course, Pact, Reply):
        model.objects.all().delete()
    assert keeping.rebuild() == len(courses)
    assert [list(model.objects.order_by("pk").values()) for model in (Course, Pact, Reply)] == before


def test_what_is_no_longer_published_is_no_longer_counted(opportunity: Opportunity) -> None:
    keeping.work()
    assert Course.objects.count() == 1
    Opportunity.objects.update(state="draft", published_at=None)
    keeping.work()
    assert not Course.objects.exists()


# --- Periods -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, date(2026, 1, 1), date(2026, 3, 18)),
        ({"period": "weeks"}, date(2025, 12, 29), date(2026, 3, 18)),
        ({"period": "last-quarter"}, date(2025, 10, 1), date(2025, 12, 31)),
        ({"from": "2026-02-03", "to": "2026-02-09"}, date(2026, 2, 3), date(2026, 2, 9)),
        ({"from": "2026-02-09", "to": "2026-02-03"}, date(2026, 1, 1), date(2026, 3, 18)),
        ({"from": "x", "period": "y"}, date(2026, 1, 1), date(2026, 3, 18)),
    ],
)
def test_an_address_says_which_days(asked: dict[str, str], first: date, last: date) -> None:
    found = period(asked, date(2026, 3, 18))
    assert (found.first, found.last) == (first, last)


def test_the_year_before_of_a_leap_day_is_the_28th() -> None:
    assert Period("own", date(2024, 2, 29), date(2024, 3, 1)).year_before().first == date(2023, 2, 28)


# --- What is public ----------------------------------------------------------------------------------------------------------


def test_small_counts_are_not_told_and_neither_is_what_gives_them_away() -> None:
    assert figures_public.hide([9, 3, 0, 7]) == {1, 3}
    assert figures_public.hide([9, 3, 2, 7]) == {1, 2}
    assert figures_public.hide([9, 0, 7]) == set()


def test_the_public_funnel_hides_a_few_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"published": 40, "matched": 38, "pushed": 30, "agreed": 27, "signed": 20, "landed": 20}
    monkeypatch.setattr(overview_figures, "funnel", lambda *_: counts)
    rows = figures_public.funnel(figures_public.asked(CITY))["rows"]
    assert [row["n"] for row in rows] == [40, 38, 30, None, 20, 20]


def test_public_reasons_come_in_fives(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [overview_figures.Declined("capability", "terms", 13), overview_figures.Declined("opportunity", "timing", 4)]
    monkeypatch.setattr(overview_figures, "declined", lambda *_: said)
    assert [row["n"] for row in figures_public.declined(figures_public.asked(CITY))["rows"]] == [10]


def test_what_is_not_public_does_not_count_in_public(cast: Cast) -> None:
    OpportunityFactory(visibility="verified"), OpportunityFactory()
    keeping.work()
    assert (
        overview_figures.funnel(Scope(CITY, public=True), Period("own", date(2020, 1, 1), timezone.localdate()))[
            "published"
        ]
        == 1
    )


def test_a_sum_over_one_amount_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        overview_figures.Region(code, 9, 9, 9, 9, priced, Decimal(880))
        for code, priced in (("a", 1), ("b", 9), ("c", 8))
    ]
    monkeypatch.setattr(overview_figures, "regions", lambda *_: rows)
    found = figures_public.regions(figures_public.asked(CITY))["rows"]
    assert [row["amount_wan"] for row in found] == [None, Decimal(880), None]
