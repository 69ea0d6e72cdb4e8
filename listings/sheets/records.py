"""Turns the rows of a sheet into records: merged cells filled, continuation rows joined, headings and footers left out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from codelists import plain
from listings.sheets.headers import Header
from listings.sheets.text import folded, text_of

_FOOTER = re.compile(r"^(?:注|备注|说明|填表说明|合计|总计|共计|填表|制表|审核人|填报|以上)")
_NUMBERED = re.compile(r"^[(（]?(?:[一二三四五六七八九十]+|\d+)[)）、.．]\s*")
_SECTION_END = re.compile(r"(?:类|领域|方向|场景|应用场景|场景机会)*(?:[(（].*[)）])?$")
# what one firm's rows share when only the first of them names the firm
_CARRIED = ("firm", "uscc", "firm_city")

Area = tuple[int, int, int, int]


@dataclass
class Record:
    """One listing before its cells are read: raw cells by column index, and what a heading above it says."""

    number: int
    cells: dict[int, Any]
    section: dict[str, str] = field(default_factory=dict)
    heading: str = ""


class Merges:
    """The merged areas of a sheet, for filling cells in reading order."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._tall = sorted(area for area in areas if area[2] > area[0])
        self._wide = {
            (row, area[1])
            for area in areas
            if area[3] - area[1] >= 2
            for row in range(area[0], min(area[2], area[0] + 50) + 1)
        }
        self._next = 0
        self._open: list[tuple[Area, dict[int, Any]]] = []

    def fill(self, number: int, cells: dict[int, Any]) -> set[int]:
        """Fill in what areas begun above cover in this row; gives the columns that were filled. Rows must come in order."""
        self._open = [(area, held) for area, held in self._open if area[2] >= number]
        filled: set[int] = set()
        for _area, held in self._open:
            for column, value in held.items():
                if column not in cells:
                    cells[column] = value
                    filled.add(column)
        while self._next < len(self._tall) and self._tall[self._next][0] <= number:
            area = self._tall[self._next]
            self._next += 1
            if area[0] == number and area[1] in cells:
                self._open.append((area, {area[1]: cells[area[1]]}))
        return filled

    def is_wide(self, number: int, column: int) -> bool:
        """Whether a cell is the head of an area at least three columns wide."""
        return (number, column) in self._wide


class Records:
    """The records of one sheet, in order."""

    def __init__(self, header: Header, merges: Merges) -> None:
        self._header, self._merges = header, merges
        by_key = {column.key: place for place, column in header.found.items()}
        self._title, self._id = by_key["title"], by_key.get("id", -1)
        self._firm = [by_key[key] for key in _CARRIED if key in by_key] if header.kind == "capability" else []
        self._first = min(header.names)
        self._section: dict[str, str] = {}
        self._heading = ""

    def read(self, rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Record]:
        """The records of (row number, cells) pairs in order."""
        pending: Record | None = None
        for number, values in rows:
            cells = {place: value for place, value in enumerate(values) if value is not None and text_of(value)}
            filled = self._merges.fill(number, cells)
            own = cells.keys() - filled
            if number < self._header.first or not own or self._is_header(cells):
                continue
            if self._is_heading(number, cells, own):
                self._enter(text_of(cells[min(own)]))
            elif pending and not own & {self._title, self._id}:
                _join(pending, {place: cells[place] for place in own})
            else:
                if pending:
                    yield pending
                pending = self._begun(number, cells, pending)
        if pending:
            yield pending

    def _begun(self, number: int, cells: dict[int, Any], before: Record | None) -> Record:
        nameless = self._id not in cells and not any(place in cells for place in self._firm)
        if before and self._firm and nameless:
            cells |= {place: before.cells[place] for place in self._firm if place in before.cells}
        return Record(number, cells, dict(self._section), self._heading)

    def _is_header(self, cells: dict[int, Any]) -> bool:
        """A header that is repeated on each printed page."""
        return len(cells) > 1 and all(text_of(value) == self._header.names.get(place) for place, value in cells.items())

    def _is_heading(self, number: int, cells: dict[int, Any], own: set[int]) -> bool:
        place = min(own)
        if self._title in cells and self._title != place:
            return False
        if self._merges.is_wide(number, place) and len(own) == 1:
            return True
        text = text_of(cells[place])
        alone = len(own) == 1 and place == self._first and place != self._title
        return bool(alone and (place != self._id or not text.isdigit())) or (
            len(own) <= 2 and bool(_FOOTER.match(text))
        )

    def _enter(self, heading: str) -> None:
        if _FOOTER.match(heading):
            return
        self._heading, self._section = heading, {}
        word = folded(_NUMBERED.sub("", heading))
        for name in ("scene_type", "field"):
            entry = plain.words(name).get(word) or plain.words(name).get(_SECTION_END.sub("", word))
            if entry:
                self._section[name] = entry.code


def _join(record: Record, cells: dict[int, Any]) -> None:
    for place, value in cells.items():
        before = record.cells.get(place)
        if before is None:
            record.cells[place] = value
        elif text_of(before) != text_of(value):
            record.cells[place] = f"{text_of(before)}\n{text_of(value)}"
