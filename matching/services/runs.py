"""Runs over a city: who starts one, who tries a failed one again, and how two runs compare."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from accounts.services import reviewers
from activity import live
from activity.services import record
from matching.adapters import ENGINE_VERSION
from matching.engine import Settings
from matching.models import Arrangement, MatchRun, Ranker, RunPair, Shard
from matching.plan import Plan
from matching.states import RUN_MOVES, RunOrigin, RunState, Step
from scenemarket.errors import WrongState

UNDER_WAY = _("A run over this city is under way; nothing was started. Its progress is shown in the list of runs.")
DECIDED_BY_NEWER = _(
    "A newer run decides what is proposed, or this one was withdrawn; nothing was changed. Open the newest run."
)


def start_run(*, city: str, by: User, plan: Plan | None = None) -> MatchRun:
    """Queue a run over the city's open opportunities; a worker begins within seconds.

    Raises NotAllowed, or WrongState while another run over the city is under way.
    """
    check_can(by, May.RUN, city=city)
    run = queue_full(city, RunOrigin.REVIEWER, by=by, plan=plan)
    if run is None:
        raise WrongState(UNDER_WAY)
    return run


@transaction.atomic
def queue_full(city: str, origin: str, *, by: User | None = None, plan: Plan | None = None) -> MatchRun | None:
    """Make the run and its first step; None when the database says that one is under way."""
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(city=city, origin=origin, by=by, **engine_values(city, plan))
    except IntegrityError:
        return None
    Shard.objects.create(run=run, step=Step.FREEZE)
    record(by=by, verb="run.started", subject=run, after=RunState.QUEUED)
    return run


@transaction.atomic
def queue_increment(side: str, key: int, version: int, city: str, model_id: str) -> MatchRun:
    """Make the run that matches one version of one listing against the other side, with a model or with “none”."""
    about = {"listing_kind": side, "listing_id": key, "listing_version": version, "model_id": model_id}
    run = MatchRun.objects.create(city=city, origin=RunOrigin.INCREMENT, **about, **engine_values(city))
    Shard.objects.create(run=run, step=Step.INCREMENT)
    return run


def newest(city: str) -> MatchRun | None:
    """The newest finished run over the city: its kept pairs are what can be put forward."""
    return MatchRun.objects.of_cities([city]).full().finished().order_by("-pk").first()


def before(run: MatchRun) -> MatchRun | None:
    """The finished full run over the same city just before this one."""
    return MatchRun.objects.of_cities([run.city]).full().finished().filter(pk__lt=run.pk).order_by("-pk").first()


def fairness_of(run: MatchRun | None) -> float:
    """Where the slider stands over a full run: as it was set last, or as the run was planned."""
    last = Arrangement.objects.filter(run=run).first() if run else None
    return last.fairness if last else Plan.of(run).fairness if run else Plan().fairness


def engine_values(city: str, plan: Plan | None = None) -> dict[str, Any]:
    """What a run keeps of the engine that made it, with the ranker that is switched on, and the slider where it was left."""
    plan = plan or Plan(fairness=fairness_of(newest(city)))
    ranker = Ranker.objects.in_use(city)
    engine = Settings(top_offers=plan.keep_for_opportunity, top_needs=plan.keep_for_capability)
    return {
        "engine_settings": {**plan.as_settings(), "engine": engine.to_dict(), **({"ranker": ranker} if ranker else {})},
        "engine_version": ENGINE_VERSION,
    }


@transaction.atomic
def try_again(run: MatchRun, *, by: User) -> int:
    """Put the steps that were set aside back into the queue; returns how many. Finished steps are not repeated.

    Raises WrongState unless the run has failed, and no other run over the city is under way or has taken its place.
    """
    check_can(by, May.RUN, city=run.city)
    later = newest(run.city)
    if run.origin != RunOrigin.INCREMENT and later is not None and later.pk > run.pk:
        raise WrongState(DECIDED_BY_NEWER)
    try:
        with transaction.atomic():
            moved = move_run(run, RunState.RUNNING, by=by, verb="run.again", failure="")
    except IntegrityError as error:
        raise WrongState(UNDER_WAY) from error
    if not moved:
        raise WrongState(
            _("This run is “%(state)s”, so there is nothing to repeat; nothing was changed.")
            % {"state": RunState(run.state).label}
        )
    run.shards.update(nudged_at=None)
    return Shard.again(run.shards.all())


@transaction.atomic
def move_run(run: MatchRun, target: str, *, by: User | None, verb: str, reason: str = "", **values: Any) -> bool:
    """Bring a run to `target` with a conditional UPDATE and one log row; False when somebody was faster."""
    sources = [state for state, targets in RUN_MOVES.items() if target in targets]
    before = MatchRun.objects.values_list("state", flat=True).get(pk=run.pk)
    rows = MatchRun.objects.filter(pk=run.pk, state=before, state__in=sources)
    if rows.update(state=target, **values) != 1:
        run.refresh_from_db(fields=["state"])
        return False
    run.refresh_from_db()
    record(by=by, verb=verb, subject=run, before=before, after=target, reason=reason)
    tell_progress(run)
    return True


def tell_progress(run: MatchRun) -> None:
    """Let the open pages of the city's reviewers know that a run has got on, after commit."""
    live.tell("run", people=[person.pk for person in reviewers(run.city)], public_id=run.public_id)


@dataclass(frozen=True)
class Comparison:
    """What `run` proposes against `other`: pairs that are new, that are gone, and that moved (`before` is the old rank)."""

    new: QuerySet[RunPair]
    gone: QuerySet[RunPair]
    moved: QuerySet[RunPair]


def compare(run: MatchRun, other: MatchRun) -> Comparison:
    """Compare two runs by the best pairs of each opportunity; three querysets, not yet asked, best ranks first.

    Each pair of `moved` carries `before` (rank) and `score_before`.
    """
    mine, theirs = _best(run), _best(other)
    same = {"opportunity": OuterRef("opportunity"), "capability": OuterRef("capability")}
    before = theirs.filter(**same).order_by()
    known = mine.annotate(
        before=Subquery(before.values("rank_for_opportunity")[:1]), score_before=Subquery(before.values("score")[:1])
    )
    after = Subquery(mine.filter(**same).order_by().values("rank_for_opportunity")[:1])
    return Comparison(
        new=known.filter(before=None),
        gone=theirs.annotate(after=after).filter(after=None),
        moved=known.exclude(before=None).exclude(before=F("rank_for_opportunity")),
    )


def _best(run: MatchRun) -> QuerySet[RunPair]:
    rows = RunPair.objects.filter(run=run, rank_for_opportunity__lte=Plan.of(run).propose_for_opportunity)
    rows = rows.select_related("opportunity__owner", "capability__owner")
    return rows.order_by("opportunity_id", "rank_for_opportunity")
