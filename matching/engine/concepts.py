"""What texts are about, by the list of technologies: its names, synonyms, and the problems that each is used for.

Those who need something name the problem, those who offer something name the technology; the list knows both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from matching.engine.meaning import UNIT
from matching.engine.model import Floats, Integers, Named
from matching.engine.text import comparable

PARENT = 0.35  # what a technology says about its group
USED_FOR = 0.8  # a problem says a little less than a name
Sparse = sparse.csr_matrix
STATED = 1.5  # a technology that is listed says more than one that is mentioned


@dataclass(frozen=True)
class Tag:
    """One technology. `words` mean it, `used_for` are problems that it solves, `parent` is its group's code or None."""

    named: Named
    words: tuple[str, ...]
    used_for: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True)
class Hit:
    """One phrase found in a text: where, and the technologies it points at with their weights."""

    start: int
    end: int
    tags: tuple[tuple[int, float], ...]


class Concepts:
    """Finds technologies in texts."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.tags = tuple(tags)
        self._place = {tag.named.code: place for place, tag in enumerate(self.tags)}
        phrases: dict[str, dict[int, float]] = {}
        for place, tag in enumerate(self.tags):
            for words, weight in ((tag.used_for, USED_FOR), ((tag.named.zh, *tag.words), 1.0)):
                for phrase in map(comparable, words):
                    if len(phrase) >= 2:
                        phrases.setdefault(phrase, {})[place] = weight
        self._by_head: dict[str, list[tuple[str, tuple[tuple[int, float], ...]]]] = {}
        for phrase, found in sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])):
            # a phrase that means several technologies says less about each
            shared = tuple((place, weight / len(found) ** 0.5) for place, weight in sorted(found.items()))
            self._by_head.setdefault(phrase[:2], []).append((phrase, shared))

        codes = [(ord(head[0]) << 21) | ord(head[1]) for head in self._by_head]
        self._head_codes = np.array(sorted(codes), dtype=np.int64)

    def hits(self, text: str) -> list[Hit]:
        """The phrases in a text that is comparable() already; at each place the longest one."""
        found = []
        for start in self._heads(text):
            for phrase, tags in self._by_head[text[start : start + 2]]:
                if text.startswith(phrase, start) and _stands_alone(text, start, phrase):
                    found.append(Hit(start, start + len(phrase), tags))
                    break
        return found

    def _heads(self, text: str) -> list[int]:
        """The places where the first two characters of some phrase stand."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        pairs = (points[:-1] << 21) | points[1:]
        slots = np.searchsorted(self._head_codes, pairs)
        slots[slots == len(self._head_codes)] = 0
        places: list[int] = np.flatnonzero(self._head_codes[slots] == pairs).tolist() if len(self._head_codes) else []
        return places

    def found(self, text: str, stated: Iterable[Named]) -> dict[int, float]:
        """How strongly each technology is meant, by its place: in a text as written, and in what is listed."""
        weights: dict[int, float] = {}
        for hit in self.hits(comparable(text)):
            for place, weight in hit.tags:
                weights[place] = weights.get(place, 0.0) + weight
        weights = {place: weight**0.5 for place, weight in weights.items()}
        for named in stated:
            if named.code in self._place:
                place = self._place[named.code]
                weights[place] = weights.get(place, 0.0) + STATED
        return weights

    def counts(self, texts: Sequence[str], stated: Sequence[Iterable[Named]]) -> Floats:
        """An array of texts by technologies: how strongly each is meant. `texts` as written, `stated` what is listed."""
        found: Floats = self.meant(texts, stated).toarray()
        return found

    def meant(self, texts: Sequence[str], stated: Sequence[Iterable[Named]]) -> Sparse:
        """The same as a sparse matrix."""
        rows = [sorted(self.found(text, listed).items()) for text, listed in zip(texts, stated, strict=True)]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
        places = np.array([place for row in rows for place, _weight in row], dtype=np.int32)
        weights = np.array([weight for row in rows for _place, weight in row], dtype=np.float64)
        return sparse.csr_matrix((weights, places, starts), (len(rows), max(1, len(self.tags))))

    def rarity(self, counts: Sparse) -> Floats:
        """How telling each technology is in a collection."""
        seen = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity: Floats = np.log1p((counts.shape[0] + 1) / (seen + 1))
        return rarity

    def vectors(self, counts: Sparse, rarity: Floats) -> Sparse:
        """Rows of one length in whole numbers from meant(); an empty row for a text that names no technology."""
        weighed = counts.copy()
        weighed.data = counts.data * rarity[counts.indices]
        spread = (weighed + weighed @ self._to_parents).tocsr()
        spread.sort_indices()
        squares = np.bincount(_owners(spread), spread.data**2, minlength=spread.shape[0])
        spread.data = np.rint(UNIT * spread.data / np.sqrt(np.repeat(squares, np.diff(spread.indptr))))
        found: Sparse = spread
        return found

    @cached_property
    def _to_parents(self) -> Sparse:
        size = max(1, len(self.tags))
        pairs = [(place, self._place[tag.parent]) for place, tag in enumerate(self.tags) if tag.parent in self._place]
        children, parents = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return sparse.csr_matrix((np.full(len(pairs), PARENT), (children, parents)), (size, size))


def _owners(matrix: Sparse) -> Integers:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _stands_alone(text: str, start: int, phrase: str) -> bool:
    """Whether a Latin word is not a piece of a longer one ("ar" in "smart")."""
    if not phrase[0].isascii() or not phrase[0].isalnum():
        return True
    before = text[start - 1] if start else " "
    after = text[start + len(phrase)] if start + len(phrase) < len(text) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
