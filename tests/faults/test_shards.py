"""A run ends, with nothing twice, whatever is killed inside it and however often its messages come."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from activity.models import Event, Notice
from matching.models import Match, MatchRun, RunPair, Shard
from matching.plan import Plan
from matching.services import runs
from matching.services.sweep import sweep
from matching.services.work import work_shard as work_shard_here
from matching.states import RunState, Step
from matching.tasks import work_shard
from scenemarket.celery import app
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
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


def test_it_goes_on_after_kill_9_of_a_worker_inside_a_shard(run: MatchRun, floor: Floor) -> None:
    first = floor.worker()
    ranges = work_shard_here(run.shards.get().pk)
    with table_held("matching_snapshotpart"):
        tell(ranges, floor)
        until(lambda: working(Step.SCORE), what="a worker inside a shard")
        first.kill()
    floor.worker()
    push_on(run, floor)
    check_nothing_twice(run, attempts=2)


def test_it_goes_on_after_kill_9_of_the_process_that_works(run: MatchRun, floor: Floor) -> None:
    worker = floor.worker()
    with table_held("accounts_title"):
        push_once(floor)
        until(lambda: working(Step.FREEZE), what="a worker inside a step")
        os.kill(worker.children()[0], signal.SIGKILL)
    push_on(run, floor)
    check_nothing_twice(run, attempts=2)


def test_it_goes_on_after_kill_9_inside_the_merge(run: MatchRun, floor: Floor) -> None:
    first = floor.worker()
    with table_held("matching_runpair"):
        push_until(lambda: working(Step.MERGE), floor)
        first.kill()
    floor.worker()
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
