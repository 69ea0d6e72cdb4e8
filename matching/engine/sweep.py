"""All pairs, fast: an estimate rules out what can enter no list of best pairs; what is left is decided by engine.exact.

Needs come in blocks, offers in tiles. For each tile and need the words and technologies in common are added up from lists of
who has what, products of vectors come from one matrix product, and everything else from small tables by class. The estimate
errs by far less than MARGIN, so that nothing is missed and the result is that of deciding every pair.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled import compiled, estimating, inlined
from matching.engine.exact import (
    COSINE,
    WORD,
    Facts,
    Flags,
    NeedArrays,
    OfferArrays,
    Short,
    Small,
    View,
    Weights,
    facts_of,
    judged,
    key,
)  # fmt: skip
from matching.engine.facets import CLOSE, CONCEPTS
from matching.engine.model import Floats, Integers, Matrix
from matching.engine.ranking import ABOVE_BARRED, BARRED, BARRED_KEEPS, SHIFT

MARGIN = 0.25  # points
BELOW = 1000.0  # what is taken from barred pairs, so that they sort after all others
# A packed entry of a table: points earned and possible (by steps of 1/64) and how many conditions bar.
STEP = 64.0
EARNED, POSSIBLE, BARS = 0x1FFF, 13, 26
# A packed subject: values and weights of field and sector, by steps of 1/4096.
FINE = 4096.0
VALUE, WEIGHT = 0xFFF, 12

Bytes = NDArray[np.uint8]


class Heaps(NamedTuple):
    """The best so far, as heaps of keys with the least first: of each need in hand, and of each offer with that offer's floor."""

    rows: Integers
    columns: Integers
    floors: Matrix


class Scratch(NamedTuple):
    """Room for one tile."""

    words: Small
    tags: Small
    subjects: Small
    packed: Small
    values: Matrix
    likely: Bytes


@inlined
def push(heap: NDArray[Any], found: float) -> None:
    """Put a key (or another number) into a full heap in place of its least."""
    size, at = len(heap), 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= found:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = found


@inlined
def floor_of(least: int) -> float:
    """The estimate below which no pair has a larger key."""
    if least < 0:
        return -np.inf
    millionths = least >> SHIFT
    if millionths < ABOVE_BARRED:
        return millionths / 1e6 / BARRED_KEEPS - BELOW - MARGIN
    return (millionths - ABOVE_BARRED) / 1e6 - MARGIN


@inlined
def _packed(value: float, points: float, verdict: int) -> int:
    bars = (1 << BARS) if verdict == BARRED else 0
    if np.isnan(value):
        return bars
    return bars | (int(points * STEP + 0.5) << POSSIBLE) | int(points * value * STEP + 0.5)


@compiled
def pack(view: View, starts: Integers, weights: Weights, into: Small) -> None:
    """Put what needs see into one number for each class; `starts` are where subjects, kinds, held, places, prices begin."""
    whole = 100.0 / (
        weights.need_fit
        + weights.field_technology
        + weights.maturity
        + weights.credentials
        + weights.region
        + weights.terms
    )
    points = (0.0, weights.maturity * whole, weights.credentials * whole, weights.region * whole, weights.terms * whole)
    for row in range(len(into)):
        values, known, verdicts = view.values[row], view.known[row], view.verdicts[row]
        for c in range(starts[1]):
            into[row, c] = (int(known[c] * FINE + 0.5) << WEIGHT) | int(values[c] * FINE + 0.5)
        for sort in range(1, 5):
            for c in range(starts[sort], starts[sort + 1]):
                into[row, c] = _packed(values[c], points[sort], verdicts[c])


@compiled
def gather(classes: Small, begin: int, table: Small, closed: int, subjects: Small, packed: Small) -> None:
    """Look up the classes of a tile's offers in one need's small table."""
    for j in range(len(packed)):
        at = begin + j
        subjects[j] = table[np.uint32(classes[at, 0])]
        packed[j] = (
            closed + table[np.uint32(classes[at, 1])] + table[np.uint32(classes[at, 2])]
            + table[np.uint32(classes[at, 3])] + table[np.uint32(classes[at, 4])]
        )  # fmt: skip


