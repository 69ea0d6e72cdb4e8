"""Texts get their vectors once, by leased work, and the engine reads them back."""

import numpy as np
import pytest

from matching.models import TextVector
from matching.services import embedding

pytestmark = pytest.mark.django_db
TEXTS = ["老城区供水管网巡检", "带压球形检漏服务", "茶园霜冻预警"]


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
    assert known.model_id == "e5-small-q4"
    assert not embedding.complete([*TEXTS, "夜游票务"])


def test_it_keeps_what_the_model_says_in_768_bytes() -> None:
    embedding.want(TEXTS)
    embedding.embed_all_due()
    known = embedding.known(TEXTS)
    assert known is not None
    model = embedding.providers().first
    assert model is not None
    np.testing.assert_array_equal(known.embed(TEXTS), model.embed(TEXTS).astype(np.float16).astype(np.float32))
    assert {len(vector) for vector in TextVector.objects.values_list("vector", flat=True)} == {768}
    assert set(TextVector.objects.values_list("text", flat=True)) == {""}


def test_it_gives_an_empty_text_zeros_and_refuses_an_unknown_one() -> None:
    embedding.want(TEXTS)
    embedding.embed_all_due()
    known = embedding.known(TEXTS)
    assert known is not None
    assert not known.embed(["", "\x00"]).any()
    with pytest.raises(KeyError):
        known.embed(["从未见过"])
