"""Up to four listings side by side, fact by fact."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from listings import access, address, faces
from scenemarket.ids import ALPHABET, LENGTH


def context(request: HttpRequest, kind: str) -> dict[str, Any]:
    """What templates/listings/compare.html draws; listings that this person may not read are left out, like unknown ids."""
    face = faces.of(kind)
    ids = [each for each in address.compared(request.GET) if len(each) == LENGTH and set(each) <= set(ALPHABET)]
    known = {listing.public_id: listing for listing in access.visible(kind, request.user).filter(public_id__in=ids)}
    listings = [known[each] for each in ids if each in known]
    heads = [
        {
            "listing": listing,
            "without": address.with_parts(request.GET, compare=[i for i in ids if i != listing.public_id]),
        }
        for listing in listings
    ]
    back = request.GET.copy()
    back.setlist("compare", [listing.public_id for listing in listings])
    return {
        "face": face, "kind": kind, "heads": heads, "facts": _facts(face, listings), "missing": len(ids) - len(listings),
        "back_url": f"{reverse(face.many)}?{back.urlencode()}",
    }  # fmt: skip


def _facts(face: faces.Face, listings: list[Any]) -> list[dict[str, Any]]:
    """Rows that say something of at least one of them, with whether all say the same."""
    rows = []
    for column in face.columns:
        values = [column.value(listing) for listing in listings]
        if any(values):
            rows.append({"title": column.title, "values": values, "same": len({str(value) for value in values}) == 1})
    return rows
