"""The next in line: when a match comes to nothing, its opportunity and its firm each get another one, for review.

Never beyond what either side can handle or wants, never a pair that was decided on, never one scored on an older text.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from activity.services import record
from listings.states import State
from matching.engine.fairness import Edges
from matching.models import Arrangement, Match, MatchRun, RunPair, Scored, Vacancy
from matching.plan import Plan
from matching.services.arrange import put_pairs, waiting
from matching.services.room import decided, handled, wanted
from matching.services.runs import newest
from matching.states import MatchState, RunOrigin, Side

AT_ONCE = 100


@dataclass(frozen=True)
class Next:
    """A pair that may come: its keys, its firm, the run that scored it, and what it is worth with the firm's price."""

    opportunity: int
    capability: int
    firm: int
    run: int
    wish: float


def fill_due() -> int:
    """Sweep: put the next in line forward for each place that fell free; returns how many were put forward."""
    return sum(_fill(pk) for pk in Vacancy.objects.waiting().values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _fill(pk: int) -> int:
    """Fill one vacancy, unless another sweep does: first for the opportunity, then for the firm."""
    free = Vacancy.objects.waiting().select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(pk=pk)
    vacancy = free.select_related("match__opportunity", "match__capability").first()
    if vacancy is None:
        return 0
    match, city = vacancy.match, vacancy.match.opportunity.city
    # a run that is under way has marked what it read, so that pairs of older texts would seem new; the place waits for its pairs
    if MatchRun.objects.of_cities([city]).full().under_way().exists():
        return 0
    base = newest(city)
    # one vacancy of a city after the other: two at once would see the same room twice
    if base is not None:
        MatchRun.objects.select_for_update(no_key=True).get(pk=base.pk)
        vacancy.for_opportunity = _put_next(base, match, Q(opportunity=match.opportunity))
        vacancy.for_firm = _put_next(base, match, Q(capability__owner=match.capability.owner_id))
    vacancy.filled_at = Now()
    vacancy.save()
    return sum(came is not None for came in (vacancy.for_opportunity, vacancy.for_firm))


def _put_next(base: MatchRun, fallen: Match, whose: Q) -> Match | None:
    """Put the best pair of this side forward that both sides have room for; None when there is none."""
    came = next(iter(in_line(base, whose)), None)
    if came is None:
        return None
    put_pairs(MatchRun.objects.get(pk=came.run), [(came.opportunity, came.capability)])
    match = Match.objects.filter(
        opportunity=came.opportunity, capability=came.capability, state=MatchState.PROPOSED
    ).first()
    if match:
        instead = {"instead": fallen.public_id}
        record(by=None, verb="match.alternate", subject=match, before="", after=MatchState.PROPOSED, **instead)
    return match


def in_line(base: MatchRun, whose: Q) -> list[Next]:
    """Who comes next, best first: kept pairs of the city's newest run, and of the edits since, with room on both sides."""
    rows = list(_candidates(base, whose))
    gone = decided({o for o, *_rest in rows}) | _waiting(base, {o for o, *_rest in rows})
    found = [row for row in rows if (row[0], row[1]) not in gone]
    needs, firms = _need_room(base, {row[0] for row in found}), _firm_room(base, {row[2] for row in found})
    open_ = [row for row in found if needs.get(row[0], 0) > 0 and firms.get(row[2], 0) > 0]
    return sorted(_priced(base, open_), key=lambda each: (-each.wish, each.opportunity, each.capability))


def _candidates(base: MatchRun, whose: Q) -> "Iterable[tuple[int, int, int, int, float]]":
    """(opportunity, capability, firm, run, score) of pairs that still say what was scored."""
    runs = MatchRun.objects.filter(Q(pk=base.pk) | Q(city=base.city, origin=RunOrigin.INCREMENT, pk__gt=base.pk))
    rows = RunPair.objects.filter(
        whose, run__in=runs, score__gte=Plan.of(base).least_score, opportunity__city=base.city
    )
    rows = rows.exclude(eligible=False).filter(
        Exists(_same(base, Side.OPPORTUNITY)), Exists(_same(base, Side.CAPABILITY)),
        opportunity__state=State.PUBLISHED, capability__state=State.PUBLISHED,
    )  # fmt: skip
    anew = {side: _scored_anew(runs, side) for side in Side.values}
    newest_of: dict[tuple[int, int], tuple[int, int, int, int, float]] = {}
    for o, c, firm, run, score in rows.order_by("run").values_list(
        "opportunity_id", "capability_id", "capability__owner_id", "run_id", "score"
    ):
        if run >= max(anew[Side.OPPORTUNITY].get(o, 0), anew[Side.CAPABILITY].get(c, 0)):
            newest_of[o, c] = (o, c, firm, run, float(score))
    return newest_of.values()


def _same(base: MatchRun, side: str) -> QuerySet[Scored]:
    """The mark that the present version of a listing was scored."""
    marks = Scored.objects.filter(kind=side, city=base.city, listing_id=OuterRef(f"{side}_id"))
    return marks.filter(version=OuterRef(f"{side}__version"))


def _scored_anew(runs: QuerySet[MatchRun], side: str) -> dict[int, int]:
    """The last edit of each listing since the newest run: older pairs of it do not count."""
    edits = runs.filter(listing_kind=side).order_by().values_list("listing_id")
    return dict(edits.annotate(last=Max("pk")))


def _waiting(base: MatchRun, opportunities: set[int]) -> set[tuple[int, int]]:
    rows = Match.objects.filter(opportunity__in=opportunities, state=MatchState.PROPOSED)
    return set(rows.values_list("opportunity_id", "capability_id"))


def _need_room(base: MatchRun, opportunities: set[int]) -> dict[int, int]:
    """What opportunities can handle beside all that is under way, undecided proposals included."""
    counted = waiting(base.city).filter(opportunity__in=opportunities).order_by().values_list("opportunity")
    taken = dict(counted.annotate(n=Count("pk")))
    return {key: n - taken.get(key, 0) for key, n in handled(opportunities).items()}


def _firm_room(base: MatchRun, firms: set[int]) -> dict[int, int]:
    counted = waiting(base.city).filter(capability__owner__in=firms).order_by().values_list("capability__owner")
    taken = dict(counted.annotate(n=Count("pk")))
    return {key: n - taken.get(key, 0) for key, n in wanted(firms).items()}


def _priced(base: MatchRun, rows: list[tuple[int, int, int, int, float]]) -> list[Next]:
    """The same with value and price as the newest arrangement of the run has them."""
    last = Arrangement.objects.filter(run=base).first()
    prices, fairness = (last.prices, last.fairness) if last else ({}, Plan.of(base).fairness)
    nowhere = np.zeros(len(rows), np.int64)
    values = Edges(nowhere, nowhere, np.array([row[4] for row in rows], dtype=np.float64)).value(fairness)
    return [
        Next(o, c, firm, run, float(value) + prices.get(str(firm), 0.0))
        for (o, c, firm, run, _score), value in zip(rows, values, strict=True)
    ]
