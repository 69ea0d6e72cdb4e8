"""Writes lists in the official columns, so that the reader gives the same rows back and no spreadsheet runs what is in them."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from codelists import plain
from listings.sheets.columns import Column, columns

_RUNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_HEAD = PatternFill("solid", start_color="E1EFFB")
Target = str | Path | IO[bytes]


def disarmed(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RUNS) else text


def official(kind: str) -> list[Column]:
    """The columns of a published list of this kind, in order."""
    return [column for column in columns(kind).values() if column.official]


def cell_text(column: Column, values: Mapping[str, Any]) -> str:
    """What stands in one cell of an exported list: "" for unknown."""
    parser, _, argument = column.parser.partition(":")
    return _WRITERS.get(parser, _plain)(values, column.key, argument)


def write_csv(target: Target, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows (dicts by key) as .csv in UTF-8 with a mark, which spreadsheet programs need to see Chinese."""
    if isinstance(target, str | Path):
        with Path(target).open("wb") as file:
            return write_csv(file, kind, rows)
    text = TextIOWrapper(target, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in official(kind)])
    for values in rows:
        writer.writerow([disarmed(cell_text(column, values)) for column in official(kind)])
    # the wrapper must not close a file that is not ours
    text.flush()
    text.detach()


def write_xlsx(target: Target, kind: str, rows: Iterable[Mapping[str, Any]], title: str = "") -> None:
    """Write rows (dicts by key) as .xlsx, streamed; `title` becomes a line above the header and the name of the sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title) or ("场景机会清单" if kind == "opportunity" else "场景能力清单"))
    shown = official(kind)
    for place, column in enumerate(shown, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.freeze_panes = f"C{3 if title else 2}"
    if title:
        sheet.append([text_cell(sheet, title, _styled(sheet, bold=True))])
    head, body = _styled(sheet, bold=True, fill=True), _styled(sheet)
    sheet.append([text_cell(sheet, column.name, head) for column in shown])
    for values in rows:
        sheet.append([text_cell(sheet, cell_text(column, values), body) for column in shown])
    book.save(target)


def text_cell(sheet: Any, text: str, like: Any) -> Any:
    """A cell that is text whatever it begins with, looking like the cell `like`."""
    if not text.isprintable():
        # what XML cannot hold would end the whole file
        text = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell: Any = WriteOnlyCell(sheet, disarmed(text) or None)
    if text:
        # without this, the library makes a formula of text that begins with an equals sign
        cell.data_type = "s"
    # a style is shared: making it anew for each cell takes most of the time of a long list
    cell._style = like._style
    return cell


def _styled(sheet: Any, *, bold: bool = False, fill: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    if fill:
        cell.fill = _HEAD
    return cell


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in r"[]:*?/\'")[:31]


def _plain(values: Mapping[str, Any], key: str, _argument: str) -> str:
    value = values.get(key)
    return "" if value is None else str(value)


def _amounts(values: Mapping[str, Any], _key: str, prefix: str) -> str:
    low, high = values.get(f"{prefix}_min_wan"), values.get(f"{prefix}_max_wan")
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤{_number(high)}"
    if high is None:
        return f"≥{_number(low)}"
    return _number(low) if low == high else f"{_number(low)}-{_number(high)}"


def _number(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _amount(values: Mapping[str, Any], key: str, _argument: str) -> str:
    return "" if values.get(key) is None else _number(values[key])


def _day(values: Mapping[str, Any], key: str, _argument: str) -> str:
    day = values.get(key)
    return day.isoformat() if isinstance(day, date) else "长期有效" if values.get(f"{key}_open") else str(day or "")


def _list(values: Mapping[str, Any], key: str, _argument: str) -> str:
    return "、".join(str(item) for item in values.get(key) or ())


def _lines(values: Mapping[str, Any], key: str, _argument: str) -> str:
    return "；".join(str(item) for item in values.get(key) or ())


def _titles(values: Mapping[str, Any], key: str, _argument: str) -> str:
    held = [(t["name"], t.get("expires")) for t in values.get(key) or ()]
    return "、".join(f"{name}（{expires}到期）" if expires else name for name, expires in held)


def _code(values: Mapping[str, Any], key: str, name: str) -> str:
    value = values.get(key) or ()
    found = [plain.words(name).get(code) for code in ([value] if isinstance(value, str) else value)]
    return "、".join(entry.name_zh for entry in found if entry)


def _supplier_place(values: Mapping[str, Any], key: str, _argument: str) -> str:
    value = values.get(key)
    return "本地" if value == "local" else "、".join(value or ())


_WRITERS: dict[str, Callable[[Mapping[str, Any], str, str], str]] = {
    "amounts": _amounts, "amount": _amount, "day": _day, "list": _list, "lines": _lines, "places": _list, "titles": _titles,
    "code": _code, "codes": _code, "supplier_place": _supplier_place,
}  # fmt: skip
