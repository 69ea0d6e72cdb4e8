"""Which scored pairs are put forward, so that nobody is flooded: one number from plain best-first (0) to most even (1).

A need asks at most as many firms as it can handle, a firm is asked at most as often as it wants. Within these capacities
`fairness` f decides what it costs to suggest a firm more often than its even share. With s and t for the scores that a pair
has for the need and for the offer, as shares of 1:

    value  v = ln s + f · ln t                            what the pair promises; at f = 0 the need's own interest alone
    share  x = 1 / (1 + exp(-(v + p + h) / T))            how far the pair is put forward, if pairs could be divided
    help   h so that the shares of a need sum to its room (or to nearly all of its pairs, when it has fewer)
    price  p = min(0, f' · (p + T · ln(even / sum of the firm's shares)))   f' = 0.9 f; even = all room / all firms, at least 1

Help and prices are found by turns. These are the scaling steps for unbalanced entropic transport: rows are kept exactly,
columns are pulled to "at most the even share" with the exponent f' (Chizat, Peyré, Schmitzer, Vialard: Scaling algorithms
for unbalanced optimal transport problems, Math. Comp. 87, 2018), here with the logistic share, since a pair is put forward
at most once. For reciprocal recommendation the balanced case is the matching with transferable utility by IPFP of Tomita,
Togashi, Hashizume, Ohsaka: Fast and examination-agnostic reciprocal recommendation in matching markets (RecSys 2023).

Shares are fractions, pairs are whole. So needs ask in the order of v + p, each as many as it has room for, and a firm that is
asked more often than 1 / f times its share (later 2, 4 times that, while needs have room left; never beyond what it wants)
keeps those whom it helps most, v + p + f · h: deferred acceptance with quotas (Gale, Shapley 1962; Roth 1984).

Barred pairs are never put forward, unknown ones may be. All ties fall by place, and places follow ids; values are compared
in millionths, so that the last bits of exp and log decide nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from matching.engine.model import Floats, Integers

TEMPERATURE = 0.25  # T: pairs whose values differ by less than this count as about as good
STRICT = 0.9  # of the slider: at 1 the last bit of evenness would cost too much relevance
GENEROUS = (1, 2, 4, 1e9)  # times its share that a firm is asked while needs have room left
STEPS, CLOSE = 60, 1e-2
FURTHEST = 12.0  # no price moves a pair by more than this many temperatures
NEARLY_ALL, TINY = 0.98, 1e-9
LEAST = 1e-3  # a score of nothing still has a logarithm
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Edges:
    """Scored pairs, each once: places of needs and offers, scores 0 to 100 for the need and (the same when None) for the offer.

    `allowed` is False for pairs that must not be put forward: barred, decided, too low; None allows all.
    """

    needs: Integers
    offers: Integers
    scores: Floats
    scores_for_offers: Floats | None = None
    allowed: Flags | None = None

    @cached_property
    def open(self) -> Flags:
        """Which pairs may be put forward."""
        return np.ones(len(self.needs), bool) if self.allowed is None else self.allowed

    def value(self, fairness: float) -> Floats:
        """What each pair promises: ln s + fairness · ln t, in millionths."""
        other = self.scores if self.scores_for_offers is None else self.scores_for_offers
        return _exact(_log(self.scores) + fairness * _log(other))

    @cached_property
    def promise(self) -> Floats:
        """The estimated chance that both sides say yes: the product of both scores as shares of 100."""
        other = self.scores if self.scores_for_offers is None else self.scores_for_offers
        found: Floats = self.scores * other / 1e4
        return found


@dataclass(frozen=True)
class Room:
    """How many suggestions each need can handle and each firm wants, and whose each offer is (a place in `firms`)."""

    needs: Integers
    firms: Integers
    firm_of: Integers


@dataclass(frozen=True)
class _Asking:
    """Pairs with what they are worth: `wish` to the need, `gain` to the firm that has to choose; and the firms' shares."""

    needs: Integers
    offers: Integers
    firms: Integers
    value: Floats
    wish: Floats
    gain: Floats
    prices: Floats
    shares: Floats
    room: Room

    @classmethod
    def priced(cls, needs: Integers, offers: Integers, value: Floats, room: Room, fairness: float) -> "_Asking":
        firms = room.firm_of[offers]
        prices, scarce, shares = _prices(needs, firms, value, room, fairness)
        wish = _exact(value + prices[firms])
        return cls(needs, offers, firms, value, wish, _exact(wish + scarce[needs]), prices, shares, room)

    def settle(self) -> Flags:
        """True for the pairs that are put forward."""
        put = np.zeros(len(self.needs), bool)
        order = np.lexsort((self.offers, -self.wish, self.needs))
        for times in GENEROUS:
            needs_left = self.room.needs - np.bincount(self.needs[put], minlength=len(self.room.needs))
            quota = np.minimum(self.room.firms.astype(float), times * self.shares)
            firms_left = quota - np.bincount(self.firms[put], minlength=len(self.room.firms))
            open_ = ~put[order] & (needs_left[self.needs[order]] > 0) & (firms_left[self.firms[order]] > 0)
            put[self._accepted(order[open_], needs_left, firms_left)] = True
        return put

    def _accepted(self, left: Integers, needs_left: Integers, firms_left: Floats) -> Integers:
        """Deferred acceptance: needs ask their best, firms keep their best, whoever was refused asks the next."""
        while True:
            needs = self.needs[left]
            asked = left[_place_in_runs(needs) <= needs_left[needs]]
            firms = self.firms[asked]
            refused = places(firms, self.gain[asked], self.needs[asked], self.offers[asked]) > firms_left[firms]
            if not refused.any():
                return asked
            gone = np.zeros(len(self.needs), bool)
            gone[asked[refused]] = True
            left = left[~gone[left]]