@estimating
def estimate(
    dense: Matrix,
    words: Small,
    taken: Matrix,
    tags: Small,
    named: Matrix,
    subjects: Small,
    packed: Small,
    floors: Matrix,
    constants: Matrix,
    values: Matrix,
    likely: Bytes,
) -> None:
    """Estimate the scores of one need with a tile of offers, and mark those above the offers' or the need's floor."""
    of_dense, of_words, less, near_share = constants[0], constants[1], constants[2], constants[3]
    fit_points, technology_points, relevance, row_floor, has_tags = (
        constants[4],
        constants[5],
        constants[6],
        constants[7],
        constants[8],
    )
    one, half, nothing = np.float32(1), np.float32(0.5), np.float32(0)
    step, fine, least = np.float32(1 / STEP), np.float32(1 / FINE), np.float32(1e-6)
    concepts = np.float32(CONCEPTS) * has_tags
    hundred, below = np.float32(100), np.float32(BELOW)
    for j in range(len(values)):
        away = of_dense * dense[j] + of_words * np.float32(words[j]) - less - taken[j]
        fit = half + half * away / np.sqrt(one + away * away)
        weight = concepts * named[j]
        value = np.float32(subjects[j] & VALUE) * fine + weight * min(one, near_share * np.float32(tags[j]))
        weight += np.float32((subjects[j] >> WEIGHT) & VALUE) * fine
        possible = fit_points + (technology_points if weight > nothing else nothing)
        earned = fit_points * fit + technology_points * value / max(weight, least)
        share = min(one, earned / max(possible, least) * relevance)
        earned += share * np.float32(packed[j] & EARNED) * step
        possible += np.float32((packed[j] >> POSSIBLE) & EARNED) * step
        score = hundred * earned / max(possible, least)
        score = score - below if (packed[j] >> BARS) > 0 else score
        values[j] = score
        likely[j] = (score > floors[j]) | (score > row_floor)


@inlined
def add_up(
    start: Integers,
    offer: Small,
    weight: Short,
    terms: Small,
    asked: Small,
    cursors: Integers,
    begin: int,
    end: int,
    into: Small,
) -> None:
    """Add up products of weights for offers begin to end; cursors stand where the last tile ended."""
    into[:] = 0
    for at in range(len(terms)):
        low, stop, times = cursors[at], start[terms[at] + 1], asked[at]
        # find where this tile ends: by doubled steps, then by halving
        step, before = 1, low
        while low + step < stop and offer[low + step] < end:
            before = low + step
            step *= 2
        high = min(stop, low + step)
        while before < high:
            middle = (before + high) // 2
            if offer[middle] < end:
                before = middle + 1
            else:
                high = middle
        for place in range(low, high):
            into[offer[place] - begin] += times * np.int32(weight[place])
        cursors[at] = high


@compiled
def set_cursors(needs: NeedArrays, offers: OfferArrays, first: int, words: Integers, tags: Integers) -> None:
    """Put the cursors of needs from `first` on where the lists of their terms begin."""
    for row in range(len(words)):
        start, stop = needs.word_start[first + row], needs.word_start[first + row + 1]
        for at in range(stop - start):
            words[row, at] = offers.word_start[needs.words[start + at]]
        start, stop = needs.tag_start[first + row], needs.tag_start[first + row + 1]
        for at in range(stop - start):
            tags[row, at] = offers.tag_start[needs.tags[start + at]]


@compiled
def share(
    needs: NeedArrays,
    i: int,
    offers: OfferArrays,
    begin: int,
    end: int,
    words: Integers,
    tags: Integers,
    of_words: Small,
    of_tags: Small,
) -> None:
    """Words and technologies that need i shares with a tile of offers."""
    start, stop = needs.word_start[i], needs.word_start[i + 1]
    add_up(
        offers.word_start, offers.word_offer, offers.word_weight, needs.words[start:stop], needs.word_weight[start:stop],
        words, begin, end, of_words,
    )  # fmt: skip
    start, stop = needs.tag_start[i], needs.tag_start[i + 1]
    add_up(
        offers.tag_start, offers.tag_offer, offers.tag_weight, needs.tags[start:stop], needs.tag_weight[start:stop],
        tags, begin, end, of_tags,
    )  # fmt: skip


