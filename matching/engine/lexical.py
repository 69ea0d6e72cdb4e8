"""BM25 on characters and character pairs (words for Latin text and numbers), as sparse matrices."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matching.engine.model import Floats, Integers
from matching.engine.text import terms

CHUNK = 4096
Sparse = sparse.csr_matrix


@dataclass(frozen=True)
class Counts:
    """Terms of many texts before they are numbered: rows, term codes, how often."""

    rows: Integers
    codes: Integers
    times: Floats
    texts: int


def count(texts: Sequence[str]) -> Counts:
    """How often each term stands in each text."""
    rows, codes, times = [], [], []
    for begin in range(0, len(texts), CHUNK):
        owner, code = terms(texts[begin : begin + CHUNK])
        order = np.lexsort((code, owner))
        owner, code = owner[order], code[order]
        first = np.ones(len(owner), dtype=bool)
        first[1:] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
        places = np.flatnonzero(first)
        rows.append(owner[places] + begin)
        codes.append(code[places])
        times.append(np.diff(np.append(places, len(owner))).astype(np.float64))
    empty = np.zeros(0, dtype=np.int64)
    return Counts(
        np.concatenate([*rows, empty]),
        np.concatenate([*codes, empty]),
        np.concatenate([*times, empty.astype(float)]),
        len(texts),
    )


class Lexicon:
    """The terms of a collection with how telling each is (idf), frozen: later texts are measured with the same numbers."""

    def __init__(self, documents: Counts, others: Counts) -> None:
        self.codes = np.unique(np.concatenate([documents.codes, others.codes]))
        seen = np.bincount(np.searchsorted(self.codes, documents.codes), minlength=len(self.codes))
        self.idf: Floats = np.log1p((documents.texts - seen + 0.5) / (seen + 0.5))
        # a term that no document has finds nothing, however rare it is
        self._findable = (seen > 0).astype(np.float64)
        # single characters say little about what two sentences share
        self.is_telling = (self.codes >= 1 << 21).astype(np.float64)
        total = float(documents.times.sum())
        self.mean_length = total / documents.texts if total else 1.0

    def matrix(self, counts: Counts) -> Sparse:
        """The counts as a matrix of texts by known terms; unknown terms are left out."""
        places = np.searchsorted(self.codes, counts.codes)
        places[places == len(self.codes)] = 0
        known = self.codes[places] == counts.codes if len(self.codes) else np.zeros(0, dtype=bool)
        shape = (counts.texts, len(self.codes))
        made = sparse.csr_matrix((counts.times[known], (counts.rows[known], places[known])), shape=shape)
        made.sort_indices()
        return made

    def documents(self, counted: Sparse, saturation: float, length_norm: float) -> Sparse:
        """The weights of documents' terms, without idf; a term that stands once in a text of mean length weighs 1."""
        lengths = np.asarray(counted.sum(axis=1)).ravel() / self.mean_length
        discount = saturation * (1 - length_norm + length_norm * lengths)
        weighed = counted.copy()
        weighed.data = counted.data * (saturation + 1) / (counted.data + np.repeat(discount, np.diff(counted.indptr)))
        return weighed.astype(np.float32)

    def queries(self, counted: Sparse, saturation: float, most: int) -> Sparse:
        """The `most` weightiest terms of each query, scaled so that a query's weights sum to one."""
        weighed = counted.copy()
        weighed.data = (
            counted.data * (saturation + 1) / (counted.data + saturation) * (self.idf * self._findable)[counted.indices]
        )
        kept = _heaviest(weighed, most)
        total = np.asarray(kept.sum(axis=1)).ravel()
        kept.data /= np.repeat(np.where(total > 0, total, 1.0), np.diff(kept.indptr))
        return kept.astype(np.float32)


def _heaviest(matrix: Sparse, most: int) -> Sparse:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # of equals the lower term wins, so that the choice never depends on the order of work
    order = np.lexsort((matrix.indices, -matrix.data, row))
    place = np.arange(len(order)) - matrix.indptr[row]
    kept = np.sort(order[place < most])
    made = sparse.csr_matrix((matrix.data[kept], (row[kept], matrix.indices[kept])), shape=matrix.shape)
    made.sort_indices()
    return made


def similarities(queries: Sparse, postings: Sparse) -> Floats:
    """How much of each query's weight each document covers: an array of queries by documents."""
    found: Floats = (queries @ postings).toarray().astype(np.float64)
    return found


def below(parts: Sequence[Sparse]) -> Sparse:
    """Matrices below one another."""
    return sparse.vstack(parts).tocsr()
