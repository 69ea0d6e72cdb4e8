"""A run ends, with nothing twice, whatever is killed inside it and however often its messages come."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count

from activity.models import Event, Notice
from matching.models import Match, MatchRun, RunPair, Shard
from matching.plan import Plan
from matching.services import folders, runs
from matching.services.sweep import sweep
from matching.services.work import work_shard as work_shard_here
from matching.states import RunState, Step
from matching.tasks import work_shard
from scenemarket.celery import app
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import work_all
from tests.workers import Floor, until

NEEDS, OFFERS = 6, 8
PLAN = Plan(shard_size=2, least_score=0)


@pytest.fixture
def run(floor: Floor, cast: Cast) -> MatchRun:
    OpportunityFactory.create_batch(NEEDS)
    CapabilityFactory.create_batch(OFFERS)
    return runs.start_run(city=CITY, by=cast.reviewer, plan=PLAN)


@contextmanager
def table_held(table: str) -> Iterator[None]:
    """Nobody reads the table: a step that needs it stands still where it does, its lease taken and its attempt counted."""
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        other.autocommit = False
        other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def building_held() -> Iterator[None]:
    """This machine's folders are gone, and nobody builds one: a step that scores stands still before its first pair."""
    with folders.building():
        for folder in Path(settings.SNAPSHOT_DIR).iterdir():
            shutil.rmtree(folder, ignore_errors=True)
        yield


# what to hold so that a worker stands still in the middle of a step
HELD: dict[Step, Callable[[], AbstractContextManager[None]]] = {
    Step.BUILD: partial(table_held, "matching_snapshotpart"),
    Step.SCORE: building_held,
    Step.MERGE: partial(table_held, "accounts_organisation"),
    Step.WRITE: partial(table_held, "matching_runpair"),
    Step.PROPOSE: partial(table_held, "matching_match"),
}


def worked_up_to(run: MatchRun, step: Step) -> list[int]:
    """Work here, one step after the other, until steps of this kind are due; their keys."""
    keys = list(run.shards.values_list("pk", flat=True))
    while not run.shards.filter(step=step).exists():
        keys = [following for key in keys for following in work_shard_here(key)]
    return list(run.shards.filter(step=step).values_list("pk", flat=True))


def undisturbed(run: MatchRun) -> MatchRun:
    """The same lists matched once more, in one piece, in this process."""
    other = runs.start_run(city=CITY, by=run.by, plan=Plan(shard_size=100, least_score=0))
    work_all(list(other.shards.values_list("pk", flat=True)))
    return other


def results(run: MatchRun) -> tuple[set[Any], set[Any]]:
    """All that a run has stored of its pairs, to the last digit."""
    kept = run.pairs.values_list(
        "opportunity", "capability", "score", "rank_for_opportunity", "rank_for_capability", "eligible"
    )
    logged = Event.objects.filter(verb="match.proposed").values_list("subject_title", flat=True)
    return set(kept), set(logged)


def working(step: str) -> Shard | None:
    return Shard.objects.filter(step=step, work_state=WorkState.WORKING).first()


def ended(run: MatchRun) -> bool:
    run.refresh_from_db()
    return run.state == RunState.READY


def push_once(floor: Floor, times: int = 1) -> None:
    """Sweep once, as beat makes a worker do, and tell the workers of this floor what is due."""
    tell(sweep(), floor, times)


def tell(keys: list[int], floor: Floor, times: int = 1) -> None:
    """Send the message of each step."""
    with app.connection_for_write(url=floor.broker) as broker:
        for _ in range(times):
            for key in keys:
                app.send_task(work_shard.name, args=[key], connection=broker, queue="bulk")


def push_until(condition: Callable[[], Any], floor: Floor, times: int = 1) -> None:
    """Sweep until it is so."""
    until(lambda: condition() or push_once(floor, times), what="the work")


def push_on(run: MatchRun, floor: Floor, times: int = 1) -> None:
    """Sweep until the run has ended."""
    push_until(lambda: ended(run), floor, times)


def settled(floor: Floor) -> None:
    """Wait until no message waits and no worker works."""
    with app.connection_for_write(url=floor.broker) as broker:
        client = broker.default_channel.client
        until(lambda: not client.llen("bulk") and not client.hlen("unacked"), what="the last message")


