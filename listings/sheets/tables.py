"""Opens a list, says what was recognised in it, and reads its rows one by one."""

import io
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol, Self

from listings.sheets import headers
from listings.sheets.amounts import unit_of_header
from listings.sheets.columns import columns
from listings.sheets.headers import Header
from listings.sheets.plaintext import Commas, decoded, objects
from listings.sheets.reading import Cell, repeated, row_of, unparsed
from listings.sheets.records import Area, Merges, Record, Records
from listings.sheets.rows import Row, Unreadable
from listings.sheets.text import text_of
from listings.sheets.workbooks import Workbook

MAX_FILE = 50 * 2**20
MAX_TEXT_FILE = 30 * 2**20
MAX_ROWS = 100_000
_JSON_SAMPLE = 200
_ARCHIVE, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"<html", b"<!DOC", b"<?xml", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")  # fmt: skip


class Source(Protocol):
    """A file with sheets of rows."""

    sheets: list[str]

    @abstractmethod
    def rows(self, sheet: str) -> Iterator[tuple[int, Sequence[Any]]]: ...
    @abstractmethod
    def merged(self, sheet: str) -> list[Area]: ...
    @abstractmethod
    def close(self) -> None: ...


@dataclass(frozen=True)
class Recognised:
    """One column of the file: its header, and the key it fills in (None: kept as a note)."""

    header: str
    key: str | None


@dataclass(frozen=True)
class Sheet:
    """One sheet that holds a list. `header_row` counts from 1."""

    name: str
    kind: str
    header_row: int
    columns: tuple[Recognised, ...]


@dataclass
class Table:
    """An opened list of one kind. rows() may be called as often as needed; close it, or use it in a with statement.

    `sheets` hold the list; `skipped` are the names of sheets without a header that could be recognised.
    """

    name: str
    kind: str
    sheets: list[Sheet]
    skipped: list[str]
    _read: Callable[[], Iterator[Row]]
    _close: Callable[[], None] = field(default=lambda: None)

    def rows(self) -> Iterator[Row]:
        """The rows of all sheets in order. Raises Unreadable when the file turns out damaged or too long on the way."""
        for count, row in enumerate(self._read()):
            if count >= MAX_ROWS:
                raise Unreadable("too_many_rows", name=self.name, limit=MAX_ROWS)
            yield row

    @property
    def unknown(self) -> list[str]:
        """Headers that were not recognised, once each."""
        return list(dict.fromkeys(c.header for sheet in self.sheets for c in sheet.columns if c.key is None))

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def open_table(source: str | Path | IO[bytes], name: str | None = None, kind: str | None = None) -> Table:
    """Open a .xlsx, .csv or .jsonl list, told apart by content, not by name.

    `kind` is "opportunity" or "capability"; without it the headers decide. Raises Unreadable, with a sentence.
    """
    name = name or Path(source if isinstance(source, str | Path) else getattr(source, "name", None) or "list").name
    if not isinstance(source, str | Path):
        return _told_apart(source, name, kind)
    with ExitStack() as opened:
        try:
            file = opened.enter_context(Path(source).open("rb"))
        except OSError as error:
            raise Unreadable("missing", name=name) from error
        table = _told_apart(file, name, kind)
        opened.callback(table._close)
        # the table closes what was opened for it, in the reverse order
        table._close = opened.pop_all().close
    return table


