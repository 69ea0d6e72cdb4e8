"""Texts get their vectors once, by leased work, and the engine reads them back."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db.models.functions import Now

from matching import checks
from matching.engine.providers import Unavailable
from matching.models import TextVector, TokensSpent
from matching.services import embedding
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.engine.providers.test_remote import House, house

__all__ = ["house"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_meaning")]
TEXTS = ["老城区供水管网巡检", "带压球形检漏服务", "茶园霜冻预警"]
LOCAL = "e5-small-q4+query"


@pytest.fixture
def address(settings: Any) -> Callable[..., None]:
    """Makes an address the provider."""

    def use(url: str, **more: str) -> None:
        settings.EMBEDDING = {
            **settings.EMBEDDING, "EMBEDDING_PROVIDER": "openai", "OPENAI_BASE_URL": url, "EMBEDDING_MODEL": "m", **more,
        }  # fmt: skip

    return use


def embedded(texts: list[str]) -> embedding.Known:
    embedding.want(texts)
    embedding.embed_all_due()
    known = embedding.known(texts)
    assert known is not None
    return known


def test_it_wants_each_text_once() -> None:
    assert embedding.want([*TEXTS, TEXTS[0], "", " "]) == 3
    assert embedding.want(TEXTS) == 0
    # equal when width is folded: one vector serves both
    assert embedding.want(["ＡＩ质检", "AI质检"]) == 1


def test_it_knows_nothing_until_all_have_vectors() -> None:
    embedding.want(TEXTS)
    assert not embedding.complete(TEXTS)
    assert embedding.embed_due() == 3
    known = embedding.known(TEXTS)
    assert known is not None
    assert known.model_id == LOCAL
    assert not embedding.complete([*TEXTS, "夜游票务"])


def test_it_keeps_what_the_model_says_in_768_bytes() -> None:
    known, model = embedded(TEXTS), embedding.providers().first
    assert model is not None
    np.testing.assert_array_equal(known.embed(TEXTS), model.embed(TEXTS).astype(np.float16).astype(np.float32))
    assert {len(vector) for vector in TextVector.objects.values_list("vector", flat=True)} == {768}
    assert set(TextVector.objects.values_list("text", flat=True)) == {""}


def test_it_gives_an_empty_text_zeros_and_refuses_an_unknown_one() -> None:
    known = embedded(TEXTS)
    assert not known.embed(["", "\x00"]).any()
    with pytest.raises(KeyError):
        known.embed(["从未见过"])


def test_it_embeds_the_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "CLAIMED", 2)
    for text in TEXTS:
        embedding.want([text])
    embedding.embed_due()
    assert [embedding.complete([text]) for text in TEXTS] == [False, True, True]


def test_it_takes_what_was_tried_before_alone() -> None:
    """What kills its worker takes no other text with it."""
    embedding.want(TEXTS)
    TextVector.objects.update(attempts=1)
    assert [embedding.embed_due() for _ in range(4)] == [1, 1, 1, 0]


def test_it_does_without_a_text_that_was_set_aside() -> None:
    embedding.want(TEXTS)
    TextVector.objects.filter(text=TEXTS[0]).update(attempts=MAX_ATTEMPTS)
    embedding.embed_all_due()
    embedding.embed_all_due()
    known = embedding.known(TEXTS)
    assert known is not None
    assert [bool(row.any()) for row in known.embed(TEXTS)] == [False, True, True]


def test_it_leaves_a_row_to_who_took_it_over() -> None:
    embedding.want(TEXTS[:1])
    claimed = TextVector.objects.all().claim()
    TextVector.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert embedding.embed_due() == 1
    embedding._store(claimed, np.ones((1, 384), np.float32))
    assert np.frombuffer(TextVector.objects.get().vector, np.float16).max() < 1


def test_it_wants_nothing_where_no_model_is(settings: Any) -> None:
    settings.EMBEDDING = {"EMBEDDING_PROVIDER": "none"}
    assert embedding.want(TEXTS) == embedding.embed_all_due() == 0
    assert embedding.known(TEXTS) is None


def test_it_asks_an_address_and_counts_what_it_costs(house: House, address: Any) -> None:
    address(house.url)
    assert embedded(TEXTS).model_id == "openai:m"
    assert TokensSpent.objects.get().tokens == 30
    assert {len(vector) for vector in TextVector.objects.values_list("vector", flat=True)} == {2 * house.width}


def test_it_lets_the_local_model_take_over_under_its_own_name(address: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert embedded(TEXTS).model_id == LOCAL
    waiting = TextVector.objects.filter(model_id="openai:m")
    assert set(waiting.values_list("work_state", "attempts")) == {(WorkState.QUEUED, 0)}
    # while the address rests, a new text is embedded at once
    assert embedded([*TEXTS, "夜游票务"]).model_id == LOCAL


def test_it_returns_to_the_address_when_that_is_back(house: House, address: Any) -> None:
    house.troubles = [(401, {}, {})]
    address(house.url)
    assert embedded(TEXTS).model_id == LOCAL
    TextVector.objects.filter(model_id="openai:m").update(available_at=Now())
    assert embedding.embed_all_due() == 3
    known = embedding.known(TEXTS)
    assert known is not None
    assert known.model_id == "openai:m"
    assert embedding.known(TEXTS, LOCAL) is not None


def test_it_takes_no_vectors_of_another_length_under_a_known_name(house: House, address: Any) -> None:
    address(house.url)
    embedded(TEXTS)
    house.width += 1
    address(house.url, EMBEDDING_TIMEOUT="19")
    assert embedded(["夜游票务"]).model_id == LOCAL


def test_it_holds_the_budget_for_all_workers_together(house: House, address: Any) -> None:
    embedding.Spending().add(990)
    address(house.url, EMBEDDING_BUDGET_TOKENS="1000")
    assert embedded(TEXTS).model_id == LOCAL
    assert not house.asked


def test_it_sets_no_text_aside_for_a_model_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_texts: Any) -> Any:
        raise Unavailable("no weights here", 300)

    monkeypatch.setattr(embedding.providers().first, "embed", fail)
    embedding.want(TEXTS)
    for _ in range(MAX_ATTEMPTS + 1):
        TextVector.objects.update(available_at=Now())
        embedding.embed_due()
    assert set(TextVector.objects.values_list("work_state", "attempts", "last_error")) == {
        ("queued", 0, "no weights here")
    }


def test_it_forgets_what_no_listing_has_asked_for_in_a_month() -> None:
    embedded(TEXTS)
    TextVector.objects.update(needed_at=Now() - timedelta(days=31))
    embedding.want(TEXTS[:1])
    assert embedding.forget_unneeded() == 2
    assert embedding.complete(TEXTS[:1])


def told(**wanted: Any) -> bool:
    state = embedding.state()
    return {**state, **wanted} == state


def test_it_tells_who_watches_what_waits() -> None:
    embedding.want(TEXTS)
    assert told(ok=True, model=LOCAL, waiting=3, set_aside=0)
    TextVector.objects.update(available_at=Now() - timedelta(minutes=11))
    assert told(ok=False)
    embedding.embed_all_due()
    assert told(ok=True, waiting=0, oldest_seconds=0.0)


def test_it_refuses_to_start_with_settings_that_cannot_be(settings: Any) -> None:
    assert checks.embedding_can_be() == []
    settings.EMBEDDING = {"EMBEDDING_PROVIDER": "magic"}
    with pytest.raises(SystemCheckError, match="EMBEDDING_PROVIDER is 'magic'; it may be local, openai, none"):
        call_command("check")
