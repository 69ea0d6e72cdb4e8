"""What the door says: one line per step with its seconds, and refusals as sentences."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Refusal(Exception):
    """Something cannot be done; the message says what happened, what was kept and what to do next."""


def say(line: str = "") -> None:
    """One line to the person at the terminal; stderr, because stdout belongs to results."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Report a step when it has ended, with the seconds it took; a failed one is reported by its refusal."""
    started = time.monotonic()
    yield
    say(f"  {name:<58} {time.monotonic() - started:5.1f} s")
