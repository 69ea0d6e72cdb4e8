"""Finds the header row by its words, wherever it stands, and says which column is what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from codelists.plain import remembered
from listings.sheets.amounts import unit_of_header
from listings.sheets.columns import Column, columns
from listings.sheets.text import folded, text_of

KINDS = ("opportunity", "capability")
SEARCHED = 40  # rows above the header that titles and instructions may take
_DECORATION = re.compile(r"^[*＊※\d.、]+|[*＊※:：]+$|\((?:必填|选填|可选|单选|多选|如有)\)")
_BRACKETED = re.compile(r"[(\[].*?[)\]]")
_TELLING = {"opportunity": {"need", "owner", "min_trl", "deadline", "budget", "deliverables", "cooperation_mode", "required_titles"},
            "capability": {"firm", "uscc", "trl", "scenes", "titles", "cases", "price", "service_regions"}}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A recognised header. `first` is the first data row (counted from 1); columns are counted from 0."""

    kind: str
    row: int
    first: int
    found: dict[int, Column]
    unknown: dict[int, str]
    names: dict[int, str]
    units: dict[int, str] = field(default_factory=dict)

    @property
    def score(self) -> tuple[int, int]:
        """More recognised columns first; of equals, more that only this kind has."""
        recognised = {column.key for column in self.found.values()}
        return len(recognised), len(recognised & _TELLING[self.kind])


@remembered
def _by_name(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, column in columns(kind).items():
        # a column's own name and key win over another column's synonym
        found[folded(column.name)] = found[folded(column.key)] = key
    for key, column in columns(kind).items():
        for name in column.synonyms:
            found.setdefault(name, key)
            found.setdefault(_BRACKETED.sub("", name), key)
    return found


def recognise(kind: str, header: str) -> Column | None:
    """The official column that a header names, or None."""
    word = _DECORATION.sub("", folded(header))
    known = _by_name(kind)
    key = known.get(word) or known.get(_BRACKETED.sub("", word))
    return columns(kind)[key] if key else None


def read(rows: Sequence[Sequence[object]], kind: str | None = None) -> Header | None:
    """The best header among the first rows of a sheet, of the given kind or of either; None when no row looks like one."""
    best: Header | None = None
    for wanted in (kind,) if kind else KINDS:
        # of equals the first wins: a single row before two rows
        for below in (False, True):
            for index in range(min(len(rows), SEARCHED)):
                header = _candidate(wanted, rows, index, below)
                if header and (best is None or header.score > best.score):
                    best = header
    return best


def _candidate(kind: str, rows: Sequence[Sequence[object]], index: int, below: bool) -> Header | None:
    names = [text_of(cell) for cell in rows[index]]
    if below:
        if index + 1 >= len(rows):
            return None
        names = _two_rows(kind, names, [text_of(cell) for cell in rows[index + 1]])
    found: dict[int, Column] = {}
    for place, name in enumerate(names):
        column = recognise(kind, name) if 0 < len(name) <= 40 else None
        # the first column of a name counts; a second one is kept as a note
        if column and column not in found.values():
            found[place] = column
    recognised = {column.key for column in found.values()}
    if len(found) < 2 or "title" not in recognised:
        return None
    unknown = {place: name for place, name in enumerate(names) if name and place not in found}
    units = {place: unit_of_header(names[place]) for place in found}
    row = index + 1
    return Header(kind, row, row + 1 + below, found, unknown, dict(enumerate(names)), units)


def _two_rows(kind: str, upper: list[str], lower: list[str]) -> list[str]:
    """A header of two rows, where the upper one groups columns: the lower name counts where it is recognised."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    return [b if recognise(kind, b) or not a else a for a, b in zip(upper, lower, strict=True)]
