"""Few words against many texts: which texts hold them, or name what they mean, best first. For people who search.

The same terms, weights and technologies as in scores, but the other way round: every text is a document, whichever side it
belongs to, and what was typed decides how much of it has to be there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.asking import MEANT, Asked
from matching.engine.concepts import Concepts
from matching.engine.exact import Short, Small
from matching.engine.lexical import DOCUMENT, SINGLE, Counts, Lexicon, Listed, Vocabulary, postings
from matching.engine.model import Floats, Integers, Named
from matching.engine.settings import Settings

TITLE = 3  # how many times a title counts
ENOUGH = 0.65  # the share of what was typed that a text must have, of what the best one has
LEAST = 0.5  # below, nothing was found
SYNONYM = 0.7  # what a technology that is meant weighs beside the words themselves
PLACES = 64  # characters of a query that are looked at


@dataclass(frozen=True)
class Document:
    """A text to be found. `stated` are the technologies that it lists."""

    key: int
    title: str
    text: str
    stated: tuple[Named, ...] = ()


class Arrays(NamedTuple):
    """Documents as arrays: those that have term t stand from word_start[t] to word_start[t + 1], technologies likewise."""

    keys: Integers
    codes: Integers
    seen: Integers
    word_start: Integers
    word_of: Small
    word_weight: Short
    tag_start: Integers
    tag_of: Small
    tag_weight: Short


@dataclass(frozen=True)
class Hits:
    """Keys of the documents that were found, best first, with what each scores, and the share of the words the best one has."""

    keys: list[int]
    scores: list[float]
    covered: float


def arrays_of(documents: Sequence[Document], concepts: Concepts, settings: Settings) -> Arrays:
    """Count and weigh documents. Their order decides between equals."""
    counts, codes = _counted(f"{d.title}\n" * TITLE + d.text for d in documents)
    lexicon = Lexicon.measured(codes, counts, 1.0)
    weights = lexicon.documents(counts, settings.saturation, settings.length_norm)
    words = postings(Listed(counts.starts, counts.terms, weights), len(codes))
    meant = concepts.meant([f"{d.title}\n{d.text}" for d in documents], [d.stated for d in documents])
    strength = np.minimum(np.rint(meant.data * 1000), 32767).astype(np.int16)
    rows = Listed(meant.indptr.astype(np.int64), meant.indices.astype(np.int32), strength)
    tags = postings(rows, max(1, len(concepts.tags)))
    keys = np.array([d.key for d in documents], dtype=np.int64)
    return Arrays(keys, codes, lexicon.seen, *words, *tags)


def _counted(texts: Iterable[str]) -> tuple[Counts, Integers]:
    """Pairs of characters and words of all texts, and the codes of these terms in rising order; single characters are left out."""
    vocabulary = Vocabulary()
    counts = vocabulary.counts(texts)
    codes, places = vocabulary.settled()
    singles = int(np.searchsorted(codes, SINGLE))
    terms = places[counts.terms]
    kept = terms >= singles
    ends = np.concatenate([[0], np.cumsum(kept)])
    starts: Integers = ends[counts.starts].astype(np.int64)
    return Counts(starts, (terms[kept] - singles).astype(np.int32), counts.times[kept]), codes[singles:]


class Finder:
    """The documents of one kind, ready to be searched."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays, self.count = arrays, len(arrays.keys)

    def find(self, asked: Asked, most: int) -> Hits:
        """The documents for what was asked; none when no text has enough of it."""
        if not self.count or not asked.size:
            return Hits([], [], 0.0)
        scores = np.zeros(self.count, dtype=np.float32)
        marks = np.zeros(self.count, dtype=np.uint64)
        for term in asked.terms:
            for code in self._codes(term.low, term.high):
                self._add_word(code, np.uint64(term.places), scores, marks)
        for meant in asked.meant:
            self._add_tags(meant.tags, np.uint64(meant.places), scores, marks)
        return self._best(scores, np.bitwise_count(marks) / asked.size, most)

    def _codes(self, low: int, high: int) -> list[int]:
        """Places of the terms whose codes are from `low` to `high`."""
        start, stop = np.searchsorted(self._arrays.codes, [low, high + 1])
        return list(range(int(start), int(stop)))

    def _add_word(self, term: int, places: np.uint64, scores: NDArray[np.float32], marks: NDArray[np.uint64]) -> None:
        has = slice(self._arrays.word_start[term], self._arrays.word_start[term + 1])
        texts, seen = self._arrays.word_of[has], float(self._arrays.seen[term])
        telling = np.log1p((self.count - seen + 0.5) / (seen + 0.5))
        scores[texts] += self._arrays.word_weight[has] * np.float32(telling / DOCUMENT)
        marks[texts] |= places

    def _add_tags(
        self,
        tags: Iterable[tuple[int, float]],
        places: np.uint64,
        scores: NDArray[np.float32],
        marks: NDArray[np.uint64],
    ) -> None:
        for tag, weight in tags:
            has = slice(self._arrays.tag_start[tag], self._arrays.tag_start[tag + 1])
            texts = self._arrays.tag_of[has]
            rarity = np.log1p((self.count + 1) / (len(texts) + 1))
            scores[texts] += self._arrays.tag_weight[has] * np.float32(SYNONYM * weight * rarity / 1000)
            if weight >= MEANT:
                marks[texts] |= places

    def _best(self, scores: NDArray[np.float32], covered: Floats, most: int) -> Hits:
        full = float(covered.max())
        if full < LEAST:
            return Hits([], [], full)
        texts = np.flatnonzero(covered >= ENOUGH * full)
        worth = scores[texts] * covered[texts] ** 2
        best = np.argsort(-worth, kind="stable")[:most]
        keys: list[int] = self._arrays.keys[texts[best]].tolist()
        return Hits(keys, worth[best].tolist(), full)
