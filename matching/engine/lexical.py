"""BM25 on characters and character pairs (words for Latin text and numbers), in whole numbers.

A query's weights and a document's weights are whole numbers, so that the sum of their products is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.engine import counting
from matching.engine.counting import FREE, Points, Short, Small
from matching.engine.model import Floats, Integers
from matching.engine.text import comparable, words_in

CHUNK = 1024
QUERY = 32_768.0  # a query's weights sum to this
DOCUMENT = 8_192.0  # a term that stands once in a text of mean length weighs this
MOST_SATURATION = 2.9  # beyond, a weight would not fit into 16 bits
SINGLE = 1 << 21  # codes below are single characters
SEPARATOR = "\n"
Sparse = sparse.csr_matrix


@dataclass(frozen=True)
class Counts:
    """Terms of many texts: text i has terms[starts[i]:starts[i + 1]], in rising order of their codes, so many times each."""

    starts: Integers
    terms: Small
    times: Short

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Listed:
    """Sparse rows of whole numbers: row i has columns[start[i]:start[i + 1]] with these weights."""

    start: Integers
    columns: Small
    weights: NDArray[Any]

    def row(self, place: int) -> tuple[Small, NDArray[Any]]:
        """Columns and weights of one row."""
        which = slice(self.start[place], self.start[place + 1])
        return self.columns[which], self.weights[which]


class Vocabulary:
    """Numbers for terms, given as they come."""

    def __init__(self) -> None:
        self._keys, self._values = np.full(1 << 16, FREE), np.zeros(1 << 16, dtype=np.int32)
        self._count = 0

    def counts(self, texts: Iterable[str]) -> Counts:
        """Count texts; terms that are new get numbers."""
        starts, terms, times = [np.zeros(1, dtype=np.int64)], [], []
        texts = iter(texts)
        while chunk := list(islice(texts, CHUNK)):
            codes, often, ends = count(chunk)
            starts.append(starts[-1][-1] + ends)
            terms.append(self._numbers(codes))
            times.append(often)
        none = np.zeros(0)
        return Counts(
            np.concatenate(starts), np.concatenate([*terms, none.astype(np.int32)]), np.concatenate([*times, none.astype(np.int16)])
        )  # fmt: skip

    def _numbers(self, codes: Integers) -> Small:
        found = np.empty(len(codes), dtype=np.int32)
        done = 0
        while done < len(codes):
            more, self._count = counting.numbered(
                codes[done:], self._keys, self._values, self._count, len(self._keys) // 2, found[done:]
            )
            done += more
            if done < len(codes):
                keys, values = np.full(2 * len(self._keys), FREE), np.zeros(2 * len(self._keys), dtype=np.int32)
                counting.rehashed(self._keys, self._values, keys, values)
                self._keys, self._values = keys, values
        return found

    def settled(self) -> tuple[Integers, Small]:
        """All codes in rising order, and the place of each number among them."""
        used = self._keys != FREE
        codes, numbers = self._keys[used], self._values[used]
        order = np.argsort(codes)
        places = np.empty(len(codes), dtype=np.int32)
        places[numbers[order]] = np.arange(len(codes), dtype=np.int32)
        return codes[order], places


def count(texts: Sequence[str]) -> tuple[Integers, Short, Integers]:
    """Codes of all terms (rising within a text), how often each stands there, and where each text's codes end."""
    folded = [comparable(text) for text in texts]
    joined = SEPARATOR.join(folded)
    points: Points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) + 1 for text in folded], out=starts[1:])
    starts[-1] = len(joined)
    words, places = words_in(joined)
    word_starts = np.searchsorted(places, starts)
    most = 2 * len(joined) + len(words)
    codes, times = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int16)
    ends = np.empty(len(texts), dtype=np.int64)
    written = counting.counted(points, starts, words, word_starts, codes, times, ends)
    return codes[:written].copy(), times[:written].copy(), ends


