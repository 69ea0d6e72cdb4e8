"""Locks between processes: released by the kernel however their holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.speech import Refusal, say


def open_lock(path: Path) -> int:
    """A descriptor of the lock file; children do not inherit it.

    Raises Refusal when the file belongs to somebody else.
    """
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise Refusal(
            f"{path.parent} belongs to another user, so nothing was touched; "
            "go on as that user, or use a clone (or a VAR_DIR) of your own."
        ) from None


def try_lock(path: Path) -> int | None:
    """Take the lock and return its descriptor, or None when another process holds it."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    descriptor = try_lock(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


@contextmanager
def waiting_for(path: Path, what: str) -> Iterator[None]:
    """Hold the lock; when another process has it, say what is waited for and wait."""
    descriptor = try_lock(path)
    if descriptor is None:
        say(f"  Another process is busy with {what}; waiting for it.")
        descriptor = open_lock(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)
