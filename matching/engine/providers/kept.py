"""Vectors for a list of texts, kept in a file so that a second call is quick: for work without a database.

provider = gathered(texts, choice(os.environ), Kept(path), tell=print, progress=lambda done, total: None)
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np

from matching.engine.meaning import Provider
from matching.engine.model import Matrix
from matching.engine.providers.budget import Unavailable
from matching.engine.providers.choosing import Choice
from matching.engine.providers.pieces import plain

TOGETHER = 64
ASKED = 500
UNUSED_DAYS = 90
Rows = dict[bytes, bytes]
TABLES = """
CREATE TABLE IF NOT EXISTS vectors (model TEXT, hash BLOB, vector BLOB, day INTEGER, PRIMARY KEY (model, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (day INTEGER PRIMARY KEY, tokens INTEGER);
"""


class Kept:
    """A file of vectors by model and text, and the count of tokens of each day. Several processes may use it at once."""

    def __init__(self, path: Path | None) -> None:
        self._line = _opened(path)

    def close(self) -> None:
        """Leave the file."""
        self._line.close()

    def read(self, model_id: str, hashes: Sequence[bytes]) -> Rows:
        """The vectors that are there, by hash."""
        found: Rows = {}
        for start in range(0, len(hashes), ASKED):
            some = hashes[start : start + ASKED]
            marks = ",".join("?" * len(some))
            asked = f"SELECT hash, vector FROM vectors WHERE model = ? AND hash IN ({marks})"
            found.update(self._line.execute(asked, [model_id, *some]))
        return found

    def write(self, model_id: str, rows: Rows) -> None:
        """Keep some more."""
        today = date.today().toordinal()
        with self._line:
            self._line.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                [(model_id, name, vector, today) for name, vector in rows.items()],
            )

    def used(self, model_id: str, hashes: Iterable[bytes]) -> None:
        """Note that these were of use today; forget those that were of none for three months."""
        today = date.today().toordinal()
        with self._line:
            self._line.executemany(
                "UPDATE vectors SET day = ? WHERE model = ? AND hash = ? AND day < ?",
                ((today, model_id, name, today) for name in hashes),
            )
            self._line.execute("DELETE FROM vectors WHERE day < ?", [today - UNUSED_DAYS])

    def spent(self) -> int:
        """Tokens counted today."""
        row = self._line.execute("SELECT tokens FROM spent WHERE day = ?", [date.today().toordinal()]).fetchone()
        return int(row[0]) if row else 0

    def add(self, tokens: int) -> None:
        """Count some more."""
        with self._line:
            self._line.execute(
                "INSERT INTO spent VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET tokens = tokens + excluded.tokens",
                [date.today().toordinal(), tokens],
            )


def _opened(path: Path | None) -> sqlite3.Connection:
    """The file; memory when there is none, or none can be written there."""
    try:
        line = _ready(sqlite3.connect(path or ":memory:", timeout=30))
        if path:
            # what a list says can be guessed from its vectors
            path.chmod(0o600)
        return line
    except (sqlite3.Error, OSError):
        return _ready(sqlite3.connect(":memory:"))


def _ready(line: sqlite3.Connection) -> sqlite3.Connection:
    try:
        with line:
            line.executescript(TABLES)
    except sqlite3.Error:
        line.close()
        raise
    return line


class Gathered:
    """A Provider that computes nothing: all vectors are here. KeyError for a text that was not gathered."""

    def __init__(self, provider: Provider, rows: Rows) -> None:
        self.model_id, self.common_directions = provider.model_id, provider.common_directions
        self._rows = rows
        self._width = max((len(vector) // 2 for vector in rows.values()), default=384)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, rounded to 16 bits as in every store; zeros for a text without any content."""
        found = np.zeros((len(texts), self._width), np.float32)
        for row, text in zip(found, texts, strict=True):
            if clean := plain(text):
                row[:] = np.frombuffer(self._rows[_hash(clean)], np.float16)
        return found


def gathered(
    texts: Iterable[str],
    here: Choice,
    kept: Kept,
    tell: Callable[[Unavailable], None],
    progress: Callable[[int, int], None],
) -> Gathered | None:
    """Vectors of all texts by one model: the first provider, or all anew by the spare one when it cannot.

    None when there is no provider. Raises Unavailable when there is no spare one either. What was embedded is kept at once,
    so that a call that is broken off has lost nothing.
    """
    clean = {_hash(text): text for each in texts if (text := plain(each))}
    for provider in here.both:
        try:
            return Gathered(provider, _all(clean, provider, kept, progress))
        except Unavailable as reason:
            if provider is here.both[-1]:
                raise
            tell(reason)
    return None


def _all(texts: dict[bytes, str], provider: Provider, kept: Kept, progress: Callable[[int, int], None]) -> Rows:
    rows = kept.read(provider.model_id, list(texts))
    missing = sorted((name for name in texts if name not in rows), key=lambda name: (len(texts[name]), name))
    kept.used(provider.model_id, rows)
    for some in _parts(missing):
        vectors = provider.embed([texts[name] for name in some]).astype(np.float16)
        fresh = {name: vector.tobytes() for name, vector in zip(some, vectors, strict=True)}
        if len({len(vector) for vector in [*fresh.values(), *islice(rows.values(), 1)]}) > 1:
            raise Unavailable(f"{provider.model_id} gives vectors of another length than before")
        kept.write(provider.model_id, fresh)
        rows.update(fresh)
        progress(len(rows) - len(texts) + len(missing), len(missing))
    return rows


def _parts(names: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(names), TOGETHER):
        yield names[start : start + TOGETHER]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
