"""What is measured over all pairs of some needs and offers before any score can be: sums, and means of the best few."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled import compiled, inlined
from matching.engine.exact import NeedArrays, OfferArrays, Small, facts_of, fused
from matching.engine.model import Floats, Integers, Matrix
from matching.engine.sweep import add_up, push


@compiled
def usual(
    needs: NeedArrays,
    first: int,
    offers: OfferArrays,
    dense: Matrix,
    places: Integers,
    row: Small,
    found: Floats,
    near: Floats,
) -> None:
    """Measure needs from `first` on (rows of `dense`: products with the reference offers, which stand at `places`).

    Fills in `found`: sums and sums of squares of words over all offers and of dense over the reference offers; `near` gets the
    words shared with each reference offer.
    """
    for at in range(len(dense)):
        i = first + at
        row[:] = 0
        for term in range(needs.word_start[i], needs.word_start[i + 1]):
            times = needs.word_weight[term]
            for place in range(offers.word_start[needs.words[term]], offers.word_start[needs.words[term] + 1]):
                row[offers.word_offer[place]] += times * np.int32(offers.word_weight[place])
        found[at, 0], found[at, 1] = sums(row)
        found[at, 2], found[at, 3] = sums(dense[at])
        for j in range(len(places)):
            near[at, j] = row[places[j]]


@inlined
def sums(values: NDArray[Any]) -> tuple[float, float]:
    """The sum of whole numbers and of their squares, added up in whole numbers: the same in any order."""
    low = np.int64((1 << 20) - 1)
    total, of_high, of_low = np.int64(0), np.int64(0), np.int64(0)
    for j in range(len(values)):
        value = np.int64(values[j])
        total += value
        of_high += (value * value) >> 20
        of_low += (value * value) & low
    return float(total), float(of_high) * 1048576.0 + float(of_low)


@compiled
def best_of_rows(needs: NeedArrays, first: int, words: Floats, dense: Matrix, few: int, into: Floats) -> None:
    """The mean of the best few fused similarities of each row."""
    heap = np.empty(few)
    for row in range(len(dense)):
        heap[:] = -np.inf
        facts = facts_of(needs, first + row)
        for j in range(dense.shape[1]):
            value = fused(facts, words[row, j], float(dense[row, j]))
            if value > heap[0]:
                push(heap, value)
        into[row] = mean_of(heap)


@inlined
def mean_of(heap: Floats) -> float:
    """The mean, added up from the least to the largest."""
    total = 0.0
    for value in np.sort(heap):
        total += value
    return total / len(heap)


@compiled
def best_of_columns(
    needs: NeedArrays,
    first: int,
    offers: OfferArrays,
    begin: int,
    end: int,
    dense: Matrix,
    words: Integers,
    of_words: Small,
    heaps: Floats,
) -> None:
    """Keep the best few fused similarities of each offer of a tile with needs from `first` on."""
    for row in range(len(dense)):
        i = first + row
        start, stop = needs.word_start[i], needs.word_start[i + 1]
        add_up(
            offers.word_start, offers.word_offer, offers.word_weight, needs.words[start:stop], needs.word_weight[start:stop],
            words[row], begin, end, of_words,
        )  # fmt: skip
        facts = facts_of(needs, i)
        for at in range(end - begin):
            value = fused(facts, of_words[at], float(dense[row, at]))
            if value > heaps[begin + at, 0]:
                push(heaps[begin + at], value)


@compiled
def means_of(heaps: Floats, into: Floats) -> None:
    """The mean of each row; 0 for a row that is not full."""
    for row in range(len(heaps)):
        into[row] = mean_of(heaps[row]) if heaps[row, 0] > -np.inf else 0.0
