"""Which of the pairs that a run keeps are put forward; what another position of the slider would do; and moving it.

Nothing that a person decided, or put a hand to, is taken away: it counts as room that is taken.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from activity.services import record
from capabilities.models import Capability
from matching.engine.fairness import Arrangement as Arranged
from matching.engine.fairness import Effect as Counted
from matching.engine.fairness import Flags, effect, places
from matching.engine.fairness import arrange as arranged
from matching.engine.model import Integers
from matching.models import Arrangement, Match, MatchRun, Scored
from matching.plan import Plan
from matching.services import runs
from matching.services.proposals import Found, mark_conflicts, put_forward, stage, write_events
from matching.services.room import HELD, Market, Pair, Pairs, decided, held, kept_pairs, less, market_of
from matching.services.runs import newest
from matching.states import MatchState, Origin, RunOrigin, RunState, Side
from opportunities.models import Opportunity
from scenemarket.errors import Invalid, WrongState


def arrange(run: MatchRun, found: list[Found], plan: Plan) -> list[Found]:
    """Those of the found pairs that are put forward: within the room of both sides, as even as the plan says.

    A full run decides on all of them at once. One listing that was edited competes with what waits for review.
    What waits with a reviewer's words stays, with its new score.
    """
    opportunities = {f.opportunity for f in found}
    scored = Pairs(
        np.array([f.opportunity for f in found], dtype=np.int64), np.array([f.capability for f in found], dtype=np.int64),
        np.array([f.score for f in found], dtype=np.float64),
        np.array([f.eligible is not False and f.score >= plan.least_score for f in found], dtype=bool),
    )  # fmt: skip
    pairs = scored.without(decided(opportunities))
    place = _beside_waiting(run, pairs) if run.origin == RunOrigin.INCREMENT else _of_all(run, pairs, plan)
    stays = scored.among(held(opportunities)) & scored.allowed
    return [found[i] for i in np.flatnonzero((place > 0) | stays)]


def _of_all(run: MatchRun, pairs: Pairs, plan: Plan) -> Integers:
    """The places of a full run's pairs; how they were arranged is kept with the run."""
    market = market_of(pairs)
    here = arranged(market.edges, market.room, plan.fairness)
    Arrangement.objects.filter(run=run).delete()
    _keep(run, market, here.prices, plan.fairness, effect(market.edges, market.room, here.place), by=None)
    return here.place


def _beside_waiting(run: MatchRun, pairs: Pairs) -> Integers:
    """The places of new pairs when they compete with the proposals that wait at the same opportunities and firms."""
    rivals, fixed = _rivals(run.city, np.unique(pairs.opportunities).tolist(), np.unique(pairs.capabilities).tolist())
    both = pairs.beside({pair: score for pair, score in rivals.items() if pair not in set(pairs.keys())})
    market = market_of(both, fixed)
    return arranged(market.edges, market.room, fairness_of(run)).place[: len(pairs)]


def _rivals(city: str, opportunities: list[int], capabilities: list[int]) -> tuple[dict[Pair, float], dict[int, int]]:
    """What waits at these opportunities, and at the firms of these capabilities; the other opportunities keep what they have."""
    firms = Capability.objects.filter(pk__in=capabilities).values("owner")
    near = waiting(city).filter(Q(opportunity__in=opportunities) | Q(capability__owner__in=firms))
    rows = near.values_list("opportunity_id", "capability_id", "score")
    rivals = {(o, c): float(score) for o, c, score in rows}
    return rivals, dict(Counter(o for o, _c in rivals if o not in set(opportunities)))


def make_room(run: MatchRun) -> int:
    """After an increment has put pairs forward: take back what is now too many for an opportunity or a firm. Returns how many."""
    new = list(waiting(run.city).filter(run=run).values_list("opportunity_id", "capability_id"))
    rivals, fixed = _rivals(run.city, [o for o, _c in new], [c for _o, c in new])
    market = market_of(Pairs.of(rivals), fixed)
    place = arranged(market.edges, market.room, fairness_of(run)).place
    return supersede(run, [pair for pair, at in zip(rivals, place, strict=True) if not at])


