"""The sentences of two texts that say the same thing: in the same words, of the same technology, or close in meaning."""

from dataclasses import dataclass

import numpy as np

from matching.engine.model import Floats, Need, Offer, Passage
from matching.engine.sides import Analysed, Frame
from matching.engine.text import Sentence, comparable

SHOWN = 3
OF_WORDS, OF_CONCEPTS, OF_MEANING = 0.5, 0.3, 0.2
LEAST = 0.06  # less than this is chance
FULL_LENGTH = 12  # shorter sentences say less
SHARED_SHOWN = 3


@dataclass(frozen=True)
class Match:
    """Two sentences that belong together, how strongly, and by what: "words", "concept" or "meaning"."""

    need: Passage
    offer: Passage
    need_text: str
    offer_text: str
    strength: float
    by: str
    shared: tuple[str, ...] = ()
    technology: int | None = None


def matches(need: Need, offer: Offer, frame: Frame) -> list[Match]:
    """The best pairs of sentences, strongest first; no sentence twice."""
    left, right = frame.analysed(need), frame.analysed(offer)
    if not left.sentences or not right.sentences:
        return []
    shares = _likeness(left, right)
    total = sum(shares) * np.outer(_weights(left.sentences), _weights(right.sentences))
    found: list[Match] = []
    while len(found) < SHOWN and total.max() > LEAST:
        row, column = (int(place) for place in np.unravel_index(int(np.argmax(total)), total.shape))
        by = tuple(float(share[row, column]) for share in shares)
        found.append(_match(left, row, right, column, float(total[row, column]), by))
        total[row, :] = total[:, column] = -1.0
    return found


def _weights(sentences: list[Sentence]) -> Floats:
    lengths = np.array([sentence.end - sentence.start for sentence in sentences], dtype=np.float64)
    found: Floats = np.sqrt(np.minimum(1.0, lengths / FULL_LENGTH))
    return found


def _likeness(left: Analysed, right: Analysed) -> tuple[Floats, Floats, Floats]:
    """How alike each two sentences are, by words, technologies and meaning, each with its share of the whole."""
    words = (left.words @ right.words.T).toarray()
    concepts = _unit(left.concepts) @ _unit(right.concepts).T
    meaning = _unit(left.meaning) @ _unit(right.meaning).T
    return OF_WORDS * words, OF_CONCEPTS * concepts, OF_MEANING * np.maximum(0.0, meaning)


def _unit(rows: Floats) -> Floats:
    lengths = np.sqrt((rows * rows).sum(axis=1))
    found: Floats = rows / np.where(lengths > 1e-9, lengths, 1.0)[:, None]
    return found


def _match(left: Analysed, row: int, right: Analysed, column: int, strength: float, by: tuple[float, ...]) -> Match:
    need, offer = left.sentences[row], right.sentences[column]
    passages = (
        Passage("need", need.section, need.start, need.end),
        Passage("offer", offer.section, offer.start, offer.end),
    )
    shared = common_words(need.text, offer.text)
    common = left.concepts[row] * right.concepts[column]
    if common.any() and (by[1] > by[0] or not shared):
        return Match(*passages, need.text, offer.text, strength, "concept", technology=int(np.argmax(common)))
    if shared and 4 * by[0] >= by[2]:
        return Match(*passages, need.text, offer.text, strength, "words", shared)
    return Match(*passages, need.text, offer.text, strength, "meaning")


def common_words(left: str, right: str) -> tuple[str, ...]:
    """The longest stretches of at least two characters that stand in both, longest first."""
    a, b = comparable(left), comparable(right)
    found: list[str] = []
    place = 0
    while place < len(a) - 1:
        length = 0
        while place + length < len(a) and a[place : place + length + 1] in b and _is_word(a[place + length]):
            length += 1
        if length >= 2:
            found.append(a[place : place + length])
        place += max(1, length)
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)
    return tuple(word for word in longest if not word.isdigit())[:SHARED_SHOWN]


def _is_word(character: str) -> bool:
    return character.isalnum() and character not in "的了和与及在是为等并或对将可以其"
