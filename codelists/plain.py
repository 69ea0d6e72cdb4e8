"""The code lists as plain data, for what runs without a database: the list reader and the command line.

`entries("field")` gives the rows of codelists/fixtures/field.json; `words("field")` finds a code by any of its names.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FIXTURES = Path(__file__).parent / "fixtures"
Reader = TypeVar("Reader", bound=Callable[..., Any])
_in_use: dict[str, tuple["Entry", ...]] = {}
_forget: list[Callable[[], None]] = []
_NOISE = re.compile(r"[\s·•“”\"'‘’`＂]+")


@dataclass(frozen=True)
class Entry:
    """One code of one list. `valid_from` and `valid_to` are ISO days or None."""

    list: str
    code: str
    name_zh: str
    name_en: str
    parent: str | None = None
    synonyms: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    order: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every word that means this code."""
        return (self.code, self.name_zh, self.name_en, *self.synonyms)


class Words:
    """Codes found by any of their words, however it was typed (width, case, spaces, quotes)."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._found: dict[str, Entry] = {}
        for names in (lambda e: (e.code, e.name_zh, e.name_en), lambda e: e.synonyms):
            for entry in entries:
                for name in names(entry):
                    self._found.setdefault(folded(name), entry)

    def get(self, text: str) -> Entry | None:
        """The entry that `text` names, or None."""
        return self._found.get(folded(text))


def folded(text: str) -> str:
    """A word for comparing: width and case folded, spaces and quotes dropped."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def lists() -> list[str]:
    """Names of all lists that have a fixture."""
    return sorted(path.stem for path in FIXTURES.glob("*.json"))


@cache
def fixture(name: str) -> tuple[Entry, ...]:
    """The entries of one list as its fixture gives them; FileNotFoundError for a list that has no fixture."""
    rows = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return tuple(Entry(**{**row, "synonyms": tuple(row["synonyms"])}) for row in rows)


def entries(name: str) -> tuple[Entry, ...]:
    """The entries of one list in their order: those in use() or else the fixture's."""
    return _in_use[name] if name in _in_use else fixture(name)


def use(name: str, rows: tuple[Entry, ...]) -> None:
    """Read the list `name` from these rows from now on, in this process: a server gives what its people have edited."""
    _in_use[name] = rows
    for forget in _forget:
        forget()


def remembered(reader: Reader) -> Reader:
    """functools.cache for what is made from entries: forgotten whenever a list changes."""
    kept = cache(reader)
    _forget.append(kept.cache_clear)
    return kept  # type: ignore[return-value]


@remembered
def words(name: str) -> Words:
    """The finder of one list."""
    return Words(entries(name))
