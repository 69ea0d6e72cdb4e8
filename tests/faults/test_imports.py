"""An import ends, with nothing twice and nothing lost, whatever is killed inside it and however often its messages come."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.db.models import Count

from activity.models import Event, Notice
from listings import imports
from listings.models import ImportJob, ImportRow, ImportState, RowOutcome, Version
from opportunities.models import Opportunity
from scenemarket.leases import WorkState
from tests.conftest import Cast
from tests.listings.importing import csv_file, need
from tests.workers import Floor, until

ROWS = 600


@pytest.fixture
def job(floor: Floor, cast: Cast) -> ImportJob:
    rows = [need(id=f"HC-{n:04d}", title=f"场景 {n}", owner=cast.agency.name) for n in range(ROWS)]
    return imports.upload(by=cast.reviewer, kind="opportunity", file=csv_file(rows), city="990100", publish=True)


@contextmanager
def table_held(table: str) -> Iterator[None]:
    """Nobody writes the table: an import stands still inside a chunk, its lease taken and its attempt counted."""
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        other.autocommit = False
        other.cursor().execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def working(job: ImportJob) -> bool:
    job.refresh_from_db()
    return bool(job.work_state == WorkState.WORKING)


def stands(job: ImportJob, state: str) -> bool:
    job.refresh_from_db()
    return bool(job.state == state)


def check_nothing_twice(job: ImportJob, attempts: int) -> None:
    """Every row once, every listing once, every log row and version once, everybody told once."""
    assert (job.created, job.changed, job.unchanged, job.faulty, job.attempts) == (ROWS, 0, 0, 0, attempts)
    assert Opportunity.objects.count() == Version.objects.count() == ROWS
    assert Event.objects.filter(verb="listing.imported").count() == ROWS
    assert job.rows.filter(outcome=RowOutcome.CREATED).count() == ROWS
    assert not ImportRow.objects.values("listing_public_id").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert (
        Notice.objects.filter(kind="import.published").values("recipient").annotate(n=Count("pk")).filter(n=1).count()
        == 1
    )


def test_it_goes_on_after_kill_9_while_it_reads_and_while_it_writes(job: ImportJob, floor: Floor, cast: Cast) -> None:
    floor.beat()
    with table_held("listings_importrow"):
        first = floor.worker()
        until(lambda: working(job), what="a worker that reads")
        first.kill()
    second = floor.worker()
    until(lambda: stands(job, ImportState.PREVIEW), what="the preview")
    assert (job.total, job.attempts, job.rows.count()) == (ROWS, 2, ROWS)
    with table_held("listings_version"):
        imports.confirm(job, by=cast.reviewer)
        until(lambda: working(job), what="a worker that writes")
        second.kill()
    assert not Opportunity.objects.exists()
    floor.worker()
    until(lambda: stands(job, ImportState.DONE), what="the end of the import")
    check_nothing_twice(job, attempts=2)


def test_it_does_everything_once_when_each_message_comes_three_times(job: ImportJob, floor: Floor, cast: Cast) -> None:
    floor.worker("tests.faults.thrice", processes=3)
    floor.beat()
    until(lambda: stands(job, ImportState.PREVIEW), what="the preview")
    imports.confirm(job, by=cast.reviewer)
    until(lambda: stands(job, ImportState.DONE), what="the end of the import")
    check_nothing_twice(job, attempts=1)


def test_it_is_set_aside_after_five_attempts_and_can_be_tried_again(job: ImportJob, cast: Cast) -> None:
    ImportJob.objects.update(attempts=5)
    imports.work()
    assert stands(job, ImportState.FAILED)
    assert '"set_aside"' in job.refusal
    imports.read_anew(job, by=cast.reviewer)
    imports.work()
    assert stands(job, ImportState.PREVIEW)
