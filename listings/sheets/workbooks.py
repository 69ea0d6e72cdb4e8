"""Reads .xlsx without trusting it: sizes are checked before anything is unpacked, rows are streamed, cells are values only."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from listings.sheets.rows import Unreadable

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 2**20
MAX_STRINGS = 40 * 2**20  # shared strings are the one part that has to be held in memory
MAX_COLUMNS = 200
BLANK_ROWS = 10_000  # so many blank rows in a row are the end of a sheet

# what zipfile, expat and openpyxl let out for damaged files
DAMAGE = (
    zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, InvalidFileException, KeyError, IndexError, ValueError, TypeError,
    AttributeError, EOFError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_CHUNK = 2**16

Area = tuple[int, int, int, int]


class Workbook:
    """The visible sheets of a workbook. Raises Unreadable for what is damaged, encrypted or far too big."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        try:
            with zipfile.ZipFile(file) as archive:
                _refuse_bombs(archive, name)
            file.seek(0)
            self._book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            self.sheets = [sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        except DAMAGE as damage:
            raise Unreadable("broken", name=name) from damage

    def rows(self, sheet: str) -> Iterator[tuple[int, Sequence[Any]]]:
        """(row number from 1, values) of each row that is not blank."""
        worksheet: Any = self._book[sheet]
        # the stored size may claim a million rows and sixteen thousand columns
        worksheet.reset_dimensions()
        blank = 0
        try:
            for number, cells in enumerate(worksheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
                if any(cell is not None for cell in cells):
                    blank = 0
                    yield number, cells
                elif (blank := blank + 1) > BLANK_ROWS and number < 1_000_000 - BLANK_ROWS:
                    return
        except DAMAGE as damage:
            raise Unreadable("broken", name=self.name) from damage

    def merged(self, sheet: str) -> list[Area]:
        """The merged areas (first row, first column, last row, last column; rows from 1, columns from 0).

        They stand after the rows, where a streaming reader never shows them, so the sheet's bytes are searched for them.
        """
        worksheet: Any = self._book[sheet]
        archive: zipfile.ZipFile = self._book._archive  # type: ignore[attr-defined]
        found: list[Area] = []
        rest = b""
        try:
            with archive.open(worksheet._worksheet_path) as stream:
                while chunk := stream.read(_CHUNK):
                    rest += chunk
                    end = 0
                    for match in _MERGE.finditer(rest):
                        left, top, right, bottom = range_boundaries(match[1].decode())
                        found.append((int(top or 1), int(left or 1) - 1, int(bottom or 1), int(right or 1) - 1))
                        end = match.end()
                    rest = rest[max(end, len(rest) - 200) :]
        except DAMAGE as damage:
            raise Unreadable("broken", name=self.name) from damage
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


def _refuse_bombs(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    strings = sum(m.file_size for m in members if m.filename.endswith("sharedStrings.xml"))
    # a member that lies about its size fails its check sum: no more than the size given here is ever unpacked
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED or strings > MAX_STRINGS:
        raise Unreadable("bomb", name=name)
    if any(m.flag_bits & 1 for m in members):
        raise Unreadable("old_excel", name=name)
