"""Learning from graded pairs: a ranker that corrects the fixed fusion, tried on opportunities that it has not seen.

A ranker adds to the log-odds of a pair's score a correction of at most LIMIT either way, computed from the pair alone (never
from what else was found), so that a pair gets the same points in a run over a city and in an increment. Two kinds are tried,
a logistic one on pairs of pairs and LambdaMART; both start from the fixed fusion. The better one is kept, and is `proven`
only when its NDCG@10 beats that of the fusion on held-out opportunities with the whole confidence interval.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import measures
from matching.engine.measures import Figure
from matching.engine.model import Floats, Integers

if TYPE_CHECKING:
    from lightgbm import Booster

LEAST = 50  # judged opportunities: with fewer, learning did worse than the fixed fusion
FOLDS, SEED = 5, 7
LIMIT = 1.0  # log-odds: 50 points become at most 73 and at least 27
LEVEL = 0.975  # of the interval that has to lie above zero: two kinds are tried, so 95 % together
BARRED_PAIR = (
    "barred"  # the feature that is 1 for a pair that a hard condition bars: it gets no points and teaches nothing
)
MOST_PAIRS = 400  # pairs of pairs that one opportunity may bring in, so that none outweighs the others
FREE = 10.0  # the fusion's own weight is hardly held back, the others are
STRENGTH = 0.1
TREES: dict[str, Any] = {
    "objective": "lambdarank", "label_gain": [0, 1, 3, 7], "lambdarank_truncation_level": 20, "learning_rate": 0.05,
    "num_leaves": 7, "min_data_in_leaf": 20, "lambda_l2": 10.0, "feature_fraction": 0.7, "bagging_fraction": 0.8,
    "bagging_freq": 1, "seed": SEED, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
}  # fmt: skip
ROUNDS = 120


class TooFew(Exception):
    """There is not enough to learn from; `found` opportunities have decisions that differ."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} judged opportunities of {LEAST}")
        self.found = found


@dataclass(frozen=True)
class Group:
    """The judged pairs of one need: scores of the fixed fusion (0 to 100), features (pairs by names), grades 0 to 3, weights."""

    need: str
    base: Floats
    features: Floats
    grades: Integers
    weights: Floats

    @property
    def telling(self) -> bool:
        """Something can be learnt: not all grades are the same."""
        return len(set(self.grades.tolist())) > 1


@dataclass(frozen=True)
class Linear:
    """A weighted sum of standardised features; what is unknown counts as usual."""

    features: tuple[str, ...]
    means: Floats
    weights: Floats
    centre: float = 0.0
    kind: str = "linear"

    def raw(self, rows: Floats) -> Floats:
        """Corrections before they are centred and bounded, for rows in the order of `features`."""
        found: Floats = np.where(np.isnan(rows), 0.0, rows - self.means) @ self.weights
        return found

    def state(self) -> dict[str, Any]:
        """What written() keeps of it."""
        return {"means": self.means.tolist(), "weights": self.weights.tolist()}


