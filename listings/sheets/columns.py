"""The columns of the two kinds of list: what each is called, and how its cells are read. The names are data (codelists)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from codelists import plain, regions
from listings.sheets import words
from listings.sheets.amounts import amount, amount_range
from listings.sheets.days import day_of
from listings.sheets.text import folded, text_of

Parsed = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One official column. `name` is its Chinese header, `synonyms` other headers, folded, `key` the key in rows."""

    kind: str
    key: str
    name: str
    name_en: str
    synonyms: frozenset[str]
    parser: str
    required: bool
    official: bool
    width: int

    def keys(self) -> tuple[str, ...]:
        """The keys that a cell of this column fills in."""
        return DERIVED.get(self.parser.partition(":")[0], _only_key)(self)


@plain.remembered
def columns(kind: str) -> dict[str, Column]:
    """The columns of "opportunity" or "capability" by key, in the official order."""
    found = {}
    for entry in plain.entries("header"):
        if entry.data["kind"] == kind:
            names = frozenset(folded(name) for name in (entry.name_zh, *entry.synonyms, entry.data["key"]))
            details = {name: entry.data[name] for name in ("key", "parser", "required", "official", "width")}
            found[entry.data["key"]] = Column(
                kind=kind, name=entry.name_zh, name_en=entry.name_en, synonyms=names, **details
            )
    return found


@plain.remembered
def keys(kind: str) -> tuple[str, ...]:
    """Every key that rows of this kind have."""
    return tuple(dict.fromkeys(chain.from_iterable(column.keys() for column in columns(kind).values())))


def parse(column: Column, value: Any, unit: str = "万元") -> Parsed:
    """What a cell says, by key. Raises text.Wrong for a cell that is not as it should be."""
    name, _, argument = column.parser.partition(":")
    return PARSERS[name](column.key, value, argument or unit, unit)


def _text(key: str, value: Any, _argument: str, _unit: str) -> Parsed:
    return {key: text_of(value) or None}


def _amounts(_key: str, value: Any, prefix: str, unit: str) -> Parsed:
    low, high = amount_range(value, unit)
    return {f"{prefix}_min_wan": low, f"{prefix}_max_wan": high}


def _amount(key: str, value: Any, _argument: str, unit: str) -> Parsed:
    return {key: amount(value, unit)}


def _day(key: str, value: Any, _argument: str, _unit: str) -> Parsed:
    day, open_ended = day_of(value)
    return {key: day, f"{key}_open": open_ended}


def _place(key: str, value: Any, _argument: str, _unit: str) -> Parsed:
    name = words.place(value)
    return {key: name, f"{key}_code": regions.code_of(name) if name else None}


def _listed(read: Callable[[Any], Any]) -> Callable[[str, Any, str, str], Parsed]:
    # an empty list is an unknown one
    return lambda key, value, _argument, _unit: {key: read(value) or None}


PARSERS: dict[str, Callable[[str, Any, str, str], Parsed]] = {
    "text": _text,
    "id": _text,
    "amounts": _amounts,
    "amount": _amount,
    "day": _day,
    "count": lambda key, value, _argument, _unit: {key: words.count(value)},
    "trl": lambda key, value, _argument, _unit: {key: words.level(value)},
    "list": _listed(words.split),
    "lines": _listed(words.lines),
    "titles": _listed(words.titles),
    "code": lambda key, value, name, _unit: {key: words.code(value, name, strict=name != "field")},
    "codes": lambda key, value, name, _unit: {key: words.codes(value, name) or None},
    "place": _place,
    "places": _listed(words.places),
    "supplier_place": _listed(words.supplier_place),
    "uscc": lambda key, value, _argument, _unit: {key: words.credit_code(value)},
}


def _only_key(column: Column) -> tuple[str, ...]:
    return (column.key,)


DERIVED: dict[str, Callable[[Column], tuple[str, ...]]] = {
    "amounts": lambda column: (f"{column.key}_min_wan", f"{column.key}_max_wan"),
    "day": lambda column: (column.key, f"{column.key}_open"),
    "place": lambda column: (column.key, f"{column.key}_code"),
}
