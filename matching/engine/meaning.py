"""Nearness in meaning: vectors of texts, from a provider or, without one, from what stands together in the lists (LSI)."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.engine.lexical import Sparse
from matching.engine.model import Floats, Matrix

Short = NDArray[np.int16]

# Unit vectors are kept as whole numbers up to this size. The sum of products of such numbers stays below 2 to the 24th, also
# after rounding of up to 768 of them, and so is exact in 32-bit floating point: in whatever blocks, threads or order.
UNIT = 4080.0
FITTED = 8192
OVERSAMPLING = 16
POWER = 1
FEW = 50


class Provider(Protocol):
    """Something that turns texts into vectors. Vectors of different model ids never meet in one corpus."""

    model_id: str
    # how many directions that all texts share are taken out; 0 for vectors that need none of it
    common_directions: int

    @abstractmethod
    def embed(self, texts: Sequence[str]) -> Matrix:
        """One row for each text, in order; the same text always gives the same row."""
        ...


@dataclass
class Missing:
    """Stands for a model that is not at hand: what was embedded before can be matched, new texts cannot."""

    model_id: str
    common_directions: int

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Raises KeyError."""
        raise KeyError(f"no provider of {self.model_id} was given to embed {len(texts)} texts")


def exact(vectors: Floats) -> Short:
    """Rows scaled to one length and rounded to whole numbers, so that their products are exact; rows of zeros stay so."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    unit = vectors / np.where(lengths > 1e-12, lengths, 1.0)[:, None]
    return np.rint(unit * UNIT).astype(np.int16)


class Latent:
    """Latent semantic indexing: directions of terms that stand together, fitted once, then frozen."""

    model_id = "none"

    def __init__(self, directions: Floats) -> None:
        self.directions = directions

    @classmethod
    def fitted(cls, weighed: Sparse, dimensions: int) -> "Latent":
        """The strongest directions of weighed texts, or of some thousands spread evenly over them."""
        texts = weighed.shape[0]
        if texts > FITTED:
            weighed = weighed[np.linspace(0, texts - 1, FITTED).astype(np.int64)]
        # with few texts, many directions would only repeat the words
        wanted = int(min(dimensions, max(8, weighed.shape[0] // 3), min(weighed.shape)))
        return cls(_directions(weighed, wanted))

    def vectors(self, weighed: Sparse) -> Floats:
        """One row for each text; a row of zeros for a text without any known term."""
        found: Floats = np.asarray(weighed @ self.directions, dtype=np.float64)
        return found


def unit_rows(counted: Sparse, idf: Floats) -> Sparse:
    """Counts weighed by idf and damped, each row of length one."""
    weighed = counted.copy()
    weighed.data = (1 + np.log(counted.data)) * idf[counted.indices]
    return unit(weighed)


def unit(rows: Sparse) -> Sparse:
    """Each row scaled to length one; rows of zeros stay so."""
    squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    scaled = rows.copy()
    scaled.data = rows.data * np.repeat(1 / np.sqrt(np.where(squares > 0, squares, 1.0)), np.diff(rows.indptr))
    return scaled


def _directions(matrix: Sparse, wanted: int) -> Floats:
    """The strongest right singular vectors by a randomised range finder with a fixed seed: same input, same output."""
    if wanted < 1 or not matrix.nnz:
        return np.zeros((matrix.shape[1], 1))
    start = np.random.default_rng(7).standard_normal((matrix.shape[0], min(wanted + OVERSAMPLING, matrix.shape[0])))
    basis = _orthonormal(np.asarray(matrix.T @ start))
    for _round in range(POWER):
        basis = _orthonormal(np.asarray(matrix.T @ (matrix @ basis)))
    found = np.asarray(matrix @ basis)
    _values, turn = np.linalg.eigh(found.T @ found)
    directions: Floats = basis @ turn[:, ::-1][:, :wanted]
    return directions


def _orthonormal(tall: Floats) -> Floats:
    """Columns that span the same space: by the small product, many times faster than QR for so tall a matrix."""
    values, turn = np.linalg.eigh(tall.T @ tall)
    kept = values > values[-1] * 1e-12
    spanned: Floats = tall @ (turn[:, kept] / np.sqrt(values[kept]))
    return spanned


def _some(rows: Floats) -> Floats:
    """All rows, or some thousands spread evenly over them."""
    return rows if len(rows) <= FITTED else rows[np.linspace(0, len(rows) - 1, FITTED).astype(np.int64)]


class Space:
    """Vectors made comparable: what all texts share is taken out, title and whole text make one row. Frozen once made."""

    def __init__(self, mean: Floats, common: Floats, title: float) -> None:
        self.mean, self.common, self._title = mean, common, title

    @classmethod
    def measured(cls, of_needs: Floats, of_offers: Floats, removed: int, title: float) -> "Space":
        """From vectors of titles and texts of both sides, which weigh alike however many they are.

        `removed` is how many common directions are taken out, `title` the share of the title in a listing's row.
        """
        sides = [known for known in (side[np.any(side != 0, axis=1)] for side in (of_needs, of_offers)) if len(known)]
        none = np.zeros((0, of_needs.shape[1]))
        if not sides:
            return cls(np.zeros(of_needs.shape[1]), none, title)
        # the mean of a few texts is mostly those texts themselves
        mean: Floats = sum(side.sum(axis=0) / (len(side) + FEW) for side in sides) / len(sides)
        if not removed or sum(map(len, sides)) <= removed:
            return cls(mean, none, title)
        spread = sum((some - mean).T @ (some - mean) / len(some) for some in map(_some, sides))
        _values, directions = np.linalg.eigh(spread)
        return cls(mean, np.ascontiguousarray(directions[:, ::-1][:, :removed].T), title)

    def vectors(self, titles: Floats, texts: Floats) -> Short:
        """exact() rows, one for each title and text."""
        return exact(self._title * self._unit(titles) + (1.0 - self._title) * self._unit(texts))

    def _unit(self, vectors: Floats) -> Floats:
        present = np.any(vectors != 0, axis=1)
        shifted = np.where(present[:, None], vectors - self.mean, 0.0)
        if len(self.common):
            # einsum, not a matrix product: the same to the last bit however many texts come at once
            shifted -= np.einsum("ik,kj->ij", np.einsum("ij,kj->ik", shifted, self.common), self.common)
        lengths = np.sqrt(np.einsum("ij,ij->i", shifted, shifted))
        unit: Floats = shifted / np.where(lengths > 1e-12, lengths, 1.0)[:, None]
        return unit
