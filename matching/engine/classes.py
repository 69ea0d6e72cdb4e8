"""Judging all pairs by judging each pair of different keys once."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Judge = Callable[[Any, Any], float]


class Classes:
    """Records by a key: `of` gives each record's class, `first` the place of the first record of each class."""

    def __init__(self, of: Codes, first: Codes, key_at: Callable[[int], Hashable]) -> None:
        self.of, self.first, self._key_at = of, first, key_at

    @classmethod
    def found(cls, keys: Iterable[Hashable]) -> "Classes":
        """Classes in the order in which their keys come."""
        listed = list(keys)
        places: dict[Hashable, int] = {}
        of = np.array([places.setdefault(key, len(places)) for key in listed], dtype=np.int32)
        first = np.unique(of, return_index=True)[1].astype(np.int32)
        return cls(of, first, listed.__getitem__)

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def keys(self) -> list[Hashable]:
        """The key of each class."""
        return [self._key_at(int(place)) for place in self.first]

    @cached_property
    def places(self) -> dict[Hashable, int]:
        """The class of each key."""
        return {key: place for place, key in enumerate(self.keys)}


def judged(judge: Judge, left: Sequence[Any], right: Sequence[Any], kind: Any) -> NDArray[Any]:
    """An array of all values of keys `left` by keys `right`."""
    found = np.empty((len(left), len(right)), dtype=kind)
    for row, key in enumerate(left):
        found[row] = [judge(key, other) for other in right]
    return found


class Known:
    """Values for the classes of a collection; keys that it has not seen are judged when they come."""

    def __init__(self, judge: Judge, left: Classes, right: Classes, values: NDArray[Any]) -> None:
        self._judge, self._left, self._right, self.values = judge, left, right, values

    @property
    def keys(self) -> list[Hashable]:
        """The keys of the right side."""
        return self._right.keys

    def rows(self, keys: Sequence[Hashable]) -> NDArray[Any]:
        """Keys of the left side by all classes of the right side."""
        found = np.empty((len(keys), len(self._right)), dtype=self.values.dtype)
        for row, key in enumerate(keys):
            known = self._left.places.get(key)
            if known is not None:
                found[row] = self.values[known]
            else:
                found[row] = [self._judge(key, other) for other in self._right.keys]
        return found

    def columns(self, keys: Sequence[Hashable]) -> NDArray[Any]:
        """All classes of the left side by keys of the right side."""
        found = np.empty((len(self._left), len(keys)), dtype=self.values.dtype)
        for column, key in enumerate(keys):
            known = self._right.places.get(key)
            if known is not None:
                found[:, column] = self.values[:, known]
            else:
                found[:, column] = [self._judge(other, key) for other in self._left.keys]
        return found

    def crossed(self, left: Sequence[Hashable], right: Sequence[Hashable]) -> NDArray[Any]:
        """Keys of both sides."""
        return judged(self._judge, left, right, self.values.dtype)