def waiting(city: str) -> Any:
    """The engine's proposals in a city that nobody has put a hand to."""
    rows = Match.objects.of_cities([city]).filter(state=MatchState.PROPOSED, origin=Origin.ENGINE)
    return rows.exclude(HELD).order_by("pk")


def fairness_of(run: MatchRun) -> float:
    """Where the slider stands: as it was set last for the city's newest run, or as the run was planned."""
    return runs.fairness_of(run if run.origin != RunOrigin.INCREMENT else newest(run.city))


def _keep(run: MatchRun, market: Market, prices: Any, fairness: float, told: Counted, by: User | None) -> Arrangement:
    paying = np.flatnonzero(prices)
    return Arrangement.objects.create(
        run=run, fairness=fairness, by=by,
        prices={str(int(market.firms[place])): round(float(prices[place]), 6) for place in paying},
        room={"opportunities": int(market.room.needs.sum()), "firms": int(market.room.firms.sum())},
        effect=asdict(told) | {"busiest": int(market.firms[told.busiest]) if told.most else 0},
    )  # fmt: skip


@dataclass(frozen=True)
class Position:
    """One position of the slider over a run: what it does, and the key of the firm with most suggestions."""

    fairness: float
    effect: Counted
    busiest: int


@dataclass(frozen=True)
class Choice:
    """The slider as it stands and as it would be; `coming` and `going` are pairs that applying it would change."""

    now: Position
    then: Position
    coming: int
    going: int


def may_move(run: MatchRun) -> bool:
    """Whether the slider can be moved over this run: it is the newest of its city, not taken back, and no run is under way.

    One that is under way has marked edited listings as matched, whose pairs of this run were scored on the older text.
    """
    coming = MatchRun.objects.of_cities([run.city]).full().under_way()
    return run.state in (RunState.READY, RunState.RELEASED) and run == newest(run.city) and not coming.exists()


def preview(run: MatchRun, fairness: float) -> Choice:
    """What the slider at `fairness` would do to the undecided proposals of this run; nothing is changed. Raises Invalid."""
    return _turned(run, fairness).choice


@dataclass(frozen=True)
class _Turned:
    """The slider at another position: the pairs, which of them are in, which would be, and what both mean."""

    market: Market
    pairs: Pairs
    before: Flags
    then: Arranged
    choice: Choice


def _turned(run: MatchRun, fairness: float) -> _Turned:
    market, pairs = _of_run(run)
    before = _proposed(run, pairs)
    now = np.zeros(len(pairs), np.int64)
    now[before] = places(market.edges.needs[before], pairs.scores[before], market.edges.offers[before])
    then = arranged(market.edges, market.room, _checked(fairness))
    wanted = then.place > 0
    choice = Choice(
        _position(market, now, fairness_of(run)), _position(market, then.place, fairness),
        int((wanted & ~before).sum()), int((before & ~wanted).sum()),
    )  # fmt: skip
    return _Turned(market, pairs, before, then, choice)


def _checked(fairness: float) -> float:
    if not 0 <= fairness <= 1:
        raise Invalid(
            _("The slider goes from 0 to 1; nothing was changed."), faults={"fairness": [_("Between 0 and 1.")]}
        )
    return fairness


def _position(market: Market, place: Integers, fairness: float) -> Position:
    told = effect(market.edges, market.room, place)
    return Position(fairness, told, int(market.firms[told.busiest]) if told.most else 0)


def _of_run(run: MatchRun) -> tuple[Market, Pairs]:
    """The pairs of a run that still stand, with the room there is now beside what increments have put forward since."""
    pairs = kept_pairs(run.pk, Plan.of(run).least_score)
    standing = [np.array(sorted(_standing(run, side)), dtype=np.int64) for side in Side.values]
    stands = np.isin(pairs.opportunities, standing[0]) & np.isin(pairs.capabilities, standing[1])
    beside = set(waiting(run.city).exclude(run=run).values_list("opportunity_id", "capability_id"))
    pairs = pairs.only(stands).without(decided(np.unique(pairs.opportunities)) | beside)
    return less(market_of(pairs), beside), pairs


