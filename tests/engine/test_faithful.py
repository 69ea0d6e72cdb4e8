"""The marked passages carry the score: without them the points of need and offer fall more than without other text."""

import numpy as np
import pytest

from bench.explaining import at_random, falls_of, spans, without
from matching.engine import Passage

TEXTS = (("title", "带压检漏"), ("summary", "球形检测器随水流带压运行"))


@pytest.mark.parametrize("side", ["offer", "need"])
def test_marked_passages_carry_the_points(sample_city, side):
    falls = np.array(list(falls_of(sample_city, side, top=1)))
    marked, other = falls.mean(axis=0)
    assert len(falls) > 60
    assert marked > 2 * other
    assert (falls[:, 0] > falls[:, 1]).mean() > 0.75


def test_it_takes_out_just_what_is_marked():
    pieces = spans(
        TEXTS, {Passage("offer", "title", 0, 2), Passage("offer", "summary", 5, 8), Passage("offer", "summary", 6, 10)}
    )
    assert without(TEXTS, pieces) == (("title", "检漏"), ("summary", "球形检测器运行"))


def test_it_takes_out_as_much_at_random():
    import random

    pieces = spans(TEXTS, {Passage("offer", "title", 0, 2), Passage("offer", "summary", 5, 10)})
    found = at_random(random.Random(1), TEXTS, pieces)
    assert sorted(map(len, found)) == sorted(map(len, pieces)) == [2, 5]
    assert len(set().union(*found)) == 7
