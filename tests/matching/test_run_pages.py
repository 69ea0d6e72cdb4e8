"""Runs in the browser: list, one run, comparison, withdrawal."""

import pytest
from django.urls import reverse

from matching.models import Match, MatchRun, RunPair, Shard
from matching.states import MatchState, RunState, Step
from scenemarket.leases import WorkState
from tests.conftest import Cast
from tests.factories import RunFactory, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


def test_it_starts_a_run_and_shows_its_progress(cast: Cast) -> None:
    client = cast.client("reviewer")
    answer = client.post(reverse("run-start"), follow=True)
    run = MatchRun.objects.get()
    assert answer.redirect_chain[-1][0] == run.get_absolute_url()
    assert (answer.context["done"], answer.context["total"], answer.context["going"]) == (0, 1, True)


def test_it_does_not_take_the_reading_of_the_lists_for_all_of_the_work(cast: Cast) -> None:
    run = RunFactory(state=RunState.RUNNING)
    Shard.objects.create(run=run, step=Step.FREEZE, work_state=WorkState.DONE)
    shown = cast.client("reviewer").get(run.get_absolute_url()).context
    assert (shown["done"], shown["total"]) == (0, 1)


def test_it_reloads_the_page_once_a_polled_run_is_ready(cast: Cast) -> None:
    run = RunFactory()
    answer = cast.client("reviewer").get(run.get_absolute_url(), headers={"hx-request": "true"})
    assert answer.headers["HX-Refresh"] == "true"


def test_it_tries_a_failed_run_again(cast: Cast) -> None:
    run = RunFactory(state=RunState.FAILED)
    shard = Shard.objects.create(run=run, work_state=WorkState.DEAD, attempts=5, last_error="ValueError: x")
    client = cast.client("reviewer")
    assert "ValueError: x" in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("run-again", args=[run.public_id]))
    shard.refresh_from_db()
    assert (shard.work_state, shard.attempts) == (WorkState.QUEUED, 0)


def test_it_compares_with_the_run_before(cast: Cast, match: Match) -> None:
    old, new = RunFactory(), RunFactory()
    pair = {"opportunity": match.opportunity, "capability": match.capability, "rank_for_capability": 1, "score": 70}
    RunPair.objects.create(run=new, rank_for_opportunity=1, **pair)
    shown = cast.client("reviewer").get(new.get_absolute_url(), {"against": "last"})
    assert shown.context["other"] == old
    assert {name: part["count"] for name, part in shown.context["compared"].items()} == {
        "new": 1,
        "gone": 0,
        "moved": 0,
    }


def test_it_withdraws_a_released_run_after_asking(cast: Cast) -> None:
    run = RunFactory(state=RunState.RELEASED)
    match = pushed_match(run=run)
    address, client = reverse("run-withdraw", args=[run.public_id]), cast.client("reviewer")
    assert client.get(address).context["affected"] == 1
    client.post(address, {"reason": "参数有误"})
    match.refresh_from_db()
    assert match.state == MatchState.WITHDRAWN


def test_it_asks_a_constant_number_of_questions(cast: Cast) -> None:
    few, many = stays_constant(cast.client("reviewer"), reverse("runs"), lambda n: [RunFactory() for _ in range(n)])
    assert few == many
