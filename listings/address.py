"""A list's address: what of it makes the search, and links that change one part and keep the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

# how a list is looked at, and which page of it; not what is searched for
LOOK = ("page", "view", "columns", "compare", "format", "sort")
MOST_COMPARED = 4
LONGEST = 2000


def with_parts(query: QueryDict, **parts: str | Sequence[str]) -> str:
    """The address with these parts instead of its own, from its first page on; "?" alone would keep the old query."""
    rest = query.copy()
    rest.pop("page", None)
    for name, value in parts.items():
        values = [value] if isinstance(value, str) else list(value)
        rest.setlist(name, [each for each in values if each])
    written = rest.urlencode()
    return f"?{written}" if written else "?"


def compared(query: QueryDict) -> list[str]:
    """The public ids that are to be compared, each once, at most four: compare=a&compare=b or compare=a,b."""
    ids = [each for value in query.getlist("compare") for each in value.split(",") if each]
    return list(dict.fromkeys(ids))[:MOST_COMPARED]


def normal(asked: Mapping[str, Any], chosen: Mapping[str, Sequence[str]]) -> str:
    """A search as it is kept: its parts in one order, whatever order they were chosen in."""
    kept = QueryDict(mutable=True)
    for name in sorted({*asked, *chosen}):
        values = [str(asked[name])] if name in asked else sorted(chosen[name])
        if name not in LOOK and values:
            kept.setlist(name, values)
    return kept.urlencode()
