"""A run ends, with nothing twice, whatever is killed inside it and however often its messages come."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.models import Count

from activity.models import Event, Notice
from matching.models import Match, MatchRun, RunPair, Shard
from matching.plan import Plan
from matching.services import runs
from matching.services.sweep import sweep
from matching.states import RunState, Step
from matching.tasks import send
from scenemarket.celery import app
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.workers import Floor, Process, until

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
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def working(step: str) -> Shard | None:
    return Shard.objects.filter(step=step, work_state=WorkState.WORKING).first()


def ended(run: MatchRun) -> bool:
    run.refresh_from_db()
    return run.state == RunState.READY


def push_on(run: MatchRun, floor: Floor) -> None:
    """Sweep, as beat does, until the run has ended."""
    with app.connection_for_write(url=floor.environment["REDIS_URL"]) as broker, app.set_broker(broker):
        until(lambda: send(sweep()) or ended(run), what="the end of the run")


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
