"""No text is lost, and none is embedded in vain, whatever is killed while the model works."""

import os
import signal

import numpy as np
import pytest

from matching.models import TextVector
from matching.services import embedding
from matching.tasks import embed_texts
from scenemarket.celery import app
from scenemarket.leases import WorkState
from tests.workers import Floor, until

pytestmark = pytest.mark.usefixtures("by_meaning")
TEXTS = [f"第 {number} 段供水管网巡检，" + "在不停水的条件下完成检测。" * 5 for number in range(40)]


@pytest.fixture
def ground(by_meaning: None, floor: Floor) -> Floor:
    """The floor, its workers having the model."""
    floor.environment["EMBEDDING_PROVIDER"] = "local"
    return floor


def push(floor: Floor) -> None:
    """Tell a worker, as beat does."""
    with app.connection_for_write(url=floor.broker) as broker:
        app.send_task(embed_texts.name, connection=broker, queue="embed")


def done() -> int:
    return TextVector.objects.filter(work_state=WorkState.DONE).count()


def in_the_middle() -> bool:
    return 0 < done() < len(TEXTS) and TextVector.objects.filter(work_state=WorkState.WORKING).exists()


def held() -> bool:
    """Whether somebody who is dead by now still holds texts: a claim may have ended in the moment of the kill."""
    return TextVector.objects.filter(work_state=WorkState.WORKING).exists()


def check_all(floor: Floor, *, interrupted: set[int]) -> None:
    """All have vectors, each of its own text, tried as often as said at most; what was done before is not done again."""
    until(lambda: done() == len(TEXTS) or push(floor), what="the rest")
    known, model = embedding.known(TEXTS), embedding.providers().first
    assert known is not None
    assert model is not None
    some = [TEXTS[0], TEXTS[20], TEXTS[-1]]
    np.testing.assert_array_equal(known.embed(some), model.embed(some).astype(np.float16).astype(np.float32))
    assert TextVector.objects.count() == len(TEXTS)
    attempts = list(TextVector.objects.values_list("attempts", flat=True))
    assert max(attempts) in interrupted
    assert attempts.count(2) <= embedding.CLAIMED


def test_it_goes_on_after_kill_9_of_the_worker(ground: Floor) -> None:
    first = ground.worker()
    embedding.want(TEXTS)
    push(ground)
    until(in_the_middle, what="a worker in the middle")
    first.kill()
    interrupted = {2} if held() else {1}
    ground.worker()
    check_all(ground, interrupted=interrupted)


def test_it_goes_on_after_kill_9_of_the_process_with_the_model(ground: Floor) -> None:
    worker = ground.worker()
    embedding.want(TEXTS)
    push(ground)
    until(in_the_middle, what="a process in the middle")
    os.kill(worker.children()[0], signal.SIGKILL)
    # the worker starts another process at once, so nobody can tell any more whether the moment hit a claim
    check_all(ground, interrupted={1, 2})