@dataclass(frozen=True)
class Trees:
    """Gradient-boosted trees, held as LightGBM's text."""

    features: tuple[str, ...]
    text: str
    centre: float = 0.0
    kind: str = "trees"

    def raw(self, rows: Floats) -> Floats:
        """Corrections before they are centred and bounded, for rows in the order of `features`."""
        return np.asarray(_booster(self.text).predict(rows, num_threads=1), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """What written() keeps of it."""
        return {"text": self.text}


Ranker = Linear | Trees


@dataclass(frozen=True)
class Trial:
    """What training found. Figures are NDCG@10 on held-out opportunities; `gains` are differences to the fusion, by kind."""

    ranker: Ranker
    opportunities: int
    pairs: int
    fusion: Figure
    quality: dict[str, Figure]
    gains: dict[str, Figure]

    @property
    def proven(self) -> bool:
        """The kept ranker is better than the fixed fusion, by its whole interval."""
        return self.gains[self.ranker.kind].low > 0


def written(ranker: Ranker) -> str:
    """A ranker as JSON text; read() gives the same ranker back."""
    kept = {"kind": ranker.kind, "features": list(ranker.features), "centre": ranker.centre, **ranker.state()}
    return json.dumps(kept, ensure_ascii=False)


def read(text: str) -> Ranker:
    """A ranker from written(). ValueError for what is none."""
    kept = json.loads(text)
    features, centre = tuple(kept["features"]), float(kept["centre"])
    if kept["kind"] == "linear":
        return Linear(features, np.array(kept["means"]), np.array(kept["weights"]), centre)
    if kept["kind"] == "trees":
        return Trees(features, kept["text"], centre)
    raise ValueError(f"no such kind of ranker: {kept['kind']}")


def points(ranker: Ranker, names: Sequence[str], base: Floats, rows: Floats) -> Floats:
    """What the ranker adds to each score (0 to 100), rounded to millionths.

    `rows` are pairs by `names`; features that the ranker does not know are left aside, those that are missing are unknown.
    """
    if not len(base):
        return np.zeros(0)
    moved = base_odds(base) + bounded(ranker.raw(_aligned(ranker.features, names, rows)) - ranker.centre)
    # at both ends the odds are cut off, so the way back is taken from the cut score
    found: Floats = np.round(100 / (1 + np.exp(-moved)) - 100 / (1 + np.exp(-base_odds(base))), 6)
    return np.where(_barred(names, rows), 0.0, np.clip(found, -base, 100 - base))


def _barred(names: Sequence[str], rows: Floats) -> NDArray[np.bool_]:
    """Which pairs are barred; none when nothing is said of it."""
    if BARRED_PAIR not in names:
        return np.zeros(len(rows), dtype=np.bool_)
    found: NDArray[np.bool_] = rows[:, list(names).index(BARRED_PAIR)] == 1.0
    return found


def bounded(corrections: Floats) -> Floats:
    """Corrections within LIMIT."""
    return np.clip(corrections, -LIMIT, LIMIT)


def base_odds(base: Floats) -> Floats:
    """Log-odds of scores from 0 to 100."""
    share = np.clip(base / 100, 1e-4, 1 - 1e-4)
    found: Floats = np.log(share / (1 - share))
    return found


@lru_cache(maxsize=4)
def _booster(text: str) -> "Booster":
    # heavy, and with threads of its own: loaded where it is needed, after the fork
    import lightgbm

    return lightgbm.Booster(model_str=text)


def _aligned(wanted: Sequence[str], names: Sequence[str], rows: Floats) -> Floats:
    place = {name: column for column, name in enumerate(names)}
    missing = np.full(len(rows), np.nan)
    return np.column_stack([rows[:, place[name]] if name in place else missing for name in wanted])


def train(groups: Sequence[Group], names: Sequence[str], progress: Callable[[], None] | None = None) -> Trial:
    """Try both kinds held out by opportunity, keep the better one, trained on all. Same input, same ranker.

    `progress` is called between the steps. Raises TooFew.
    """
    usable = sorted((group for group in groups if group.telling), key=lambda group: group.need)
    if len(usable) < LEAST:
        raise TooFew(len(usable))
    before = _quality([group.base for group in usable], usable)
    after: dict[str, Floats] = {}
    for kind in runnable():
        after[kind] = _quality(held_out(usable, names, kind), usable)
        if progress:
            progress()
    gains = {kind: measures.difference(found, before, LEVEL) for kind, found in after.items()}
    best = max(gains, key=lambda kind: gains[kind].value)
    return Trial(
        fit(best, usable, names), len(usable), sum(len(group.base) for group in usable), measures.mean(before),
        {kind: measures.mean(found) for kind, found in after.items()}, gains,
    )  # fmt: skip


def runnable() -> list[str]:
    """The kinds that this machine can train: LightGBM is left out where its OpenMP library (libgomp) is missing."""
    try:
        import lightgbm  # noqa: F401
    except OSError:
        return [kind for kind in FITS if FITS[kind] is not _fit_trees]
    return list(FITS)


def held_out(groups: Sequence[Group], names: Sequence[str], kind: str) -> list[Floats]:
    """Scores of each group by a ranker that has not seen its opportunity, in FOLDS parts."""
    fold = np.random.default_rng(SEED).permutation(len(groups)) % FOLDS
    found: list[Floats] = [group.base for group in groups]
    for which in range(FOLDS):
        ranker = fit(kind, [group for group, part in zip(groups, fold, strict=True) if part != which], names)
        for place in np.flatnonzero(fold == which):
            group = groups[int(place)]
            found[int(place)] = group.base + points(ranker, names, group.base, group.features)
    return found


def fit(kind: str, groups: Sequence[Group], names: Sequence[str]) -> Ranker:
    """Train one kind on all of these groups. KeyError for an unknown kind."""
    open_pairs = [_not_barred(group, names) for group in groups]
    return FITS[kind]([group for group in open_pairs if len(group.base)], tuple(names))


def _not_barred(group: Group, names: Sequence[str]) -> Group:
    kept = ~_barred(names, group.features)
    return Group(group.need, group.base[kept], group.features[kept], group.grades[kept], group.weights[kept])


def _quality(scores: Sequence[Floats], groups: Sequence[Group]) -> Floats:
    return np.array(
        [measures.ndcg(found, measures.gain(group.grades)) for found, group in zip(scores, groups, strict=True)]
    )


def _fit_linear(groups: Sequence[Group], names: tuple[str, ...]) -> Ranker:
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([group.features for group in groups])
    known = ~np.isnan(rows)
    counts = np.maximum(1, known.sum(axis=0))
    means = np.where(known, rows, 0.0).sum(axis=0) / counts
    spreads = np.sqrt((np.where(known, rows - means, 0.0) ** 2).sum(axis=0) / counts)
    scale = np.where(spreads > 1e-9, spreads, np.inf)
    told = [_pairs_of_pairs(group, means, scale) for group in groups]
    differences, weights = (np.concatenate(side) for side in zip(*told, strict=True))
    # every second one turned round, so that both answers occur
    sign = np.where(np.arange(len(differences)) % 2 == 0, 1.0, -1.0)
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, solver="newton-cholesky", max_iter=100)
    model.fit(differences * sign[:, None], sign, sample_weight=weights / weights.mean())
    own = float(model.coef_[0][0]) * FREE
    if own <= 1e-6:
        # the fusion's own order says nothing here, so nothing can be put in relation to it
        return Linear(names, means, np.zeros(len(names)))
    return _centred(Linear(names, means, model.coef_[0][1:] / scale / own), rows)


