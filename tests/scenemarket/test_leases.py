"""One worker at a time, whatever happens to it."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from activity.models import Delivery, Notice
from scenemarket.leases import MAX_ATTEMPTS, LeaseLost, WorkState
from tests.factories import UserFactory


@pytest.fixture
def work(db: None) -> Delivery:
    notice = Notice.objects.create(recipient=UserFactory(), kind="listing.approved", key="k", path="/")
    return Delivery.objects.create(notice=notice)


def run_out(row: Delivery) -> None:
    """The worker is gone and its lease is over."""
    Delivery.objects.filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_it_is_claimed_once(work: Delivery) -> None:
    assert [r.pk for r in Delivery.objects.claim(5)] == [work.pk]
    assert Delivery.objects.claim(5) == []


def test_the_attempt_counts_before_the_work_begins(work: Delivery) -> None:
    Delivery.objects.claim()
    work.refresh_from_db()
    assert work.attempts == 1


def test_it_is_free_again_when_the_lease_has_run_out(work: Delivery) -> None:
    Delivery.objects.claim()
    run_out(work)
    assert [r.attempts for r in Delivery.objects.claim()] == [2]


def test_a_late_worker_cannot_finish_what_another_took_over(work: Delivery) -> None:
    [late] = Delivery.objects.claim()
    run_out(work)
    [now] = Delivery.objects.claim()
    with pytest.raises(LeaseLost):
        late.finish()
    now.finish()
    work.refresh_from_db()
    assert work.work_state == WorkState.DONE


def test_work_that_kills_its_worker_is_set_aside(work: Delivery) -> None:
    for _ in range(MAX_ATTEMPTS):
        assert Delivery.objects.claim()
        run_out(work)
    assert Delivery.objects.claim() == []
    assert Delivery.objects.dead().count() == 1


def test_failing_gives_it_back_later_with_its_error(work: Delivery) -> None:
    [row] = Delivery.objects.claim()
    row.fail("the mail server was away")
    work.refresh_from_db()
    assert (work.work_state, work.last_error) == (WorkState.QUEUED, "the mail server was away")
    assert Delivery.objects.claim() == []


def test_an_operator_can_put_it_back(work: Delivery) -> None:
    for _ in range(MAX_ATTEMPTS + 1):
        Delivery.objects.claim()
        run_out(work)
    assert Delivery.again(Delivery.objects.all()) == 1
    assert len(Delivery.objects.claim()) == 1
