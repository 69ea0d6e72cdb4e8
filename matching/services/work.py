"""The steps of a run: freeze the lists, score a range, merge; or match one listing. Each may be killed and repeated."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from accounts.services import reviewers
from activity.services import tell
from matching.models import MatchRun, Shard
from matching.plan import Plan
from matching.services import scoring
from matching.services.proposals import Found, keep_pairs, mark_conflicts, meeting, propose, supersede_older
from matching.services.runs import move_run
from matching.services.snapshot import drop_older, fingerprint, freeze
from matching.services.sweep import nudged
from matching.states import RunOrigin, RunState, Side, Step
from scenemarket.leases import LeaseLost

logger = logging.getLogger(__name__)


def work_shard(shard_id: int) -> list[int]:
    """Do one step, if it is free: the lease lets one worker through, the attempt is committed before the work.

    Returns the keys of the steps that are due next. A message that comes twice, or too late, does nothing.
    """
    # a subquery and not a join: the claim locks the step alone, so that steps of one run do not wait for each other
    claimed = Shard.objects.filter(pk=shard_id, run__in=MatchRun.objects.under_way()).claim()
    if not claimed:
        return []
    shard: Shard = claimed[0]
    if shard.run.state == RunState.QUEUED:
        move_run(shard.run, RunState.RUNNING, by=None, verb="run.running", started_at=Now())
    try:
        with lease_kept(shard), given_back_on_error(shard):
            STEPS[shard.step](shard)
    except LeaseLost:
        logger.warning("%s was taken over by another worker; what was done here is dropped", shard)
        return []
    return nudged(_next(shard))


@contextmanager
def lease_kept(shard: Shard) -> Iterator[None]:
    """Renew the lease from beside while the step works: reading a big city may take longer than one lease.

    A killed worker renews nothing, and one that hangs is ended by Celery's time limit.
    """
    over = threading.Event()
    keeper = threading.Thread(target=_renew_until, args=(shard, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew_until(shard: Shard, over: threading.Event) -> None:
    while not over.wait(settings.LEASE_SECONDS / 3):
        try:
            shard.renew()
        except LeaseLost:
            break
        except OperationalError:
            logger.warning("the lease of %s could not be renewed just now", shard.pk)
    connection.close()


@contextmanager
def given_back_on_error(shard: Shard) -> Iterator[None]:
    """Keep the words of an error with the row, for the operator; the error itself goes on to the log."""
    try:
        yield
    except LeaseLost:
        raise
    except Exception as error:
        shard.fail(f"{type(error).__name__}: {error}")
        raise


def _next(shard: Shard) -> list[int]:
    """After the freezing all ranges are due, after the last range the merging."""
    if shard.step == Step.FREEZE:
        return list(shard.run.shards.filter(step=Step.SCORE).values_list("pk", flat=True))
    if shard.step == Step.SCORE and not shard.run.shards.unfinished().exists():
        merge, new = Shard.objects.get_or_create(run=shard.run, step=Step.MERGE)
        return [merge.pk] if new else []
    return []


@transaction.atomic
def freeze_lists(shard: Shard) -> None:
    """Write the snapshot, and one step for each range of opportunities."""
    run = shard.run
    counts = freeze(run)
    size = Plan.of(run).shard_size
    starts = range(0, max(counts[Side.OPPORTUNITY], 1), size)
    Shard.objects.bulk_create(
        [
            Shard(run=run, step=Step.SCORE, index=i, start=start, stop=min(start + size, counts[Side.OPPORTUNITY]))
            for i, start in enumerate(starts)
        ],
        ignore_conflicts=True,
    )
    MatchRun.objects.filter(pk=run.pk).update(
        opportunities=counts[Side.OPPORTUNITY], capabilities=counts[Side.CAPABILITY], snapshot=fingerprint(run.city)
    )
    shard.finish()


def score_range(shard: Shard) -> None:
    """Score the pairs of one range; the result is bytes in the row, so that doing it twice changes nothing."""
    shard.finish(result=scoring.score(shard.run, shard.start, shard.stop))


def merge_ranges(shard: Shard) -> None:
    """Rank both sides over all ranges, keep the pairs, put the best forward, and make the run ready."""
    run, plan = shard.run, Plan.of(shard.run)
    results = run.shards.filter(step=Step.SCORE).order_by("index").values_list("result", flat=True)
    found = meeting(scoring.merge(run, results))
    best = scoring.with_parts(run, [f for f in found if worth_proposing(f, plan)])
    with transaction.atomic():
        keep_pairs(run, found)
        _put_forward(run, best)
        supersede_older(run)
        drop_older(run)
        run.shards.filter(step=Step.SCORE).update(result=None)
        shard.finish()


def worth_proposing(found: Found, plan: Plan) -> bool:
    """High enough on one of the two lists, above the least score, and no hard condition broken."""
    high = _within(found.rank_for_opportunity, plan.propose_for_opportunity)
    high = high or _within(found.rank_for_capability, plan.propose_for_capability)
    return high and found.score >= plan.least_score and found.eligible is not False


def _within(rank: int | None, first: int) -> bool:
    return rank is not None and rank <= first


def match_increment(shard: Shard) -> None:
    """Match one listing against the other side, with the texts' statistics of the last run over the city."""
    run, plan = shard.run, Plan.of(shard.run)
    found = meeting(scoring.increment(run))
    best = [f for f in found if worth_proposing(f, plan)]
    with transaction.atomic():
        keep_pairs(run, found)
        _put_forward(run, best)
        shard.finish()


def _put_forward(run: MatchRun, best: list[Found]) -> None:
    waiting = propose(run, best)
    mark_conflicts(run)
    move_run(run, RunState.READY, by=None, verb="run.ready", ready_at=Now(), proposed=waiting, failure="")
    if run.origin == RunOrigin.REVIEWER:
        params = {"run": str(run), "n": waiting}
        key = f"run.ready:{run.public_id}"
        tell(reviewers(run.city), kind="run.ready", key=key, path=run.get_absolute_url(), params=params)


STEPS: dict[str, Callable[[Shard], None]] = {
    Step.FREEZE: freeze_lists,
    Step.SCORE: score_range,
    Step.MERGE: merge_ranges,
    Step.INCREMENT: match_increment,
}