@dataclass(frozen=True)
class Arrangement:
    """For each pair its place from 1 among those put forward for its need (0: not), in the order of value.

    `prices` are the firms' in the units of value: what is added to the value of each of a firm's pairs.
    """

    fairness: float
    place: Integers
    prices: Floats
    asking: _Asking
    use: Integers

    @cached_property
    def line(self) -> Integers:
        """For each pair its place from 1 in its need's waiting line, in the order of value + price; 0 when it is not in line."""
        found = np.zeros(len(self.place), np.int64)
        rest = self.place[self.use] == 0
        asking = self.asking
        found[self.use[rest]] = places(asking.needs[rest], asking.wish[rest], asking.offers[rest])
        return found


def arrange(edges: Edges, room: Room, fairness: float) -> Arrangement:
    """Decide which pairs are put forward, in what order for each need, and who is next in line.

    Raises ValueError when `fairness` is not from 0 to 1.
    """
    if not 0 <= fairness <= 1:
        raise ValueError(f"fairness is from 0 to 1, not {fairness}")
    use = np.flatnonzero(edges.open)
    asking = _Asking.priced(edges.needs[use], edges.offers[use], edges.value(fairness)[use], room, fairness)
    put = asking.settle()
    place = np.zeros(len(edges.needs), np.int64)
    place[use[put]] = places(asking.needs[put], asking.value[put], asking.offers[put])
    return Arrangement(fairness, place, asking.prices, asking, use)


def _prices(
    needs: Integers, firms: Integers, value: Floats, room: Room, fairness: float
) -> tuple[Floats, Floats, Floats]:
    """Each firm's price; for each need how much an accepted pair helps it, more where it has few other choices; firms' shares."""
    prices, help_ = np.zeros(len(room.firms)), np.zeros(len(room.needs))
    if not fairness or not len(needs):
        return prices, help_, room.firms.astype(float)
    order = np.lexsort((value, firms, needs))  # the same sums of the same numbers, in whatever order the pairs came
    needs, firms, value = needs[order], firms[order], value[order] / TEMPERATURE
    has = np.bincount(needs, minlength=len(room.needs))
    wanted = np.minimum(room.needs, has * NEARLY_ALL).clip(TINY)
    asked_for = np.bincount(firms, minlength=len(room.firms)) > 0
    even = np.minimum(room.firms, max(wanted.sum() / asked_for.sum(), 1.0)).clip(TINY)
    help_ -= np.bincount(needs, value, len(room.needs)) / has.clip(1)
    for _step in range(STEPS):
        share = expit(value + prices[firms] + help_[needs])
        help_ += np.log(wanted / np.bincount(needs, share, len(room.needs)).clip(TINY))
        share = expit(value + prices[firms] + help_[needs])
        load = np.bincount(firms, share, len(room.firms)).clip(TINY)
        before, prices = prices, (STRICT * fairness * (prices + np.log(even / load))).clip(-FURTHEST, 0.0)
        if np.abs(prices - before).max() < CLOSE:
            break
    shares = np.ceil(_exact(load / fairness)).clip(1)
    return _exact(TEMPERATURE * prices), _exact(fairness * TEMPERATURE * help_), shares


