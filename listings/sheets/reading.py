"""Reads the cells of one record into a row: values, notes, faults."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from listings.sheets.columns import Column, columns, keys, parse
from listings.sheets.rows import FOUND_SHOWN, Fault, Row
from listings.sheets.text import MAX_CELL, Wrong, text_of

_SPREADSHEET_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}

# (column, its header as found, the unit its header names, the raw value)
Cell = tuple[Column, str, str, Any]


def row_of(kind: str, sheet: str, number: int, cells: Iterable[Cell], notes: dict[str, str]) -> Row:
    """The row that a record's cells make."""
    values: dict[str, Any] = dict.fromkeys(keys(kind))
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for column, header, unit, raw in cells:
        seen[column.key] = header
        try:
            parsed = _parsed(column, raw, unit)
        except Wrong as wrong:
            faults.append(_fault(sheet, number, column, header, raw, wrong))
            parsed = wrong.values
            if wrong.code == "code_unknown":
                notes = {**notes, header: text_of(raw)}
        values.update({key: value for key, value in parsed.items() if value is not None or values[key] is None})
    faults += _empty(kind, sheet, number, values, seen, faults) + _reversed(kind, sheet, number, values, seen)
    return Row(kind, sheet, number, values, notes, tuple(faults))


def repeated(row: Row, first: int) -> Row:
    """The row with the fault that its number was used before, in row `first`."""
    column = columns(row.kind)["id"]
    found = str(row.values["id"])
    fault = Fault(row.sheet, row.number, column.name, "id", found, "duplicate", {"row": first})
    return replace(row, faults=(*row.faults, fault))


def unparsed(kind: str, sheet: str, number: int) -> Row:
    """The row of a line that is not a JSON object."""
    fault = Fault(sheet, number, "", "", "", "json")
    return Row(kind, sheet, number, dict.fromkeys(keys(kind)), {}, (fault,))


def _parsed(column: Column, raw: Any, unit: str) -> dict[str, Any]:
    if isinstance(raw, str):
        if raw.strip() in _SPREADSHEET_ERRORS:
            raise Wrong("cell_error")
        if len(raw) > MAX_CELL:
            raise Wrong("cell_length", limit=MAX_CELL)
    if isinstance(raw, dict) and column.parser != "titles":
        raise Wrong("value_kind")
    return parse(column, raw, unit)


def _fault(sheet: str, number: int, column: Column, header: str, raw: Any, wrong: Wrong) -> Fault:
    found = text_of(raw[:FOUND_SHOWN] if isinstance(raw, str) else raw)[:FOUND_SHOWN]
    return Fault(sheet, number, header, column.key, found, wrong.code, wrong.params, wrong.level)


def _empty(
    kind: str, sheet: str, number: int, values: dict[str, Any], seen: dict[str, str], faults: list[Fault]
) -> list[Fault]:
    named = {fault.key for fault in faults}
    missing = [c for c in columns(kind).values() if c.required and not values[c.key] and c.key not in named]
    return [Fault(sheet, number, seen.get(c.key, c.name), c.key, "", "required") for c in missing]


def _reversed(kind: str, sheet: str, number: int, values: dict[str, Any], seen: dict[str, str]) -> list[Fault]:
    name = "budget" if kind == "opportunity" else "price"
    low, high = values[f"{name}_min_wan"], values[f"{name}_max_wan"]
    if low is None or high is None or low <= high:
        return []
    header = seen.get(f"{name}_max_wan", columns(kind)[name].name)
    return [Fault(sheet, number, header, f"{name}_max_wan", f"{low}-{high}", "amount_order")]
