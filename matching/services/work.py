"""The steps of a run: freeze the lists, measure them, score ranges, merge, write ranges, put forward; or match one listing.

Each may be killed and repeated. Nothing of a full run is seen before its last step, which is one transaction.
"""

import json
import logging
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from accounts.services import reviewers
from activity.services import tell
from matching.adapters import ENGINE_VERSION
from matching.models import MatchRun, Proposal, Shard
from matching.plan import Plan
from matching.services import increments, rankers, scoring, texts
from matching.services.arrange import arrange, make_room
from matching.services.proposals import (
    Found,
    keep_pairs,
    mark_conflicts,
    meeting,
    put_forward,
    stage,
    supersede_older,
)
from matching.services.runs import move_run, tell_progress
from matching.services.snapshot import drop_older, fingerprint, forget_older, freeze
from matching.services.sweep import nudged
from matching.states import AFTER, RunOrigin, RunState, Side, Step
from scenemarket.leases import Leased, LeaseLost

logger = logging.getLogger(__name__)

# kept pairs that one step writes
WRITTEN_AT_ONCE = 10_000


def work_shard(shard_id: int) -> list[int]:
    """Do one step, if it is free: the lease lets one worker through, the attempt is committed before the work.

    Returns the keys of the steps that are due next. A message that comes twice, or too late, does nothing.
    """
    # a subquery and not a join: the claim locks the step alone, so that steps of one run do not wait for each other
    ours = MatchRun.objects.under_way().filter(engine_version=ENGINE_VERSION)
    claimed = Shard.objects.filter(pk=shard_id, run__in=ours).claim()
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
    tell_progress(shard.run)
    return nudged(_next(shard))


@contextmanager
def lease_kept(shard: Leased) -> Iterator[None]:
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


def _renew_until(shard: Leased, over: threading.Event) -> None:
    while not over.wait(settings.LEASE_SECONDS / 3):
        try:
            shard.renew()
        except LeaseLost:
            break
        except OperationalError:
            logger.warning("the lease of %s could not be renewed just now", shard.pk)
    connection.close()


@contextmanager
def given_back_on_error(shard: Leased) -> Iterator[None]:
    """Keep the words of an error with the row, for the operator; the error itself goes on to the log."""
    try:
        yield
    except LeaseLost:
        raise
    except Exception as error:
        # a lease that is lost as well does not hide the error
        with suppress(LeaseLost):
            shard.fail(f"{type(error).__name__}: {error}")
        raise


def _next(shard: Shard) -> list[int]:
    """What one step made possible: the steps that it has written, or the one that comes after the last of many."""
    if shard.step in AFTER:
        if shard.run.shards.filter(step=shard.step).unfinished().exists():
            return []
        step, new = Shard.objects.get_or_create(run=shard.run, step=AFTER[shard.step])
        return [step.pk] if new else []
    return list(shard.run.shards.filter(pk__gt=shard.pk).values_list("pk", flat=True))


def freeze_lists(shard: Shard) -> None:
    """Write the snapshot, and the step that measures it."""
    # not in the transaction below: nobody who notes the same arrivals waits until a big city is frozen
    texts.note_arrivals()
    _freeze(shard, texts.model_of_all(shard.run.city))


@transaction.atomic
def _freeze(shard: Shard, model_id: str) -> None:
    run = shard.run
    counts, content = freeze(run, model_id)
    MatchRun.objects.filter(pk=run.pk).update(
        opportunities=counts[Side.OPPORTUNITY], capabilities=counts[Side.CAPABILITY],
        content=content, model_id=model_id, snapshot=fingerprint(run.city),
    )  # fmt: skip
    Shard.objects.create(run=run, step=Step.BUILD)
    shard.finish()


def build_folder(shard: Shard) -> None:
    """Measure both lists into a folder that all processes of this machine open, and cut the opportunities into ranges."""
    run = shard.run
    scoring.prepare(run)
    size = Plan.of(run).size(run.opportunities, run.capabilities)
    starts = range(0, max(run.opportunities, 1), size)
    with transaction.atomic():
        Shard.objects.bulk_create(
            Shard(run=run, step=Step.SCORE, index=index, start=start, stop=min(start + size, run.opportunities))
            for index, start in enumerate(starts)
        )
        shard.finish()


def score_range(shard: Shard) -> None:
    """Score the pairs of one range; the result is bytes in the row, so that doing it twice changes nothing."""
    shard.finish(result=scoring.score(shard.run, shard.start, shard.stop))


