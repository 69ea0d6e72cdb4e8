"""The sentences of two texts that belong together: by the words that earned points, or by the same technology.

No vectors here: a sentence would have to be embedded for each pair that is shown.
"""

from dataclasses import dataclass

import numpy as np

from matching.engine.lexical import Lexicon
from matching.engine.model import Floats, Integers, Passage
from matching.engine.reading import Reading, valued
from matching.engine.text import Sentence

SHOWN = 2
OF_LIKENESS, OF_EARNED, OF_CONCEPTS = 0.4, 0.3, 0.3
LEAST = 0.06  # less than this is chance
FULL_LENGTH = 12  # shorter sentences say less


@dataclass(frozen=True)
class Match:
    """Two sentences that belong together, how strongly, and the technology that both are about, if that is what joins them."""

    need: Passage
    offer: Passage
    need_text: str
    offer_text: str
    strength: float
    technology: int | None = None


def matches(
    left: Reading, right: Reading, lexicon: Lexicon, rarity: Floats, codes: Integers, earned: Floats
) -> list[Match]:
    """The best pairs of sentences, strongest first; no sentence twice. `codes` are terms and `earned` what each added."""
    if not left.sentences or not right.sentences:
        return []
    words = _words(left, right, lexicon, codes, earned)
    concepts = OF_CONCEPTS * (_unit(left.concepts * rarity) @ _unit(right.concepts * rarity).T)
    total = (words + concepts) * np.outer(_weights(left.sentences), _weights(right.sentences))
    found: list[Match] = []
    while len(found) < SHOWN and total.max() > LEAST:
        row, column = (int(place) for place in np.unravel_index(int(np.argmax(total)), total.shape))
        by_concept = concepts[row, column] > words[row, column]
        found.append(_match(left, row, right, column, float(total[row, column]), by_concept))
        total[row, :] = total[:, column] = -1.0
    return found


def _weights(sentences: list[Sentence]) -> Floats:
    lengths = np.array([sentence.end - sentence.start for sentence in sentences], dtype=np.float64)
    found: Floats = np.sqrt(np.minimum(1.0, lengths / FULL_LENGTH))
    return found


def _words(left: Reading, right: Reading, lexicon: Lexicon, codes: Integers, earned: Floats) -> Floats:
    """For each two sentences, how alike their telling terms are, and the share of the words' points that the common ones earned."""
    common = np.intersect1d(left.codes, right.codes)
    telling, shares = valued(common, lexicon.codes, lexicon.idf), valued(common, codes, earned)
    present = [_present(each, common) for each in (left, right)]
    alike = (present[0] * telling**2) @ present[1].T / np.outer(*(_lengths(each, lexicon) for each in (left, right)))
    found: Floats = OF_LIKENESS * alike + OF_EARNED * ((present[0] * (shares / (earned.sum() or 1.0))) @ present[1].T)
    return found


def _present(each: Reading, common: Integers) -> Floats:
    """Which sentence has which of the common terms."""
    found = np.zeros((len(each.sentences), len(common)))
    if len(common):
        places = np.searchsorted(common, each.codes)
        places[places == len(common)] = 0
        known = common[places] == each.codes
        found[each.owner[known], places[known]] = 1.0
    return found


def _lengths(each: Reading, lexicon: Lexicon) -> Floats:
    squares = valued(each.codes, lexicon.codes, lexicon.idf) ** 2
    found = np.sqrt(np.bincount(each.owner, squares, minlength=len(each.sentences)))
    lengths: Floats = np.where(found > 0, found, 1.0)
    return lengths


def _unit(rows: Floats) -> Floats:
    lengths = np.sqrt((rows * rows).sum(axis=1))
    found: Floats = rows / np.where(lengths > 1e-9, lengths, 1.0)[:, None]
    return found


def _match(left: Reading, row: int, right: Reading, column: int, strength: float, by_concept: bool) -> Match:
    need, offer = left.sentences[row], right.sentences[column]
    common = left.concepts[row] * right.concepts[column]
    return Match(
        Passage("need", need.section, need.start, need.end), Passage("offer", offer.section, offer.start, offer.end),
        need.text, offer.text, strength, int(np.argmax(common)) if by_concept and common.any() else None,
    )  # fmt: skip
