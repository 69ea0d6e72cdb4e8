"""Folders of measured lists below SNAPSHOT_DIR: named by what is in them, built once on a machine, shared by its processes.

    with_folder(name, build, read)   what `read` makes of the folder, which is built first when it is missing or torn
    tidy(wanted)                     remove those that nobody asks for and no process has open

A folder is written beside and renamed, so that it is whole or not there. Whoever reads one holds a shared lock on the folder
itself, whoever builds one the only lock on `.building`; the kernel takes both back from a process that is killed.
"""

import fcntl
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from django.conf import settings

from matching.engine import Torn

logger = logging.getLogger(__name__)

ROUNDS = 3
# a folder that was opened a moment ago may be for a run that whoever tidies has not seen yet
QUIET_SECONDS = 600
Made = TypeVar("Made")


@dataclass
class Held(Generic[Made]):
    """What was read from a folder, and the lock that keeps the folder there as long as this lives."""

    made: Made
    lock: int

    def __del__(self) -> None:
        os.close(self.lock)


def with_folder(name: str, build: Callable[[Path], None], read: Callable[[Path], Made]) -> Held[Made]:
    """Read a folder; build(folder) fills it when it is missing, or when read(folder) raises Torn.

    Raises what both raise; Torn when a folder that was just built cannot be read.
    """
    place = root() / name
    for last in [False] * (ROUNDS - 1) + [True]:
        lock = _hold(place)
        if lock is None:
            _build(place, build)
            continue
        try:
            return Held(read(place), lock)
        except Torn as torn:
            os.close(lock)
            if last:
                raise
            logger.warning("%s; it is built again", torn)
            with building():
                _remove(place)
        except BaseException:
            os.close(lock)
            raise
    raise Torn(f"{place} disappears as soon as it is built")


def root() -> Path:
    """Where the folders are."""
    found = Path(settings.SNAPSHOT_DIR)
    found.mkdir(parents=True, exist_ok=True)
    return found


def _hold(place: Path) -> int | None:
    """Lock a folder for reading; None when it is not there (any more)."""
    try:
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    fcntl.flock(lock, fcntl.LOCK_SH)
    try:
        if os.fstat(lock).st_ino == os.stat(place).st_ino:
            os.utime(place)
            return lock
    except FileNotFoundError:
        pass
    os.close(lock)
    return None


def _build(place: Path, build: Callable[[Path], None]) -> None:
    """Build a folder unless somebody has while we waited for our turn."""
    with building():
        if place.is_dir():
            return
        beside = place.with_name(f".{place.name}")
        # left by one that was killed: nobody builds but us
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        try:
            build(beside)
            os.rename(beside, place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def building(*, wait: bool = True) -> Iterator[None]:
    """One process of this machine at a time; without `wait` BlockingIOError when another one builds."""
    lock = os.open(root() / ".building", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def _remove(place: Path) -> None:
    """Take a folder away at once; who has mapped its files keeps them."""
    gone = place.with_name(f".gone-{uuid.uuid4().hex}")
    try:
        os.rename(place, gone)
    except FileNotFoundError:
        return
    shutil.rmtree(gone, ignore_errors=True)


def tidy(wanted: set[str], quiet: float = QUIET_SECONDS) -> list[str]:
    """Remove folders that are not wanted, not open in any process, and were not opened for `quiet` seconds; returns their names.

    Nothing while a folder is being built, which may take minutes: whoever sweeps does not wait for it.
    """
    try:
        with building(wait=False):
            gone = [place for place in sorted(root().iterdir()) if place.is_dir() and place.name not in wanted]
            return [place.name for place in gone if _is_unused(place, quiet)]
    except BlockingIOError:
        return []


def _is_unused(place: Path, quiet: float) -> bool:
    """Remove it if that is so. Halves of folders (a dot before their names) are nobody's while we hold the builders' lock."""
    try:
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if place.name.startswith(".") or time.time() - os.fstat(lock).st_mtime >= quiet:
            _remove(place)
            return True
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
    return False
