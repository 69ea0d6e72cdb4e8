"""Searching the lists with the engine's terms, weights and technologies: one folder of arrays for all that is shown.

A worker builds the folder anew when the lists have changed; each web process opens the newest one beside its work. What was
published since is found by the database, and who may see what is the door-keeper's affair (listings.access).
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from listings.found import Found
from matching.engine.asking import MEANT, Asked, asked
from matching.engine.shelf import Shelf, opened
from matching.engine.store import Torn
from matching.engine.understanding import understood

logger = logging.getLogger(__name__)

MOST = 10_000
LOOK_SECONDS = 2.0
COMPLETE = 0.99
REMEMBERED = 256
NAMED, PHRASES = 4, 60
# a change is stamped when its transaction begins, and seen when it ends
LONGEST_TRANSACTION = timedelta(minutes=10)


@dataclass(frozen=True, eq=False)
class Current:
    """The folder that this process searches in."""

    name: str
    shelf: Shelf
    since: datetime


_lock = threading.Lock()
_current: Current | None = None
_looked = 0.0
_opening: threading.Thread | None = None


def find(kind: str, text: str, literal: bool) -> Found | None:
    """The best listings for a person's words; None while this process has no folder."""
    here = current()
    return _found(here, kind, " ".join(text.split()), literal) if here else None


def current() -> Current | None:
    """What is open now. The first folder is opened at once; a newer one beside, and used from the moment it is ready."""
    global _looked, _opening
    now = time.monotonic()
    if now - _looked < LOOK_SECONDS:
        return _current
    with _lock:
        _looked = now
        name = newest()
        if not name or (_current and name == _current.name) or (_opening and _opening.is_alive()):
            return _current
        if _current is None:
            return load()
        _opening = threading.Thread(target=load, name="finding", daemon=True)
        _opening.start()
    return _current


def load() -> Current | None:
    """Open the newest folder now; the one at hand stays when that cannot be."""
    global _current
    name = newest()
    if name and (_current is None or _current.name != name):
        try:
            shelf = opened(root() / name)
        except Torn as torn:
            logger.warning("%s; searching goes on without it", torn)
            return _current
        _current = Current(name, shelf, datetime.fromisoformat(shelf.about["since"]) - LONGEST_TRANSACTION)
    return _current


def forget() -> None:
    """Let go of what is open, and look again at the next search."""
    global _current, _looked
    _current, _looked = None, 0.0


def root() -> Path:
    """Where the folders of this database are; their names rise with time. Keys mean nothing in another database."""
    here = connection.settings_dict
    name = f"{here['HOST']}:{here['PORT']}/{here['NAME']}"
    return Path(settings.FINDING_DIR) / hashlib.sha256(name.encode()).hexdigest()[:16]


def newest() -> str:
    """The name of the newest folder, "" when there is none."""
    return max(names(), default="")


def names() -> Iterator[str]:
    """The folders that are whole."""
    place = root()
    return (entry.name for entry in place.iterdir() if not entry.name.startswith(".")) if place.is_dir() else iter(())


@lru_cache(maxsize=REMEMBERED)
def _found(here: Current, kind: str, text: str, literal: bool) -> Found:
    shelf = here.shelf
    finder = shelf.finders[kind]
    wanted, how = asked(text, shelf.concepts, shelf.words), ""
    hits = finder.find(wanted, MOST)
    if hits.covered < COMPLETE and not literal:
        meant = understood(text, shelf.words, shelf.ear)
        other = asked(meant.text, shelf.concepts, shelf.words) if meant.how else wanted
        better = finder.find(other, MOST) if meant.how else hits
        if better.covered > hits.covered:
            hits, wanted, how = better, other, meant.how
    also = tuple(name for name in wanted.also if name not in wanted.text)[:NAMED]
    return Found(
        hits.keys, hits.scores, here.since, wanted.text, how, also, _marks(shelf, wanted), hits.covered >= COMPLETE
    )


def _marks(shelf: Shelf, wanted: Asked) -> tuple[str, ...]:
    """What to mark in a text: the words themselves, and what else stands for the technologies meant."""
    tags: dict[int, Any] = {
        tag: shelf.concepts.tags[tag] for meant in wanted.meant for tag, weight in meant.tags if weight >= MEANT
    }
    phrases = [phrase for tag in tags.values() for phrase in (tag.named.zh, *tag.words, *tag.used_for)]
    return tuple(dict.fromkeys([*wanted.marks, *phrases[:PHRASES]]))