def places(groups: Integers, values: Floats, *ties: Integers) -> Integers:
    """The place of each entry within its group, from 1, highest value first; `ties` decide in turn, lowest first."""
    order = np.lexsort((*reversed(ties), -values, groups))
    found = np.empty(len(groups), np.int64)
    found[order] = _place_in_runs(groups[order])
    return found


def _place_in_runs(groups: Integers) -> Integers:
    """The place from 1 within each run of equal neighbours."""
    here = np.arange(len(groups))
    starts = np.r_[True, groups[1:] != groups[:-1]] if len(groups) else np.zeros(0, bool)
    found: Integers = here - np.maximum.accumulate(np.where(starts, here, 0)) + 1
    return found


def _log(scores: Floats) -> Floats:
    found: Floats = np.log(np.maximum(np.asarray(scores, float) / 100, LEAST))
    return found


def _exact(values: Floats) -> Floats:
    found: Floats = np.rint(values * 1e6) / 1e6
    return found


@dataclass(frozen=True)
class Effect:
    """What an arrangement does, for a reviewer to see before it is applied.

    `firms` are those with a pair that may be put forward, `gini` is over how often each of them is suggested,
    `expected` the estimated mutual matches (see `expected_matches`), `most` the largest number for one firm and `busiest`
    its place, `without` the needs that get nothing.
    """

    pairs: int
    firms: int
    seen: int
    gini: float
    mean_score: float
    expected: float
    needs: int
    without: int
    busiest: int
    most: int

    @property
    def seen_share(self) -> float:
        return self.seen / self.firms if self.firms else 0.0


def effect(edges: Edges, room: Room, place: Integers) -> Effect:
    """What it means to put forward the pairs with a place (as in Arrangement.place)."""
    put = place > 0
    firm_of_pair = room.firm_of[edges.offers]
    loads = np.bincount(firm_of_pair[put], minlength=len(room.firms))
    eligible = np.bincount(firm_of_pair[edges.open | put], minlength=len(room.firms)) > 0
    served = np.bincount(edges.needs[put], minlength=len(room.needs))
    return Effect(
        pairs=int(put.sum()), firms=int(eligible.sum()), seen=int((loads > 0).sum()), gini=gini(loads[eligible]),
        mean_score=float(edges.scores[put].mean()) if put.any() else 0.0,
        expected=expected_matches(edges, room, place), needs=len(room.needs), without=int((served == 0).sum()),
        busiest=int(loads.argmax()) if len(loads) else -1, most=int(loads.max(initial=0)),
    )  # fmt: skip


def expected_matches(edges: Edges, room: Room, place: Integers) -> float:
    """Estimated mutual matches: sum of (both scores as shares of 1) / (log2(1 + place for the need) · log2(1 + place for the firm)).

    A score stands for the chance of a yes, and what stands further down a list is looked at less (the discount of DCG).
    """
    put = np.flatnonzero(place > 0)
    for_firm = places(room.firm_of[edges.offers[put]], edges.promise[put], edges.needs[put], edges.offers[put])
    return float((edges.promise[put] / np.log2(1 + place[put]) / np.log2(1 + for_firm)).sum())


def gini(counts: Integers) -> float:
    """How uneven counts are: 0 when all are equal, towards 1 when one has everything; 0 for nothing at all."""
    total = counts.sum()
    if not total:
        return 0.0
    ordered, n = np.sort(counts.astype(float)), len(counts)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))