def _pairs_of_pairs(group: Group, means: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Differences better less worse (first the fusion's log-odds, then features), and what each counts."""
    better, worse = np.nonzero(group.grades[:, None] > group.grades[None, :])
    if len(better) > MOST_PAIRS:
        chosen = np.linspace(0, len(better) - 1, MOST_PAIRS).astype(np.int64)
        better, worse = better[chosen], worse[chosen]
    standard = np.where(np.isnan(group.features), 0.0, (group.features - means) / scale)
    both = np.column_stack([base_odds(group.base) * FREE, standard])
    gains = measures.gain(group.grades)
    weights = (gains[better] - gains[worse]) * np.sqrt(group.weights[better] * group.weights[worse])
    return both[better] - both[worse], weights


def _fit_trees(groups: Sequence[Group], names: tuple[str, ...]) -> Ranker:
    import lightgbm

    rows = np.vstack([group.features for group in groups])
    data = lightgbm.Dataset(
        rows,
        label=np.concatenate([group.grades for group in groups]),
        weight=np.concatenate([group.weights for group in groups]),
        group=[len(group.grades) for group in groups],
        init_score=base_odds(np.concatenate([group.base for group in groups])),
        params={"verbosity": -1},
    )
    booster = lightgbm.train(TREES, data, num_boost_round=ROUNDS)
    return _centred(Trees(names, booster.model_to_string()), rows)


def _centred(ranker: Linear | Trees, rows: Floats) -> Ranker:
    """Corrections are zero in the mean: what was learnt moves pairs against each other, not all of them."""
    centre = float(np.mean(ranker.raw(rows)))
    if isinstance(ranker, Linear):
        return Linear(ranker.features, ranker.means, ranker.weights, centre)
    return Trees(ranker.features, ranker.text, centre)


FITS: Mapping[str, Callable[[Sequence[Group], tuple[str, ...]], Ranker]] = {"linear": _fit_linear, "trees": _fit_trees}
