"""How good a ranking is by graded pairs: the measures, and how sure they are.

A demand's judged offers carry grades from 0 to 3. NDCG, MRR and recall are means over demands; a demand without anything
to find is left out of the mean (NaN). Ties count in the order in which the offers are given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from matching.engine.model import Floats, Integers

TOP, DEEP = 10, 50
GOOD = 2  # the least grade that counts as an answer in the whole collection
DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))
RESAMPLES, SEED = 2000, 1
# name: means of a figure per demand, except "auc", which is taken over all judged pairs together
NAMES = ("ndcg_judged", "ndcg_full", "mrr", "recall", "spearman", "auc")


@dataclass(frozen=True)
class Demand:
    """One demand's judged offers: their scores, grades, and places (from 1) among all offers of the collection."""

    scores: Floats
    grades: Integers
    places: Integers


@dataclass(frozen=True)
class Figure:
    """A mean over `demands` with its bootstrap interval (over demands). NaN when no demand says anything."""

    value: float
    low: float
    high: float
    demands: int


def demand(scores: Floats, graded: Mapping[int, int]) -> Demand:
    """The judged part of one demand. `scores`: one for each offer; `graded`: grades by the offers' places in it."""
    judged = np.array(sorted(graded), dtype=np.int64)
    places = np.empty(len(scores), dtype=np.int64)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return Demand(scores[judged], np.array([graded[int(place)] for place in judged], dtype=np.int64), places[judged])


def gain(grades: Integers) -> Floats:
    """2 to the grade, less one."""
    return np.exp2(grades.astype(np.float64)) - 1


def ndcg(scores: Floats, gains: Floats) -> float:
    """NDCG@10 of the order that the scores give; NaN without any gain."""
    ideal = _discounted(np.sort(gains)[::-1])
    return _discounted(gains[np.argsort(-scores, kind="stable")]) / ideal if ideal else np.nan


def _discounted(gains: Floats) -> float:
    head = gains[:TOP]
    return float(head @ DISCOUNT[: len(head)])


def ndcg_judged(found: Demand) -> float:
    """NDCG@10 among the judged offers only, gain from grade 1 on."""
    return ndcg(found.scores, gain(found.grades))


def ndcg_full(found: Demand) -> float:
    """NDCG@10 over the whole collection: gain for grades 2 and 3 only, everything else counts as no answer."""
    good = found.grades >= GOOD
    if not good.any():
        return np.nan
    gains, places = gain(found.grades[good]), found.places[good]
    near = places <= TOP
    return float(gains[near] @ DISCOUNT[places[near] - 1]) / _discounted(np.sort(gains)[::-1])


def mrr(found: Demand) -> float:
    """One over the place of the first good offer in the whole collection, 0 beyond the tenth."""
    places = found.places[found.grades >= GOOD]
    if not len(places):
        return np.nan
    return 1 / float(places.min()) if places.min() <= TOP else 0.0


def recall(found: Demand) -> float:
    """The share of the good offers that stand among the first fifty of the whole collection."""
    places = found.places[found.grades >= GOOD]
    return float((places <= DEEP).mean()) if len(places) else np.nan


def spearman(found: Demand) -> float:
    """Rank correlation of scores and grades; NaN where one of them does not differ."""
    left, right = (rankdata(side) for side in (found.scores, found.grades))
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return np.nan
    return float(np.corrcoef(left, right)[0, 1])


def auc(scores: Floats, good: Floats) -> float:
    """How often a good pair stands above another one, ties half; NaN when one kind is missing. `good`: 1 or 0."""
    several = float(good.sum()), float(len(good) - good.sum())
    if not min(several):
        return np.nan
    ranks = rankdata(scores)
    return float((ranks[good > 0].sum() - several[0] * (several[0] + 1) / 2) / (several[0] * several[1]))


BY_DEMAND = {"ndcg_judged": ndcg_judged, "ndcg_full": ndcg_full, "mrr": mrr, "recall": recall, "spearman": spearman}


def figures(demands: Sequence[Demand], resamples: int = RESAMPLES) -> dict[str, Figure]:
    """All measures by NAMES, each with its 95 % interval from resampling demands with a fixed seed."""
    found = {name: mean(np.array([one(each) for each in demands])) for name, one in BY_DEMAND.items()}
    return {**found, "auc": _auc(demands, min(resamples, 500))}


def mean(values: Floats, level: float = 0.95, resamples: int = RESAMPLES) -> Figure:
    """The mean of what is not NaN, with its bootstrap interval."""
    known = np.asarray(values)[~np.isnan(values)]
    if not len(known):
        return Figure(np.nan, np.nan, np.nan, 0)
    drawn = known[_draws(len(known), resamples)].mean(axis=1)
    return Figure(float(known.mean()), *_interval(drawn, level), len(known))


def difference(after: Floats, before: Floats, level: float = 0.95) -> Figure:
    """How much better `after` is than `before`, demand by demand (paired)."""
    return mean(np.asarray(after) - np.asarray(before), level)


def _auc(demands: Sequence[Demand], resamples: int) -> Figure:
    judged = [each for each in demands if len(each.grades)]
    if not judged:
        return Figure(np.nan, np.nan, np.nan, 0)
    value = _pooled_auc(judged)
    drawn = [_pooled_auc([judged[place] for place in row]) for row in _draws(len(judged), resamples)]
    known = np.array(drawn)[~np.isnan(drawn)]
    return Figure(value, *_interval(known, 0.95), len(judged))


def _pooled_auc(demands: Iterable[Demand]) -> float:
    found = list(demands)
    good = np.concatenate([each.grades >= GOOD for each in found]).astype(np.float64)
    return auc(np.concatenate([each.scores for each in found]), good)


def _draws(count: int, resamples: int) -> Integers:
    return np.random.default_rng(SEED).integers(0, count, (resamples, count))


def _interval(drawn: Floats, level: float) -> tuple[float, float]:
    if not len(drawn):
        return np.nan, np.nan
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
