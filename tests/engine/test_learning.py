"""A ranker from graded pairs: what it learns, that it is only believed when proven, and that it stays the same."""

import json

import numpy as np
import pytest

from matching.engine import learning
from matching.engine.learning import Group

NAMES = ("text", "price_given", "noise", "sometimes")


def made(count: int = 60, lesson: float = 1.0, seed: int = 3) -> list[Group]:
    """Needs whose grades follow the score and, as far as `lesson` says, the second feature."""
    chance = np.random.default_rng(seed)
    groups = []
    for number in range(count):
        rows = np.column_stack([chance.normal(size=(12, 1)), chance.integers(0, 2, 12), chance.normal(size=(12, 2))])
        rows[:, 3] = np.where(rows[:, 3] > 0, np.nan, rows[:, 3])
        liking = rows[:, 0] + 3 * lesson * rows[:, 1] + chance.normal(size=12)
        grades = np.digitize(liking, np.quantile(liking, [0.5, 0.8, 0.95]))
        groups.append(Group(f"N{number:03}", 100 / (1 + np.exp(-rows[:, 0])), rows, grades, np.ones(12)))
    return groups


@pytest.fixture(scope="module")
def trial() -> learning.Trial:
    return learning.train(made(), NAMES)


def test_it_learns_what_the_fusion_does_not_know(trial):
    assert trial.proven
    assert trial.opportunities == 60
    assert trial.gains[trial.ranker.kind].low > 0.1
    assert trial.quality[trial.ranker.kind].value > trial.fusion.value


def test_it_believes_nothing_where_there_is_nothing_to_learn():
    found = learning.train(made(lesson=0.0), NAMES)
    assert not found.proven


def test_it_waits_for_fifty_opportunities_that_tell_something():
    groups = made(49)
    alike = [Group(f"A{n}", g.base, g.features, np.ones(12, dtype=int), g.weights) for n, g in enumerate(made(30))]
    with pytest.raises(learning.TooFew) as refused:
        learning.train([*groups, *alike], NAMES)
    assert refused.value.found == 49


@pytest.mark.parametrize("kind", ["linear", "trees"])
def test_it_has_not_seen_the_opportunity_that_it_is_tried_on(kind):
    """Grades of one opportunity turned round change what others are given, never its own scores."""
    groups = made(10)
    turned = [
        Group(g.need, g.base, g.features, 3 - g.grades if n == 4 else g.grades, g.weights) for n, g in enumerate(groups)
    ]
    before, after = (learning.held_out(some, NAMES, kind) for some in (groups, turned))
    assert np.array_equal(before[4], after[4])
    assert any(not np.array_equal(left, right) for left, right in zip(before, after, strict=True))


@pytest.mark.parametrize("kind", ["linear", "trees"])
def test_it_comes_back_from_text_as_it_was(kind):
    groups = made(20)
    ranker = learning.fit(kind, groups, NAMES)
    text = learning.written(ranker)
    again = learning.read(text)
    group = groups[0]
    assert json.loads(text)["features"] == list(NAMES)
    assert np.array_equal(
        learning.points(ranker, NAMES, group.base, group.features),
        learning.points(again, NAMES, group.base, group.features),
    )


def test_it_learns_the_same_each_time_and_in_any_order(trial):
    again = learning.train(made()[::-1], NAMES)
    assert learning.written(again.ranker) == learning.written(trial.ranker)
    assert again.gains == trial.gains


@pytest.mark.parametrize("kind", ["linear", "trees"])
def test_it_reads_pairs_that_lack_features_or_have_new_ones(kind):
    group = made(20)[0]
    ranker = learning.fit(kind, made(20), NAMES)
    turned = learning.points(
        ranker, ("new", *NAMES[::-1]), group.base, np.column_stack([group.base, group.features[:, ::-1]])
    )
    assert np.array_equal(turned, learning.points(ranker, NAMES, group.base, group.features))
    nothing = learning.points(ranker, (), group.base, np.zeros((12, 0)))
    assert np.isfinite(nothing).all()


@pytest.mark.parametrize("kind", ["linear", "trees"])
def test_its_points_are_bounded_and_keep_scores_between_0_and_100(kind):
    base = np.array([0.0, 1e-5, 3.0, 50.0, 97.0, 100.0])
    ranker = learning.fit(kind, made(20), NAMES)
    for wild in (1e9, -1e9):
        added = learning.points(ranker, NAMES, base, np.full((6, 4), wild))
        assert ((base + added >= 0) & (base + added <= 100)).all()
        assert np.abs(added).max() <= 24


def test_it_gives_a_pair_the_same_points_alone_as_among_others(trial):
    group = made()[7]
    together = learning.points(trial.ranker, NAMES, group.base, group.features)
    alone = [
        learning.points(trial.ranker, NAMES, group.base[n : n + 1], group.features[n : n + 1])[0] for n in range(12)
    ]
    assert together.tolist() == alone


def test_it_refuses_text_that_is_no_ranker():
    with pytest.raises(ValueError, match="no such kind"):
        learning.read('{"kind": "pickle", "features": [], "centre": 0}')


def test_barred_pairs_get_no_points_and_teach_nothing():
    names = (*NAMES, learning.BARRED_PAIR)
    groups = [
        Group(g.need, g.base, np.column_stack([g.features, np.arange(12) == 5]), g.grades, g.weights) for g in made(20)
    ]
    turned = [
        Group(g.need, g.base, g.features, np.where(np.arange(12) == 5, 3 - g.grades, g.grades), g.weights)
        for g in groups
    ]
    for kind in learning.FITS:
        ranker = learning.fit(kind, groups, names)
        assert learning.written(ranker) == learning.written(learning.fit(kind, turned, names))
        added = learning.points(ranker, names, groups[0].base, groups[0].features)
        assert added[5] == 0
        assert np.count_nonzero(added) == 11