@inlined
def decide(
    facts: Facts,
    values: Floats,
    known: Floats,
    verdicts: Flags,
    offers: OfferArrays,
    begin: int,
    weights: Weights,
    dense: Matrix,
    need_rank: int,
    offer_ranks: Integers,
    row: Integers,
    columns: Integers,
    floors: Matrix,
    scratch: Scratch,
) -> int:
    """Decide the pairs of a tile that may be among the best, and keep those that are; returns how many were decided."""
    row_floor, decided, both = floor_of(row[0]), 0, columns.shape[1] > 0
    likely, estimates, words, tags = scratch.likely, scratch.values, scratch.words, scratch.tags
    classes, named, owners, taken = offers.classes, offers.named, offers.owner, offers.taken
    marks = likely.view(np.uint64)
    for eight in range(len(marks)):
        if marks[eight] == 0:
            continue
        for at in range(8 * eight, 8 * eight + 8):
            j = begin + at
            if likely[at] == 0 or not (estimates[at] > row_floor or estimates[at] > floors[j]):
                continue
            found = judged(
                facts,
                values,
                known,
                verdicts,
                classes,
                named,
                owners,
                taken,
                j,
                words[at],
                float(dense[at]),
                tags[at],
                weights,
            )
            decided += 1
            for_row = key(found[6], found[7], offer_ranks[j])
            if for_row > row[0]:
                push(row, for_row)
                row_floor = floor_of(row[0])
            if both:
                for_column = key(found[6], found[7], need_rank)
                if for_column > columns[j, 0]:
                    push(columns[j], for_column)
                    floors[j] = floor_of(columns[j, 0])
    return decided


@compiled
def tile(
    needs: NeedArrays,
    first: int,
    view: View,
    packed: Small,
    offers: OfferArrays,
    begin: int,
    end: int,
    weights: Weights,
    dense: Matrix,
    words: Integers,
    tags: Integers,
    taken: Matrix,
    named: Matrix,
    need_ranks: Integers,
    offer_ranks: Integers,
    heaps: Heaps,
    scratch: Scratch,
) -> int:
    """Needs from `first` on (rows of `dense`) with offers begin to end; returns how many pairs were decided one by one."""
    decided, size = 0, end - begin
    constants = np.empty(9, dtype=np.float32)
    room = Scratch(
        scratch.words[:size],
        scratch.tags[:size],
        scratch.subjects[:size],
        scratch.packed[:size],
        scratch.values[:size],
        scratch.likely,
    )
    whole = 100.0 / (
        weights.need_fit
        + weights.field_technology
        + weights.maturity
        + weights.credentials
        + weights.region
        + weights.terms
    )
    scratch.likely[:] = 0
    for row in range(len(dense)):
        i = first + row
        facts = facts_of(needs, i)
        share(needs, i, offers, begin, end, words[row], tags[row], room.words, room.tags)
        gather(offers.classes, begin, packed[row], (1 << BARS) if facts.closed else 0, room.subjects, room.packed)
        usual_sum = facts.usual_words * facts.words_scale + facts.usual_meaning * facts.meaning_scale
        constants[0] = facts.meaning_scale * COSINE / weights.width
        constants[1] = facts.words_scale * WORD / weights.width
        constants[2] = (facts.taken + weights.middle + usual_sum) / weights.width
        constants[3] = COSINE / CLOSE
        constants[4], constants[5] = weights.need_fit * whole, weights.field_technology * whole
        constants[6] = 1.0 / weights.full_relevance
        constants[7] = floor_of(heaps.rows[row, 0])
        constants[8] = 1.0 if facts.tagged else 0.0
        estimate(
            dense[row], room.words, taken[begin:end], room.tags, named[begin:end], room.subjects, room.packed,
            heaps.floors[begin:end], constants, room.values, scratch.likely[:size],
        )  # fmt: skip
        decided += decide(
            facts, view.values[row], view.known[row], view.verdicts[row], offers, begin, weights, dense[row],
            need_ranks[i], offer_ranks, heaps.rows[row], heaps.columns, heaps.floors, room,
        )  # fmt: skip
    return decided