def check_nothing_twice(run: MatchRun, attempts: int = 1) -> None:
    """Every pair once, every log row once, every person told once, every step worked once."""
    assert RunPair.objects.filter(run=run).count() == Match.objects.count() == NEEDS * OFFERS
    assert Event.objects.filter(verb="match.proposed").count() == NEEDS * OFFERS
    for verb in ("run.started", "run.running", "run.ready"):
        assert Event.objects.filter(verb=verb).count() == 1
    assert Notice.objects.filter(kind="run.ready").count() == 1
    assert set(run.shards.values_list("work_state", flat=True)) == {WorkState.DONE}
    assert max(run.shards.values_list("attempts", flat=True)) == attempts
    assert not Shard.objects.values("run", "step", "index").annotate(n=Count("pk")).filter(n__gt=1).exists()


@pytest.mark.parametrize("step", list(HELD))
def test_it_goes_on_after_kill_9_inside_a_step(run: MatchRun, floor: Floor, step: Step) -> None:
    first = floor.worker()
    keys = worked_up_to(run, step)
    with HELD[step]():
        tell(keys, floor)
        until(lambda: working(step), what=f"a worker inside {step}")
        first.kill()
    floor.worker()
    push_on(run, floor)
    check_nothing_twice(run, attempts=2)
    assert results(run) == results(undisturbed(run))


def test_it_stores_the_same_whatever_workers_and_ranges(run: MatchRun, floor: Floor) -> None:
    """Two workers of two processes, each opening what one has built, against this process alone with one range."""
    floor.worker(processes=2)
    floor.worker(processes=2)
    push_on(run, floor)
    assert run.shards.filter(step=Step.SCORE).count() == NEEDS // PLAN.shard_size
    assert results(run) == results(undisturbed(run))


def test_it_goes_on_after_kill_9_of_the_process_that_works(run: MatchRun, floor: Floor) -> None:
    worker = floor.worker()
    with table_held("accounts_title"):
        push_once(floor)
        until(lambda: working(Step.FREEZE), what="a worker inside a step")
        os.kill(worker.children()[0], signal.SIGKILL)
    push_on(run, floor)
    check_nothing_twice(run, attempts=2)


def test_it_does_everything_once_when_each_message_comes_three_times(run: MatchRun, floor: Floor) -> None:
    floor.worker("tests.faults.thrice", processes=3)
    push_on(run, floor, times=3)
    settled(floor)
    check_nothing_twice(run)


def test_it_lets_one_worker_through_when_three_are_told(run: MatchRun, floor: Floor) -> None:
    tell_three(run, floor)
    assert attempts(run) == 1
    push_on(run, floor)
    check_nothing_twice(run)


def test_it_would_notice_if_the_lease_were_switched_off(run: MatchRun, floor: Floor) -> None:
    """The control: the same three messages without the lease. If this fails, the test above proves nothing."""
    tell_three(run, floor, "tests.faults.without_lease")
    assert attempts(run) == 3


def tell_three(run: MatchRun, floor: Floor, *modules: str) -> None:
    """Three free workers are told of one step, one after the other, while it is held up inside the first."""
    worker = floor.worker(*modules, processes=3)
    with table_held("accounts_title"):
        for told in (1, 2, 3):
            tell([run.shards.get().pk], floor)
            until(lambda n=told: attempts(run) == n or worker.said("succeeded") == n - 1 > 0, what="the answer")


def attempts(run: MatchRun) -> int:
    return Shard.objects.get(run=run, step=Step.FREEZE).attempts


def test_it_sets_aside_what_kills_its_worker_each_time(run: MatchRun, floor: Floor) -> None:
    worker = floor.worker()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with table_held("accounts_title"):
            push_until(
                lambda n=attempt: Shard.objects.filter(step=Step.FREEZE, attempts=n, work_state="working"), floor
            )
            os.kill(worker.children()[0], signal.SIGKILL)
    push_until(lambda: MatchRun.objects.get(pk=run.pk).state == RunState.FAILED, floor)
    assert Shard.objects.get(step=Step.FREEZE).attempts == MAX_ATTEMPTS
    assert Notice.objects.filter(kind="run.failed").count() == 1
    assert worker.pid, "the worker itself lives"
