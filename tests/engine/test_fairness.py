"""What is put forward: capacities, barred pairs, order, the two ends of the slider, and evenness in between."""

from dataclasses import replace

import numpy as np
import pytest

from matching.engine.fairness import Edges, Room, arrange, effect, gini, places

SLIDER = (0.0, 0.25, 0.5, 0.75, 1.0)


def market(needs: int = 60, offers: int = 300, seed: int = 3, kept: int = 20) -> Edges:
    """Needs that mostly agree on which offers are good."""
    chance = np.random.default_rng(seed)
    scores = 60 + 12 * chance.standard_normal(offers) + 8 * chance.standard_normal((needs, offers))
    best = np.argsort(-scores, axis=1)[:, :kept]
    at = np.repeat(np.arange(needs), kept), best.ravel()
    return Edges(*at, scores[at].clip(1, 100))


def room(needs: int = 60, offers: int = 300, most: int = 10, cap: int = 1000) -> Room:
    return Room(np.full(needs, most), np.full(offers, cap), np.arange(offers))


def loads(edges: Edges, place: np.ndarray, here: Room) -> np.ndarray:
    return np.bincount(here.firm_of[edges.offers[place > 0]], minlength=len(here.firms))


@pytest.mark.parametrize("fairness", SLIDER)
def test_it_never_exceeds_a_capacity_of_either_side(fairness: float) -> None:
    edges, chance = market(), np.random.default_rng(1)
    tight = Room(chance.integers(0, 12, 60), chance.integers(0, 4, 100), np.arange(300) % 100)
    place = arrange(edges, tight, fairness).place
    assert (np.bincount(edges.needs[place > 0], minlength=60) <= tight.needs).all()
    assert (loads(edges, place, tight) <= tight.firms).all()
    assert place.any()


@pytest.mark.parametrize("fairness", SLIDER)
def test_it_never_puts_forward_a_pair_that_is_barred(fairness: float) -> None:
    edges = market()
    allowed = np.random.default_rng(2).random(len(edges.needs)) > 0.4
    found = arrange(replace(edges, allowed=allowed), room(), fairness)
    assert not found.place[~allowed].any()
    assert not found.line[~allowed].any()
    assert (found.place > 0).sum() + (found.line > 0).sum() == allowed.sum()


def test_at_nought_it_is_the_best_of_each_need_by_score() -> None:
    edges = market()
    found = arrange(edges, room(), 0)
    by_score = places(edges.needs, edges.scores, edges.offers)
    np.testing.assert_array_equal(found.place, np.where(by_score <= 10, by_score, 0))
    np.testing.assert_array_equal(found.line, np.where(by_score > 10, by_score - 10, 0))


@pytest.mark.parametrize("fairness", SLIDER)
def test_it_is_the_same_in_whatever_order_the_pairs_come(fairness: float) -> None:
    edges, here = market(), room(cap=3)
    mixed = np.random.default_rng(4).permutation(len(edges.needs))
    shuffled = Edges(edges.needs[mixed], edges.offers[mixed], edges.scores[mixed])
    one, other = arrange(edges, here, fairness), arrange(shuffled, here, fairness)
    np.testing.assert_array_equal(one.place[mixed], other.place)
    np.testing.assert_array_equal(one.line[mixed], other.line)


def test_equals_stand_in_the_order_of_their_ids() -> None:
    edges = Edges(np.zeros(5, int), np.array([4, 2, 0, 3, 1]), np.full(5, 70.0))
    found = arrange(edges, room(1, 5, most=3), 0.5)
    assert found.place.tolist() == [0, 3, 1, 0, 2]
    assert found.line.tolist() == [2, 0, 0, 1, 0]


def test_the_further_the_slider_the_more_even_is_what_firms_get() -> None:
    edges, here = market(kept=50), room(cap=20)
    counts = [loads(edges, arrange(edges, here, fairness).place, here) for fairness in SLIDER]
    unevenness, seen = [gini(c) for c in counts], [int((c > 0).sum()) for c in counts]
    assert unevenness == sorted(unevenness, reverse=True)
    assert unevenness[-1] < 0.75 * unevenness[0]
    assert seen[0] < seen[1] < seen[2] < seen[3]


def test_a_firm_that_is_asked_too_often_helps_those_with_few_other_choices() -> None:
    # need 0 has only offer 0; need 1 likes it a little more but has another one almost as good
    edges = Edges(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([70.0, 72.0, 71.0]))
    found = arrange(edges, room(2, 2, most=1, cap=1), 0.5)
    assert found.place.tolist() == [1, 0, 1]
    assert arrange(edges, room(2, 2, most=1, cap=1), 0).place.tolist() == [0, 1, 0]


def test_offers_of_one_firm_share_what_it_wants() -> None:
    edges = Edges(np.arange(4), np.arange(4), np.array([90.0, 80.0, 70.0, 60.0]))
    one_firm = Room(np.full(4, 5), np.array([2]), np.zeros(4, int))
    assert arrange(edges, one_firm, 0).place.tolist() == [1, 1, 0, 0]


def test_pairs_that_were_put_forward_stand_by_score_whatever_the_slider() -> None:
    edges = market()
    place = arrange(edges, room(cap=4), 1).place
    for need in range(60):
        mine = (edges.needs == need) & (place > 0)
        assert (np.diff(edges.scores[mine][np.argsort(place[mine])]) <= 0).all()


def test_it_tells_what_an_arrangement_does() -> None:
    edges = Edges(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([100.0, 50.0, 100.0]))
    told = effect(edges, room(3, 3), np.array([1, 0, 1]))
    assert (told.pairs, told.firms, told.seen, told.without, told.most, told.busiest) == (2, 2, 1, 1, 2, 0)
    assert (told.gini, told.mean_score) == (0.5, 100)
    assert told.expected == pytest.approx(1 + 1 / np.log2(3))


def test_nothing_to_arrange_is_no_fault() -> None:
    nothing = np.zeros(0, int)
    edges = Edges(nothing, nothing, np.zeros(0))
    found = arrange(edges, room(2, 2), 0.5)
    assert not len(found.place)
    assert effect(edges, room(2, 2), found.place).without == 2


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_it_refuses_a_fairness_beyond_its_ends(wrong: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        arrange(market(), room(), wrong)