def _told_apart(file: IO[bytes], name: str, kind: str | None) -> Table:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if not head.strip():
        raise Unreadable("empty", name=name)
    if head.startswith(_OLD_EXCEL):
        raise Unreadable("old_excel", name=name)
    if head.lstrip().startswith(_OTHER_FILES):
        raise Unreadable("not_a_list", name=name)
    archive = head.startswith(_ARCHIVE)
    limit = MAX_FILE if archive else MAX_TEXT_FILE
    if size > limit:
        raise Unreadable("too_big", name=name, limit=limit // 2**20)
    if archive:
        return _of_sheets(Workbook(file, name), name, kind)
    text = decoded(file.read(), name)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _of_objects(text, name, kind)
    return _of_sheets(Commas(text, name), name, kind)


def _of_sheets(source: Source, name: str, kind: str | None) -> Table:
    found = {sheet: headers.read([cells for _n, cells in _head(source, sheet)], kind) for sheet in source.sheets}
    known = [header for header in found.values() if header]
    if not known:
        raise Unreadable("no_header", name=name)
    # one file is one list: the sheet that is recognised best decides for all
    decided = kind or max(known, key=lambda header: header.score).kind
    lists = {sheet: header for sheet, header in found.items() if header and header.kind == decided}

    def read() -> Iterator[Row]:
        for sheet, header in lists.items():
            yield from _rows_of(source, sheet, header)

    sheets = [Sheet(sheet, decided, header.row, _recognised(header)) for sheet, header in lists.items()]
    return Table(name, decided, sheets, [s for s in source.sheets if s not in lists], read, source.close)


def _head(source: Source, sheet: str) -> list[tuple[int, Sequence[Any]]]:
    """The first rows with blank ones put back in, so that places in the list are row numbers."""
    head: list[tuple[int, Sequence[Any]]] = []
    for number, cells in islice(source.rows(sheet), headers.SEARCHED):
        if number > headers.SEARCHED:
            break
        head += [(blank, ()) for blank in range(len(head) + 1, number)]
        head.append((number, cells))
    return head


def _recognised(header: Header) -> tuple[Recognised, ...]:
    named = {**{place: column.key for place, column in header.found.items()}, **dict.fromkeys(header.unknown)}
    return tuple(Recognised(header.names[place], named[place]) for place in sorted(named))


def _rows_of(source: Source, sheet: str, header: Header) -> Iterator[Row]:
    used: dict[str, int] = {}
    for record in Records(header, Merges(source.merged(sheet))).read(source.rows(sheet)):
        row = _row_of_record(sheet, header, record)
        identity = row.values["id"]
        first = used.setdefault(identity, row.number) if identity else row.number
        yield row if first == row.number else repeated(row, first)


def _row_of_record(sheet: str, header: Header, record: Record) -> Row:
    cells: list[Cell] = [
        (column, header.names[place], header.units[place], record.cells.get(place))
        for place, column in header.found.items()
    ]
    named = {column.key for column, _name, _unit, raw in cells if raw is not None}
    for key, code in record.section.items():
        column = columns(header.kind).get(key)
        if column and key not in named:
            cells.append((column, column.name, "", code))
    notes = {name: text_of(record.cells[place]) for place, name in header.unknown.items() if place in record.cells}
    if record.heading:
        notes["标题行"] = record.heading
    return row_of(header.kind, sheet, record.number, cells, notes)


def _of_objects(text: str, name: str, kind: str | None) -> Table:
    sample = [found for _number, found in islice(objects(text), _JSON_SAMPLE) if found]
    names = list(dict.fromkeys(key for found in sample for key in found))
    header = headers.read([names], kind)
    if header is None:
        raise Unreadable("no_header", name=name)
    decided = header.kind

    def read() -> Iterator[Row]:
        used: dict[str, int] = {}
        for number, found in objects(text):
            row = _row_of_object(decided, name, number, found) if found is not None else unparsed(decided, name, number)
            identity = row.values["id"]
            first = used.setdefault(identity, number) if identity else number
            yield row if first == number else repeated(row, first)

    return Table(name, decided, [Sheet(name, decided, 0, _recognised(header))], [], read)


def _row_of_object(kind: str, name: str, number: int, found: dict[str, Any]) -> Row:
    cells: list[Cell] = []
    notes: dict[str, str] = {}
    for key, value in found.items():
        column = headers.recognise(kind, text_of(key))
        if column and all(column is not cell[0] for cell in cells):
            cells.append((column, key, unit_of_header(key), value))
        elif value is not None:
            notes[text_of(key)] = text_of(value)
    return row_of(kind, name, number, cells, notes)
