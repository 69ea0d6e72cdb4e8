"""Vectors in a file: found again, never mixed, nothing lost when broken off."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from matching.engine.model import Matrix
from matching.engine.providers import Choice, Gathered, Kept, Unavailable, gathered

TEXTS = ["管网", "茶园", "ＡＩ质检", "", "管网"]


class Counting:
    """Vectors of a text's first character; says no after so many texts."""

    common_directions = 1

    def __init__(self, model_id: str = "counting", until: int = 1000, width: int = 4) -> None:
        self.model_id, self.until, self.width = model_id, until, width
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        if len(self.asked) + len(texts) > self.until:
            raise Unavailable("enough for today")
        self.asked += texts
        return np.array([[ord(text[0]) % 97, *range(1, self.width)] for text in texts], np.float32)


def found(path: Path, texts: list[str], *providers: Counting) -> Gathered | None:
    told: list[Unavailable] = []
    return gathered(texts, Choice(*providers), Kept(path), told.append, lambda done, total: None)


def test_it_asks_for_each_text_once(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    here, again = found(tmp_path / "v", TEXTS, first), found(tmp_path / "v", TEXTS, second)
    assert here is not None
    assert again is not None
    assert (sorted(first.asked), second.asked) == (sorted(["管网", "茶园", "AI质检"]), [])
    np.testing.assert_array_equal(here.embed(TEXTS), again.embed(TEXTS))
    assert not here.embed([""]).any()


def test_it_finds_nothing_of_another_model(tmp_path: Path) -> None:
    found(tmp_path / "v", TEXTS, Counting())
    other = Counting("other")
    found(tmp_path / "v", TEXTS, other)
    assert len(other.asked) == 3


def test_it_keeps_what_was_done_before_it_broke_off(tmp_path: Path) -> None:
    texts = [f"{number} 号泵站" for number in range(150)]
    broken, rest = Counting(until=100), Counting()
    with pytest.raises(Unavailable):
        found(tmp_path / "v", texts, broken)
    found(tmp_path / "v", texts, rest)
    assert len(rest.asked) == 150 - 64


def test_it_lets_the_spare_one_do_all_and_mixes_nothing(tmp_path: Path) -> None:
    texts = [f"{number} 号泵站" for number in range(150)]
    spare = Counting("spare")
    here = found(tmp_path / "v", texts, Counting(until=100), spare)
    assert here is not None
    assert (here.model_id, len(spare.asked)) == ("spare", 150)


def test_it_refuses_vectors_of_another_length(tmp_path: Path) -> None:
    found(tmp_path / "v", TEXTS, Counting())
    with pytest.raises(Unavailable, match="another length"):
        found(tmp_path / "v", [*TEXTS, "夜游"], Counting(width=5))


def test_it_does_without_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(b"no database" * 100)
    here = found(tmp_path / "v", TEXTS, Counting())
    assert here is not None
    assert here.embed(["管网"]).any()


def test_it_counts_tokens_by_day(tmp_path: Path) -> None:
    Kept(tmp_path / "v").add(7)
    Kept(tmp_path / "v").add(5)
    assert Kept(tmp_path / "v").spent() == 12


def test_it_knows_only_what_was_gathered(tmp_path: Path) -> None:
    here = found(tmp_path / "v", TEXTS, Counting())
    assert here is not None
    with pytest.raises(KeyError):
        here.embed(["从未见过"])
