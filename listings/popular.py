"""Words that stand in many listings which everybody may read, to begin a search with."""

import threading
import time

from django.contrib.auth.models import AnonymousUser

from listings import faces, held
from listings.states import State

KEPT_SECONDS = 600.0
MOST, LEAST = 12, 2
_lock = threading.Lock()
_words: list[str] = []
_counted = 0.0


def technologies(limit: int = 5) -> list[str]:
    """The most frequent technologies of what is open in both lists; counted in memory, at most every ten minutes."""
    global _words, _counted
    with _lock:
        if not _counted or time.monotonic() - _counted > KEPT_SECONDS:
            _words, _counted = _most_frequent(), time.monotonic()
    return _words[:limit]


def forget() -> None:
    """Count anew at the next call."""
    global _counted
    _counted = 0.0


def _most_frequent() -> list[str]:
    counts: dict[str, int] = {}
    for face in faces.every():
        now = held.columns(face.code)
        seen = now.seen_by(AnonymousUser())
        seen &= now.values["f_state"].holding([State.PUBLISHED])[now.codes["f_state"]]
        for word, n in now.values["a_technology"].counted(now.codes["a_technology"][seen]).items():
            counts[word] = counts.get(word, 0) + n
    often = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [word for word, n in often[:MOST] if n >= LEAST]
