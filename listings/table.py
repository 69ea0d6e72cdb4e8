"""Columns: what a listing says, one fact each, for the table of a list and for comparing a few side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """`value(listing)` is text, safe HTML or "" for unknown. `order` is the name of the list's order by this column.

    `usual`: shown in a table when nobody has chosen columns; `table` False: only for comparing.
    """

    name: str
    title: Any
    value: Callable[[Any], Any]
    figure: bool = False
    order: str = ""
    usual: bool = False
    table: bool = True


def chosen(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """The columns of a table with these names, in the order of the table; the usual ones when none is known."""
    here = [column for column in columns if column.table and column.name in names]
    return here or [column for column in columns if column.usual]