def merge_ranges(shard: Shard) -> None:
    """Rank both sides over all ranges once, choose what is put forward, and hand both on to the steps that write."""
    run, plan = shard.run, Plan.of(shard.run)
    results = run.shards.filter(step=Step.SCORE).order_by("index").values_list("result", flat=True)
    found = rankers.adjusted(run, meeting(scoring.merge(run, results)))
    best = arrange(run, found, plan)
    with transaction.atomic():
        Shard.objects.bulk_create(
            Shard(run=run, step=Step.WRITE, index=index, stop=len(kept), result=_packed(kept, forward))
            for index, (kept, forward) in enumerate(_ranges(found, best))
        )
        run.shards.filter(step=Step.SCORE).update(result=None)
        shard.finish()


def _ranges(found: Iterable[Found], best: Iterable[Found]) -> Iterator[tuple[list[Found], list[Found]]]:
    """Kept and chosen pairs by ranges of opportunities (their keys), each opportunity in one range; at least one range."""
    of_kept, of_best = _by_opportunity(found), _by_opportunity(best)
    kept: list[Found] = []
    forward: list[Found] = []
    for opportunity in sorted(of_kept | of_best):
        kept += of_kept.get(opportunity, [])
        forward += of_best.get(opportunity, [])
        if len(kept) >= WRITTEN_AT_ONCE:
            yield kept, forward
            kept, forward = [], []
    yield kept, forward


def _by_opportunity(found: Iterable[Found]) -> dict[int, list[Found]]:
    rows: dict[int, list[Found]] = {}
    for each in found:
        rows.setdefault(each.opportunity, []).append(each)
    return rows


def _packed(kept: list[Found], forward: list[Found]) -> bytes:
    return zlib.compress(json.dumps([[astuple(each) for each in pairs] for pairs in (kept, forward)]).encode(), 1)


def _unpacked(packed: bytes) -> tuple[list[Found], list[Found]]:
    kept, forward = json.loads(zlib.decompress(packed))
    return [Found(*each) for each in kept], [Found(*each) for each in forward]


def write_range(shard: Shard) -> None:
    """Write the kept pairs of some opportunities, and with their parts those that will be put forward; nobody sees either yet."""
    run = shard.run
    kept, forward = _unpacked(bytes(shard.result or b""))
    forward = scoring.with_parts(run, forward)
    with transaction.atomic():
        keep_pairs(run, kept)
        stage(run, forward)
        shard.finish(result=None)


def propose_all(shard: Shard) -> None:
    """The run becomes ready: all its proposals are matches from one moment to the next, and what it did not find again is gone."""
    run = shard.run
    with connection.cursor() as cursor:
        # written a moment ago, so nothing is known about them yet, and joins would be planned for a handful of rows
        cursor.execute(f"ANALYZE {connection.ops.quote_name(Proposal._meta.db_table)}")
    with transaction.atomic():
        _put_forward(run)
        supersede_older(run)
        drop_older(run)
        shard.finish()
    forget_older(run)
    # all is done; what follows spares the first listing whose vectors let wait the time for measuring without a model
    scoring.loaded(run, texts.NONE)


def match_increment(shard: Shard) -> None:
    """Match one listing against the other side, with the texts' statistics of the last run over the city."""
    run, plan = shard.run, Plan.of(shard.run)
    found = meeting(increments.increment(run))
    best = arrange(run, found, plan)
    with transaction.atomic():
        keep_pairs(run, found)
        stage(run, best)
        _put_forward(run)
        make_room(run)
        shard.finish()


def _put_forward(run: MatchRun) -> None:
    waiting = put_forward(run)
    mark_conflicts(run)
    move_run(run, RunState.READY, by=None, verb="run.ready", ready_at=Now(), proposed=waiting, failure="")
    if run.origin == RunOrigin.REVIEWER:
        params = {"run": str(run), "n": waiting}
        key = f"run.ready:{run.public_id}"
        tell(reviewers(run.city), kind="run.ready", key=key, path=run.get_absolute_url(), params=params)


STEPS: dict[str, Callable[[Shard], None]] = {
    Step.FREEZE: freeze_lists,
    Step.BUILD: build_folder,
    Step.SCORE: score_range,
    Step.MERGE: merge_ranges,
    Step.WRITE: write_range,
    Step.PROPOSE: propose_all,
    Step.INCREMENT: match_increment,
}
