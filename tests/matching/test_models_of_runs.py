"""A run takes the model when all its texts have vectors, else none at once; when they have come, the better run follows."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db.models.functions import Now

from matching.models import Match, MatchRun, RunPair, TextVector, Worded
from matching.services import runs, scoring, texts
from matching.services.embedding import providers
from matching.services.snapshot import base_of
from matching.services.sweep import sweep, vectors_came
from matching.services.work import work_shard
from matching.states import RunOrigin, RunState
from scenemarket.leases import WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import swept, work_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def model(by_meaning: None, settings: Any, tmp_path: Path) -> str:
    """The local model is chosen; its vectors come from `arrive`, so that nothing is loaded."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    scoring.close()
    return str(providers().both[0].model_id)


def arrive() -> None:
    """Vectors for all texts that wait; equal texts get equal ones."""
    for row in TextVector.objects.exclude(work_state=WorkState.DONE):
        vector = np.random.default_rng(int(row.text_hash[:8], 16)).standard_normal(384)
        row.vector, row.work_state = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes(), WorkState.DONE
        row.save()


def late(seconds: int = 60) -> None:
    """As if the texts had been asked for some time ago."""
    Worded.objects.update(asked_at=Now() - timedelta(seconds=seconds))


def test_it_runs_without_a_model_at_once_and_with_it_when_the_vectors_have_come(
    cast: Cast, opportunity: object, capability: object, model: str
) -> None:
    swept()
    assert [run.model_id for run in MatchRun.objects.all()] == ["none"]
    assert Match.objects.get().state == "proposed"
    arrive()
    work_all(vectors_came())
    assert [run.model_id for run in MatchRun.objects.order_by("pk")] == ["none", model]
    assert Match.objects.get().run == base_of(CITY) == MatchRun.objects.latest("pk")
    swept()
    assert MatchRun.objects.count() == 2


def test_it_starts_with_the_model_when_all_vectors_are_there(cast: Cast, capability: object, model: str) -> None:
    OpportunityFactory()
    while texts.ask_due():
        arrive()
    swept()
    assert MatchRun.objects.get().model_id == model


def test_it_waits_a_moment_for_the_vectors_of_a_new_listing(cast: Cast, capability: object, model: str) -> None:
    OpportunityFactory()
    with_model()
    new = OpportunityFactory()
    swept()
    assert not MatchRun.objects.filter(listing_id=new.pk).exists()
    arrive()
    work_all(vectors_came())
    run = MatchRun.objects.get(origin=RunOrigin.INCREMENT)
    assert (run.listing_id, run.model_id, run.state) == (new.pk, model, RunState.READY)


def test_it_matches_without_vectors_that_let_wait_and_again_when_they_come(
    cast: Cast, capability: object, model: str
) -> None:
    OpportunityFactory()
    with_model()
    new = OpportunityFactory()
    sweep(), late(), swept()
    assert MatchRun.objects.get(origin=RunOrigin.INCREMENT).model_id == "none"
    first = Match.objects.get(opportunity=new).score
    arrive(), swept(), swept()
    increments = MatchRun.objects.filter(origin=RunOrigin.INCREMENT).order_by("pk")
    assert [run.model_id for run in increments] == ["none", model]
    improved = Match.objects.get(opportunity=new)
    assert (improved.run, improved.score_before) == (increments.last(), first)


def with_model() -> None:
    """A finished run with the model over what is published."""
    while texts.ask_due():
        arrive()
    swept()
    assert base_of(CITY).model_id != "none"


def test_it_keeps_the_model_while_a_few_vectors_are_missing(cast: Cast, capability: object, model: str) -> None:
    OpportunityFactory.create_batch(40)
    with_model()
    CapabilityFactory.create_batch(4)
    sweep(), late(), swept()
    assert base_of(CITY).model_id == model
    assert MatchRun.objects.full().count() == 1
    assert MatchRun.objects.filter(origin=RunOrigin.INCREMENT, model_id="none").count() == 4


def test_it_never_mixes_models_in_a_run(cast: Cast, capability: object, model: str) -> None:
    """Vectors that go away between freezing and measuring: the whole run does without, and says so."""
    OpportunityFactory()
    while texts.ask_due():
        arrive()
    run = runs.start_run(city=CITY, by=cast.reviewer)
    (build,) = work_shard(run.shards.get().pk)
    run.refresh_from_db()
    assert run.model_id == model
    TextVector.objects.first().delete()
    scoring.close()
    work_all([build])
    run.refresh_from_db()
    assert (run.state, run.model_id) == (RunState.READY, "none")


def test_it_goes_on_without_a_model_that_has_forgotten_the_lists(cast: Cast, capability: object, model: str) -> None:
    """The city's folder is gone, and so are its vectors: the new listing is matched all the same."""
    OpportunityFactory()
    with_model()
    new = CapabilityFactory()
    texts.ask_due(), arrive()
    keys = vectors_came()
    TextVector.objects.order_by("pk").first().delete()
    shutil.rmtree(Path(settings.SNAPSHOT_DIR, scoring.name_of(base_of(CITY), model)))
    scoring.close()
    work_all(keys)
    run = MatchRun.objects.get(origin=RunOrigin.INCREMENT)
    assert (run.model_id, run.state) == ("none", RunState.READY)
    assert RunPair.objects.filter(run=run, capability=new).exists()


def test_it_asks_the_database_little_when_nothing_changes(
    cast: Cast, capability: object, django_assert_max_num_queries: object
) -> None:
    OpportunityFactory.create_batch(12)
    with_model()
    swept()
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        assert sweep() == []
    assert RunPair.objects.exists()


def test_an_edit_meanwhile_is_not_taken_for_what_has_its_vectors(opportunity: Any, model: str) -> None:
    texts.ask_due()
    note = Worded.objects.get(kind="opportunity")
    read = {note.pk: note.hashes}
    edited = [*note.hashes[1:], "0" * 64]
    Worded.objects.filter(pk=note.pk).update(hashes=edited)
    assert texts._all_there(model, read) == 0
    assert texts._all_there(model, {note.pk: edited}) == 1
