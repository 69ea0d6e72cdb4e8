"""Reads .csv in any of its dialects, and .jsonl."""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from listings.sheets import headers
from listings.sheets.rows import Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",\t;|，"
_LOOKED_AT = 64 * 1024


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030. Unreadable: encoding."""
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text[:_LOOKED_AT]:
            return text
    raise Unreadable("encoding", name=name)


class Commas:
    """A .csv file as one sheet."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.sheets = [name]
        self._text = text
        self._delimiter = max(_DELIMITERS, key=self._recognised)

    def _recognised(self, delimiter: str) -> tuple[int, int]:
        sample = list(self._records(self._text[:_LOOKED_AT], delimiter, headers.SEARCHED))
        found = headers.read([cells for _number, cells in sample])
        return (found.score[0] if found else 0, -_DELIMITERS.index(delimiter))

    def rows(self, _sheet: str) -> Iterator[tuple[int, Sequence[Any]]]:
        """(row number from 1, cells) of each row that is not blank."""
        try:
            yield from self._records(self._text, self._delimiter)
        except csv.Error as error:
            raise Unreadable("csv_row", name=self.name, line=str(error).rpartition(" ")[2]) from error

    def _records(self, text: str, delimiter: str, limit: int | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        number = 0
        while limit is None or number < limit:
            number += 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                # the sample may end inside a quotation; only the whole file is judged
                if limit is not None:
                    return
                raise csv.Error(f"{error} at line {reader.line_num}") from error
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield number, [cell if cell.strip() else None for cell in cells]

    def merged(self, _sheet: str) -> list[tuple[int, int, int, int]]:
        """A .csv file has no merged cells."""
        return []

    def close(self) -> None:
        """Let go of the text."""
        self._text = ""


def objects(text: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """(line number, object) of each line of a .jsonl file; None for a line that is not one JSON object."""
    for number, line in enumerate(io.StringIO(text), 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
