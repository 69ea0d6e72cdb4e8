"""Functions that are compiled to machine code when first called, and kept compiled (in NUMBA_CACHE_DIR, if it is set)."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def compiled(function: Compiled) -> Compiled:
    """For what decides: every operation rounds as IEEE 754 says, in the order in which it is written."""
    return cast("Compiled", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: Compiled) -> Compiled:
    """Like compiled(), for small functions that others call in their inner loops."""
    return cast("Compiled", numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")(function))


def estimating(function: Compiled) -> Compiled:
    """For what only rules out: operations may be put together and reordered, so that last bits differ."""
    return cast("Compiled", numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)(function))


def fixed(array: Any) -> NDArray[Any]:
    """The array as compiled functions take it: contiguous, plain (also when it is mapped from a file), not to be written."""
    plain = np.ascontiguousarray(np.asarray(array)).view(np.ndarray)
    plain = plain[...]
    plain.flags.writeable = False
    return plain
