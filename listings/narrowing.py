"""A search that was written down, as the rows of a list and in the one form in which it is kept."""

from typing import Any

from django.http import QueryDict

from listings import access, address, faces, kinds
from listings.facets import SHOWN
from listings.found import Narrowed

BOTH = ("q", "exact")


def narrowed(kind: str, query: str, user: Any) -> Narrowed:
    """What of a list this person finds with this address; "" as kind is both lists, of which only the words are asked."""
    some = kind or kinds.every()[0].code
    rows = access.visible(some, user).filter(state__in=SHOWN)
    filters = faces.of(some).filters(QueryDict(query[: address.LONGEST]), queryset=rows)
    if kind:
        return Narrowed(filters.qs, address.normal(filters.asked, filters.chosen))
    words = {name: filters.asked[name] for name in BOTH if name in filters.asked}
    return Narrowed(filters.qs, address.normal(words, {}))
