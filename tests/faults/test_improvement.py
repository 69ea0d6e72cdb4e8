"""A city is matched within moments without vectors, and better by itself when they have come: real workers, the real model."""

import pytest

from matching.models import Match, MatchRun, TextVector
from matching.states import RunOrigin, RunState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory
from tests.workers import Floor, until

pytestmark = pytest.mark.usefixtures("by_meaning")


def test_it_improves_by_itself(cast: Cast, by_meaning: None, floor: Floor) -> None:
    OpportunityFactory.create_batch(2)
    CapabilityFactory.create_batch(2)
    # on a busy machine the vectors of so few texts would be there before the first run, so nobody makes any yet
    floor.worker(queues="push,bulk")
    floor.beat()
    until(lambda: Match.objects.filter(state="proposed").exists(), what="the first suggestion")
    first = MatchRun.objects.order_by("pk")[0]
    floor.worker()
    until(lambda: ready().exclude(model_id="none").exists(), seconds=90, what="the run with the model")
    assert first.model_id == "none"
    better = ready().exclude(model_id="none").get()
    assert set(Match.objects.values_list("run", flat=True)) == {better.pk}
    assert set(TextVector.objects.values_list("model_id", flat=True)) == {better.model_id}
    new = CapabilityFactory()
    until(lambda: Match.objects.filter(capability=new).exists(), seconds=60, what="the new one's suggestion")
    assert MatchRun.objects.filter(origin=RunOrigin.INCREMENT, listing_id=new.pk).latest("pk").listing_version == 1


def ready() -> object:
    return MatchRun.objects.full().filter(state=RunState.READY)
