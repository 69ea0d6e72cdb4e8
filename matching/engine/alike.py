"""How much single listings have in common, in whole numbers: products of vectors, of words, of technologies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.compiled import compiled
from matching.engine.exact import NeedArrays, OfferArrays, Short, Small
from matching.engine.model import Integers


@compiled
def products(vectors: Short, other: Short, into: NDArray[Any]) -> None:
    """Products of each row of `vectors` with one other vector."""
    for row in range(len(vectors)):
        found = np.int32(0)
        for at in range(len(other)):
            found += np.int32(vectors[row, at]) * np.int32(other[at])
        into[row] = found


@compiled
def covered(start: Integers, offer: Small, weight: Short, terms: Small, asked: Small, into: Integers) -> None:
    """Add to `into` (all offers) the products of what is asked with what each offer has."""
    for at in range(len(terms)):
        for place in range(start[terms[at]], start[terms[at] + 1]):
            into[offer[place]] += np.int64(asked[at]) * np.int64(weight[place])


@compiled
def weights_at(start: Integers, offer: Small, weight: Short, terms: Small, wanted: int, into: Integers) -> None:
    """The weights that a single offer has for each of the terms; 0 for those it has not."""
    for at in range(len(terms)):
        low, high = start[terms[at]], start[terms[at] + 1]
        stop = high
        while low < high:
            middle = (low + high) // 2
            if offer[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        into[at] = weight[low] if low < stop and offer[low] == wanted else 0


@compiled
def similar_at(needs: NeedArrays, i: int, offers: OfferArrays, places: Integers, into: Integers) -> None:
    """Words, meaning and technologies that need i shares with the offers at `places`; `into` is (3, places)."""
    terms = needs.words[needs.word_start[i] : needs.word_start[i + 1]]
    asked = needs.word_weight[needs.word_start[i] : needs.word_start[i + 1]]
    tags = needs.tags[needs.tag_start[i] : needs.tag_start[i + 1]]
    named = needs.tag_weight[needs.tag_start[i] : needs.tag_start[i + 1]]
    has, shown = np.empty(len(terms), dtype=np.int64), np.empty(len(tags), dtype=np.int64)
    for at in range(len(places)):
        j = places[at]
        weights_at(offers.word_start, offers.word_offer, offers.word_weight, terms, j, has)
        weights_at(offers.tag_start, offers.tag_offer, offers.tag_weight, tags, j, shown)
        into[0, at], into[2, at] = 0, 0
        for term in range(len(terms)):
            into[0, at] += asked[term] * has[term]
        for tag in range(len(tags)):
            into[2, at] += named[tag] * shown[tag]
        products(offers.meaning[j : j + 1], needs.meaning[i], into[1, at : at + 1])


@compiled
def answered(start: Integers, terms: Small, asked: Small, has: Small, into: Integers) -> None:
    """Products of what each need asks for with what one offer `has` (by term)."""
    for i in range(len(into)):
        found = 0
        for at in range(start[i], start[i + 1]):
            found += np.int64(asked[at]) * np.int64(has[terms[at]])  # type: ignore[assignment]
        into[i] = found
