"""Judging all pairs by judging each pair of different keys once."""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from matching.engine.model import Floats

REMEMBERED = 2**21  # values kept, over all keys of the needs' side


class Table:
    """Values for every (need key, offer), where equal offer keys share their value.

    `judge(need_key, offer_key)` gives the value; a need key of None gives `missing` for every offer.
    """

    def __init__(self, judge: Callable[[Any, Any], float], offer_keys: Sequence[Hashable], missing: float) -> None:
        places: dict[Hashable, int] = {}
        self._class = np.array([places.setdefault(key, len(places)) for key in offer_keys], dtype=np.int64)
        self._keys = list(places)
        self._judge, self._missing = judge, missing
        self._of = lru_cache(maxsize=max(1, REMEMBERED // max(1, len(places))))(self._judged)

    def rows(self, need_keys: Sequence[Hashable]) -> Floats:
        """An array of need keys by offers."""
        found = np.empty((len(need_keys), len(self._class)))
        for row, key in enumerate(need_keys):
            if key is None:
                found[row] = self._missing
            else:
                found[row] = self._of(key)[self._class]
        return found

    def _judged(self, key: Hashable) -> Floats:
        return np.array([self._judge(key, other) for other in self._keys], dtype=np.float64)
