"""A list's values as field values and back: what both kinds' rows.py share. Values may come from JSON (amounts, days as text)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from codelists import plain, regions

Values = Mapping[str, Any]
LOCAL = "local"


def present(values: Values, **fields: Any) -> dict[str, Any]:
    """Those fields (model field = list key) whose key the list has; a column that is not there changes nothing."""
    return {field: values[key] for field, key in fields.items() if key in values}


def texts(values: Values, **fields: Any) -> dict[str, str]:
    """Text fields: unknown is empty."""
    return {field: value or "" for field, value in present(values, **fields).items()}


def lists(values: Values, **fields: Any) -> dict[str, list[Any]]:
    """List fields: unknown is empty."""
    return {field: list(value or ()) for field, value in present(values, **fields).items()}


def amounts(values: Values, **fields: Any) -> dict[str, Decimal | None]:
    """Amounts in 万元; unknown is None."""
    found = present(values, **fields)
    return {field: None if value is None else Decimal(str(value)) for field, value in found.items()}


def day(value: Any) -> date | None:
    """A day from a day or its ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def iso(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value or None


def industry(values: Values) -> dict[str, str]:
    """The code of a written industry, or the words themselves when the list does not know them (40 characters)."""
    if "sector" not in values:
        return {}
    written = values["sector"] or ""
    entry = plain.words("industry").get(written) if written else None
    return {"industry": entry.code if entry else written[:40]}


def name_of(list_name: str, code: str) -> str | None:
    """The Chinese name of a code, the value itself when it is in no list, None when empty."""
    entry = plain.words(list_name).get(code) if code else None
    return entry.name_zh if entry else code or None


def places(written: Any) -> list[str]:
    """Codes of places; a place that is not known stays as written."""
    return [regions.code_of(place) or place for place in written or ()]


def place_names(codes: list[str]) -> list[str]:
    return [regions.name_of(code) for code in codes]
