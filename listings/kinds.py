"""The two kinds of listing, made known by their own apps when Django starts, so that nothing here imports upwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from listings.models import Listing


@dataclass(frozen=True)
class ListingKind:
    """`fields_from(values)` turns a list's keys into model fields; `values_from(listing)` is its inverse."""

    code: str
    model: type[Listing]
    fields_from: Callable[[dict[str, Any]], dict[str, Any]]
    values_from: Callable[[Any], dict[str, Any]]
    owner_key: str


_kinds: dict[str, ListingKind] = {}


def register(kind: ListingKind) -> None:
    """Make a kind known."""
    _kinds[kind.code] = kind


def of(code: str) -> ListingKind:
    """The kind, or KeyError for a code that no app has registered."""
    return _kinds[code]


def every() -> list[ListingKind]:
    return list(_kinds.values())
