"""The broker is only the wake-up: killed, emptied, or doubled at the other end, nothing is lost and nothing comes twice."""

import pytest
from kombu.exceptions import OperationalError

from activity.models import Delivery, Event, Notice
from matching.models import Match, MatchRun, Night, Shard
from matching.plan import Plan
from matching.services import release, review, runs
from matching.services.sweep import sweep
from matching.states import RunOrigin, RunState
from matching.tasks import work_shard
from scenemarket.celery import app
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, MatchFactory, OpportunityFactory
from tests.workers import Floor, until

PLAN = Plan(shard_size=2, least_score=0)


@pytest.fixture
def lists(cast: Cast) -> None:
    OpportunityFactory.create_batch(4)
    CapabilityFactory.create_batch(4)


def ended(run: MatchRun) -> bool:
    run.refresh_from_db()
    return run.state == RunState.READY


def test_it_loses_nothing_when_the_broker_is_killed_while_publishing(lists: None, floor: Floor, cast: Cast) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=PLAN)
    floor.kill_broker()
    keys = sweep()
    with pytest.raises(OperationalError), app.connection_for_write(url=floor.broker) as broker:
        app.send_task(work_shard.name, args=keys, connection=broker, queue="bulk", retry=False)
    review.approve(match := MatchFactory(), by=cast.reviewer)
    assert release.release(city=CITY, by=cast.reviewer) == 1
    assert Match.objects.get(pk=match.pk).state == "pushed"
    floor.start_broker()
    floor.worker()
    floor.beat()
    until(lambda: ended(run), what="the run, once the broker is back")
    assert Event.objects.filter(verb="run.ready").count() == 1


def test_it_consumes_again_after_the_broker_was_killed_under_a_worker(lists: None, floor: Floor, cast: Cast) -> None:
    floor.worker()
    floor.beat()
    floor.kill_broker()
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=PLAN)
    floor.start_broker()
    until(lambda: ended(run), what="the run")


def test_it_does_not_mind_an_emptied_broker(lists: None, floor: Floor, cast: Cast) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=PLAN)
    with app.connection_for_write(url=floor.broker) as broker:
        for key in sweep():
            app.send_task(work_shard.name, args=[key], connection=broker, queue="bulk")
        broker.default_channel.client.connection_pool.get_connection().send_command("FLUSHALL")
    Shard.objects.update(nudged_at=None)
    floor.worker()
    floor.beat()
    until(lambda: ended(run), what="the run")


def test_it_does_everything_once_with_two_beats(lists: None, floor: Floor, cast: Cast) -> None:
    floor.worker(processes=2)
    floor.beat()
    floor.beat()
    until(lambda: MatchRun.objects.filter(state=RunState.READY).exists(), what="the first run")
    review.approve_many(Match.objects.filter(state="proposed"), by=cast.reviewer)
    pushed = release.release(city=CITY, by=cast.reviewer)
    new = OpportunityFactory()
    until(
        lambda: MatchRun.objects.filter(origin=RunOrigin.INCREMENT, state=RunState.READY).exists(), what="the increment"
    )
    until(lambda: not Delivery.objects.exclude(work_state="done").exists(), what="the letters")
    assert MatchRun.objects.full().count() == Night.objects.count() == 1
    assert MatchRun.objects.get(origin=RunOrigin.INCREMENT).listing_id == new.pk
    assert Notice.objects.filter(kind="match.pushed").count() <= 2 * pushed
    assert Delivery.objects.count() == Notice.objects.count() == len(list((floor.folder / "mail").glob("*.log")))


def test_it_matches_a_new_listing_by_itself(lists: None, floor: Floor) -> None:
    floor.environment["SWEEP_SECONDS"] = "2"
    floor.worker(processes=2)
    floor.beat()
    until(lambda: MatchRun.objects.filter(state=RunState.READY).exists(), what="the first run")
    new = CapabilityFactory()
    until(lambda: Match.objects.filter(capability=new).exists(), what="its suggestions")
    assert MatchRun.objects.get(origin=RunOrigin.INCREMENT).listing_id == new.pk
    assert MatchRun.objects.full().count() == 1