class Lexicon:
    """The terms of a collection with how telling each is (idf), frozen: later texts are measured with the same numbers."""

    def __init__(
        self, codes: Integers, seen: Integers, documents: int, mean_length: float, single_characters: float
    ) -> None:
        self.codes, self.seen, self.count, self.mean_length = codes, seen, documents, mean_length
        self.idf: Floats = np.log1p((documents - seen + 0.5) / (seen + 0.5))
        # a term that no document has finds nothing, however rare it is
        self.telling: Floats = self.idf * (seen > 0) * np.where(codes < SINGLE, single_characters, 1.0)

    @classmethod
    def measured(cls, codes: Integers, documents: Counts, single_characters: float) -> "Lexicon":
        """From the documents of a collection, whose terms are places in `codes`."""
        seen = np.bincount(documents.terms, minlength=len(codes)).astype(np.int64)
        total = int(documents.times.sum(dtype=np.int64))
        return cls(codes, seen, len(documents), total / len(documents) if total else 1.0, single_characters)

    def counts(self, texts: Sequence[str]) -> Counts:
        """Other texts; terms that the collection does not know are left out."""
        codes, times, ends = count(texts)
        places = np.searchsorted(self.codes, codes)
        places[places == len(self.codes)] = 0
        known = self.codes[places] == codes if len(self.codes) else np.zeros(len(codes), dtype=bool)
        kept = np.concatenate([[0], np.cumsum(known)])
        return Counts(np.concatenate([[0], kept[ends]]), places[known].astype(np.int32), times[known])

    def matrix(self, counts: Counts) -> Sparse:
        """Counts as a matrix of texts by terms."""
        shape = (len(counts), len(self.codes))
        return sparse.csr_matrix((counts.times.astype(np.float64), counts.terms, counts.starts), shape=shape)

    def documents(self, counts: Counts, saturation: float, length_norm: float) -> Short:
        """The weight of each counted term in its document, without idf."""
        found = np.empty(len(counts.terms), dtype=np.int16)
        counting.document_weights(
            counts.starts, counts.times, self.mean_length, saturation, length_norm, DOCUMENT, found
        )
        return found

    def queries(
        self, titles: Counts, texts: Counts, title_share: float, saturation: float, most: int
    ) -> tuple[Integers, Small, Small]:
        """One query for each title and text: where its terms begin (one more at the end), its `most` weightiest terms, weights.

        `title_share` of the weights comes from the title's words.
        """
        weighed = []
        for counts, share in ((titles, title_share), (texts, 1.0 - title_share)):
            found = np.zeros(len(counts.terms))
            counting.query_weights(counts.starts, counts.terms, counts.times, self.telling, saturation, share, found)
            weighed.append(sparse.csr_matrix((found, counts.terms, counts.starts), (len(counts), len(self.codes))))
        return _heaviest((weighed[0] + weighed[1]).tocsr(), most)


def _heaviest(matrix: Sparse, most: int) -> tuple[Integers, Small, Small]:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # of equals the lower term wins, so that the choice never depends on the order of work
    order = np.lexsort((matrix.indices, -matrix.data, row))
    place = np.arange(len(order)) - matrix.indptr[row]
    kept = np.sort(order[(place < most) & (matrix.data[order] > 0)])
    owner, weights = row[kept], matrix.data[kept]
    total = np.bincount(owner, weights, minlength=matrix.shape[0])
    whole = np.rint(QUERY * weights / np.where(total > 0, total, 1.0)[owner]).astype(np.int32)
    starts = np.searchsorted(owner, np.arange(matrix.shape[0] + 1))
    return starts.astype(np.int64), matrix.indices[kept].astype(np.int32), whole


def postings(rows: Listed, columns: int) -> tuple[Integers, Small, Short]:
    """Who has which term: where each term's list begins (one more at the end), the texts in rising order, their weights."""
    starts = np.zeros(columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows.columns, minlength=columns), out=starts[1:])
    texts, found = np.empty(len(rows.columns), dtype=np.int32), np.empty(len(rows.columns), dtype=np.int16)
    counting.postings(rows.start, rows.columns, rows.weights, starts[:-1].copy(), texts, found)
    return starts, texts, found