def _standing(run: MatchRun, side: str) -> set[int]:
    """Keys of listings that are open and say what they said when the run read them."""
    model: Any = Opportunity if side == Side.OPPORTUNITY else Capability
    rows = model.objects.open().filter(city=run.city) if side == Side.OPPORTUNITY else model.objects.open()
    same = Scored.objects.filter(kind=side, city=run.city, listing_id=OuterRef("pk"), version=OuterRef("version"))
    later = MatchRun.objects.filter(city=run.city, origin=RunOrigin.INCREMENT, pk__gt=run.pk, listing_kind=side)
    anew = set(later.values_list("listing_id", flat=True))
    return set(rows.filter(Exists(same)).order_by().values_list("pk", flat=True)) - anew


def _proposed(run: MatchRun, pairs: Pairs) -> Flags:
    """Which of these pairs wait for review because of this run."""
    return pairs.among(waiting(run.city).filter(run=run).values_list("opportunity_id", "capability_id"))


@transaction.atomic
def apply(run: MatchRun, *, fairness: float, by: User) -> Choice:
    """Move the slider: the undecided proposals of the city's newest run are arranged anew, and the move is logged.

    Moving it back brings the same proposals back. Raises NotAllowed, Invalid, or WrongState for a run that is not the newest.
    """
    check_can(by, May.REVIEW_MATCHES, city=run.city)
    run = MatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not may_move(run):
        raise WrongState(runs.DECIDED_BY_NEWER)
    before, choice = fairness_of(run), _moved(run, _checked(fairness), by)
    counts = {"coming": str(choice.coming), "going": str(choice.going)}
    record(by=by, verb="run.arranged", subject=run, before=f"{before:g}", after=f"{fairness:g}", **counts)
    return choice


def _moved(run: MatchRun, fairness: float, by: User) -> Choice:
    turned = _turned(run, fairness)
    wanted = turned.then.place > 0
    supersede(run, turned.pairs.chosen(turned.before & ~wanted))
    put_pairs(run, turned.pairs.chosen(wanted & ~turned.before))
    _keep(run, turned.market, turned.then.prices, fairness, turned.choice.then.effect, by=by)
    waits = Match.objects.filter(run=run, state=MatchState.PROPOSED).count()
    settings = {**run.engine_settings, "fairness": fairness}
    MatchRun.objects.filter(pk=run.pk).update(proposed=waits, engine_settings=settings)
    return turned.choice


def supersede(run: MatchRun, pairs: list[Pair]) -> int:
    """Take these undecided proposals back, with a log row each; returns how many."""
    wanted = set(pairs)
    rows = waiting(run.city).filter(opportunity__in={o for o, _c in wanted})
    rows = rows.select_for_update(no_key=True, of=("self",)).values_list("pk", "opportunity_id", "capability_id")
    keys = [pk for pk, o, c in rows if (o, c) in wanted]
    write_events(dict.fromkeys(keys, MatchState.PROPOSED), "match.superseded", MatchState.SUPERSEDED, run)
    return Match.objects.filter(pk__in=keys).update(state=MatchState.SUPERSEDED, updated_at=Now())


def put_pairs(run: MatchRun, pairs: list[Pair]) -> None:
    """Put pairs forward that a run keeps, as they were scored; their parts are computed when they are looked at."""
    wanted = set(pairs)
    rows = run.pairs.filter(opportunity__in={o for o, _c in wanted}).annotate(
        need_version=F("opportunity__version"), offer_version=F("capability__version")
    )
    stage(run, [
        Found(p.opportunity_id, p.capability_id, p.need_version, p.offer_version, float(p.score), p.rank_for_opportunity,
              p.rank_for_capability, p.eligible)
        for p in rows.iterator(2000) if (p.opportunity_id, p.capability_id) in wanted
    ])  # fmt: skip
    put_forward(run)
    mark_conflicts(run)
