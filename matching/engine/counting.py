"""Compiled loops that turn texts into numbered, counted, weighted terms and back into lists of who has which."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled import compiled, inlined
from matching.engine.model import Floats, Integers

Small = NDArray[np.int32]
Short = NDArray[np.int16]
Points = NDArray[np.uint32]

FREE = np.int64(-1)
PAIR = 21  # bits of a character
_MIX = np.uint64(0x9E3779B97F4A7C15)


@inlined
def _is_ideograph(point: int) -> bool:
    return 0x3400 <= point <= 0x9FFF or 0x20000 <= point <= 0x323AF or 0x3041 <= point <= 0x30FF


@compiled
def terms_of(points: Points, begin: int, end: int, into: Integers) -> int:
    """Write the characters and pairs of Chinese in points[begin:end] to `into`; returns how many."""
    found, before = 0, False
    for place in range(begin, end):
        here = _is_ideograph(points[place])
        if here:
            into[found] = points[place]
            found += 1
            if before:
                into[found] = (np.int64(points[place - 1]) << PAIR) | np.int64(points[place])
                found += 1
        before = here
    return found


@compiled
def counted(
    points: Points,
    starts: Integers,
    words: Integers,
    word_starts: Integers,
    codes: Integers,
    times: Short,
    ends: Integers,
) -> int:
    """Count the terms of texts that stand one after the other: text i is points[starts[i]:starts[i + 1]].

    `words` are codes of Latin words, word_starts[i] to word_starts[i + 1] those of text i. Fills in codes (rising within a
    text), how often each stands there, and where each text's codes end; returns how many there are in all.
    """
    written = 0
    longest = 0
    for text in range(len(ends)):
        longest = max(longest, 2 * (starts[text + 1] - starts[text]) + word_starts[text + 1] - word_starts[text])
    buffer = np.empty(longest, dtype=np.int64)
    for text in range(len(ends)):
        found = terms_of(points, starts[text], starts[text + 1], buffer)
        for place in range(word_starts[text], word_starts[text + 1]):
            buffer[found] = words[place]
            found += 1
        here = buffer[:found]
        here.sort()
        for place in range(found):
            if place and here[place] == here[place - 1]:
                times[written - 1] = min(times[written - 1] + 1, 32767)
            else:
                codes[written] = here[place]
                times[written] = 1
                written += 1
        ends[text] = written
    return written


@inlined
def _slot(code: int, mask: int) -> int:
    mixed = np.uint64(code) * _MIX
    slot: int = np.int64((mixed >> np.uint64(20)) & np.uint64(mask))  # type: ignore[assignment]
    return slot


@compiled
def rehashed(keys: Integers, values: Small, into_keys: Integers, into_values: Small) -> None:
    """Put all entries of one table into a larger one."""
    mask = len(into_keys) - 1
    for old in range(len(keys)):
        if keys[old] != FREE:
            slot = _slot(keys[old], mask)
            while into_keys[slot] != FREE:
                slot = (slot + 1) & mask
            into_keys[slot], into_values[slot] = keys[old], values[old]


@compiled
def numbered(codes: Integers, keys: Integers, values: Small, count: int, most: int, numbers: Small) -> tuple[int, int]:
    """Number codes in the order in which they come first; returns (codes done, numbers given). Ends early at `most` numbers."""
    mask = len(keys) - 1
    for place in range(len(codes)):
        slot = _slot(codes[place], mask)
        while keys[slot] != FREE and keys[slot] != codes[place]:
            slot = (slot + 1) & mask
        if keys[slot] == FREE:
            if count >= most:
                return place, count
            keys[slot], values[slot] = codes[place], count
            count += 1
        numbers[place] = values[slot]
    return len(codes), count


@compiled
def document_weights(
    starts: Integers, times: Short, mean_length: float, saturation: float, length_norm: float, scale: float, into: Short
) -> None:
    """BM25 weights of documents' terms without idf, as whole numbers."""
    for text in range(len(starts) - 1):
        length = 0
        for place in range(starts[text], starts[text + 1]):
            length += times[place]
        discount = saturation * (1.0 - length_norm + length_norm * (length / mean_length))
        for place in range(starts[text], starts[text + 1]):
            often = float(times[place])
            into[place] = np.int16(np.rint(scale * (often * (saturation + 1.0) / (often + discount))))


@compiled
def postings(starts: Integers, terms: Small, weights: Short, term_starts: Integers, offers: Small, into: Short) -> None:
    """Turn lists of terms by text into lists of texts by term; term_starts is overwritten with where each term ends."""
    for text in range(len(starts) - 1):
        for place in range(starts[text], starts[text + 1]):
            to = term_starts[terms[place]]
            offers[to], into[to] = text, weights[place]
            term_starts[terms[place]] = to + 1


@compiled
def query_weights(
    starts: Integers, terms: Small, times: Short, telling: Floats, saturation: float, share: float, into: Floats
) -> None:
    """Add to `into` the weights of queries' terms, scaled so that each query's weights sum to `share`."""
    for text in range(len(starts) - 1):
        total = 0.0
        for place in range(starts[text], starts[text + 1]):
            often = float(times[place])
            total += often * (saturation + 1.0) / (often + saturation) * telling[terms[place]]
        if total > 0.0:
            for place in range(starts[text], starts[text + 1]):
                often = float(times[place])
                into[place] += share * (
                    often * (saturation + 1.0) / (often + saturation) * telling[terms[place]] / total
                )
