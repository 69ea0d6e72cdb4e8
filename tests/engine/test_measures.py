"""The measures against those of other libraries, and their intervals."""

import math

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score, roc_auc_score

from matching.engine import measures

CASES = range(40)


def made(case: int, offers: int = 80) -> measures.Demand:
    """A demand with scores that differ, and with ties for every third case."""
    chance = np.random.default_rng(case)
    scores = chance.normal(size=offers).round(0 if case % 3 == 0 else 6)
    judged = chance.choice(offers, 25, replace=False)
    return measures.demand(scores, {int(place): int(chance.integers(0, 4)) for place in judged})


def untied(found: measures.Demand) -> np.ndarray:
    """The judged scores with ties resolved as the measures do: the earlier one is the better one."""
    order = np.argsort(-found.scores, kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = -np.arange(len(order))
    return ranks


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_on_ndcg_of_judged_pairs(case):
    found = made(case)
    expected = ndcg_score([2.0**found.grades - 1], [untied(found)], k=10)
    assert measures.ndcg_judged(found) == pytest.approx(expected)


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_on_ndcg_of_the_whole_collection(case):
    chance = np.random.default_rng(case)
    scores, grades = chance.normal(size=80), np.zeros(80, dtype=int)
    grades[chance.choice(80, 12, replace=False)] = chance.integers(0, 4, 12)
    gains = np.where(grades >= 2, 2.0**grades - 1, 0.0)
    found = measures.demand(scores, {place: int(grade) for place, grade in enumerate(grades) if grade})
    if not gains.any():
        assert math.isnan(measures.ndcg_full(found))
    else:
        assert measures.ndcg_full(found) == pytest.approx(ndcg_score([gains], [scores], k=10))


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_on_spearman_and_auc(case):
    found = made(case)
    assert measures.spearman(found) == pytest.approx(spearmanr(found.scores, found.grades).statistic)
    good = (found.grades >= 2).astype(float)
    assert measures.auc(found.scores, good) == pytest.approx(roc_auc_score(good, found.scores))


def test_it_counts_the_place_of_the_first_good_offer_and_how_many_are_found():
    scores = np.arange(100.0, 0, -1)
    found = measures.demand(scores, {0: 1, 3: 2, 60: 3, 7: 0})
    assert (measures.mrr(found), measures.recall(found)) == (1 / 4, 1 / 2)
    late = measures.demand(scores, {10: 3})
    assert (measures.mrr(late), measures.recall(late)) == (0.0, 1.0)


def test_it_leaves_out_demands_without_anything_to_find():
    nothing = measures.demand(np.arange(5.0), {1: 0, 2: 0})
    weak = measures.demand(np.arange(5.0), {1: 1, 2: 0})
    assert math.isnan(measures.ndcg_judged(nothing))
    assert math.isnan(measures.ndcg_full(weak))
    assert not math.isnan(measures.ndcg_judged(weak))
    found = measures.figures([nothing, weak])
    assert (found["ndcg_judged"].demands, found["mrr"].demands) == (1, 0)


def test_it_gives_intervals_that_hold_the_mean_as_often_as_they_say():
    held = 0
    for case in range(200):
        values = np.random.default_rng(case).exponential(size=60)
        found = measures.mean(values, resamples=400)
        held += found.low <= 1.0 <= found.high
    assert 0.88 <= held / 200 <= 0.98


def test_it_gives_the_same_intervals_each_time():
    demands = [made(case) for case in range(12)]
    assert measures.figures(demands) == measures.figures(demands)
