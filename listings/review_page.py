"""The queue of listings that wait for a reviewer: list at the left, notice at the right."""

from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from accounts.requests import SignedIn
from codelists import names
from listings import access, faces, notice_page
from listings.quality import quality

PER_PAGE = 25


def context(request: SignedIn) -> dict[str, Any]:
    """What templates/listings/review.html draws: ?kind=, ?field=, ?q= narrow; ?open= is the listing at the right."""
    counts = {face.code: access.to_review(face.code, request.user).count() for face in faces.every()}
    kind = request.GET.get("kind", "")
    kind = kind if kind in counts else max(counts, key=lambda code: counts[code])
    rows = _narrowed(access.to_review(kind, request.user), request.GET)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    here = _open(found.object_list, request.GET.get("open", ""))
    return {
        "face": faces.of(kind), "kind": kind, "page_obj": found, "waiting": sum(counts.values()),
        "kinds": [
            {"label": f.title, "url": f"?kind={f.code}", "count": counts[f.code], "active": f.code == kind} for f in faces.every()
        ],
        "rows": [{"listing": row, "url": _address(request.GET, open=row.public_id), "now": row is here} for row in found.object_list],
        "field": request.GET.get("field", ""), "q": request.GET.get("q", ""),
        "fields": [(code, names.name("field", code)) for code in names.codes("field")],
        "clear_url": f"?kind={kind}", **_pane(request, kind, here, list(found.object_list)),
    }  # fmt: skip


def _narrowed(rows: Any, query: QueryDict) -> Any:
    if query.get("field"):
        rows = rows.filter(field=query["field"])
    return rows.filter(title__icontains=query["q"][:100]) if query.get("q") else rows


def _open(rows: Any, public_id: str) -> Any:
    """The listing asked for, else the first of the page; None when nothing waits."""
    return next((row for row in rows if row.public_id == public_id), next(iter(rows), None))


def _pane(request: SignedIn, kind: str, listing: Any, rows: list[Any]) -> dict[str, Any]:
    if listing is None:
        return {"listing": None}
    face, at = faces.of(kind), rows.index(listing)
    before, after = rows[at - 1] if at else None, rows[at + 1] if at + 1 < len(rows) else None
    follow = after or before
    return {
        "listing": listing, "notice": face.notice(listing, access.sees_contacts(request.user, listing)),
        "quality": quality(listing, face.hints), "versions": notice_page.versions(listing),
        "own_text": listing.author_id == request.user.pk,
        "previous_url": _address(request.GET, open=before.public_id) if before else "",
        "next_url": _address(request.GET, open=after.public_id) if after else "",
        "then": reverse("listing-review") + _address(request.GET, open=follow.public_id if follow else "", kind=kind),
        "approve_url": reverse(f"{kind}-move", args=[listing.public_id, "approve"]),
        "return_url": reverse(f"{kind}-move", args=[listing.public_id, "send-back"]),
    }  # fmt: skip


def _address(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"
