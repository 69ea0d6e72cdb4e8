"""The own organisation's listings: by kind and by state."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from listings import access, drafts, faces
from listings.models import SavedDraft
from listings.quality import quality
from listings.states import State

PER_PAGE, UNFINISHED = 20, 10
# of so many of the own listings it is asked what they lack
MOST_READ = 200


def context(request: SignedIn) -> dict[str, Any]:
    """What templates/listings/mine.html draws: ?kind= and ?state= choose, each with its count."""
    counts = {face.code: _counts(face.code, request.user) for face in faces.every()}
    kind = _kind(request, counts)
    state = request.GET.get("state", "") if request.GET.get("state") in State.values else ""
    rows, lacks = access.mine(kind, request.user), request.GET.get("lacks", "")
    if lacks:
        rows = rows.filter(pk__in=_lacking(kind, rows, lacks))
    found = Paginator(rows.filter(state=state) if state else rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "face": faces.of(kind), "kind": kind, "state": state, "page_obj": found, "total": sum(counts[kind].values()),
        "kinds": [_tab(face.title, f"?kind={face.code}", sum(counts[face.code].values()), face.code == kind) for face in faces.every()],
        "states": [_tab(s.label, f"?kind={kind}&state={s}", counts[kind].get(s, 0), s == state) for s in State],
        "may_write": any(can(request.user, May.WRITE, organisation=pk) for pk in request.user.organisation_ids),
        "lacks": lacks, "new_url": reverse(f"{kind}-new"), "all_url": f"?kind={kind}", "unfinished": unfinished(request.user),
    }  # fmt: skip


def unfinished(user: User) -> list[dict[str, Any]]:
    """What this person has begun to type and not saved, the latest first, with the address where it goes on."""
    return [_begun(draft) for draft in drafts.unfinished(user)[:UNFINISHED]]


def _begun(draft: SavedDraft) -> dict[str, Any]:
    args = [draft.listing_public_id] if draft.listing_public_id else []
    return {
        "title": next(iter(draft.data.get("title") or []), "").strip()[:120], "at": draft.at, "new": not args, "face": faces.of(draft.kind),
        "url": reverse(f"{draft.kind}-edit" if args else f"{draft.kind}-new", args=args),
        "discard_url": reverse(f"{draft.kind}-discard", args=args),
    }  # fmt: skip


def _lacking(kind: str, rows: Any, field: str) -> list[int]:
    """The keys of the open listings that lack what the hint of that field asks for."""
    hints = faces.of(kind).hints
    found = rows.exclude(state=State.CLOSED).order_by("-updated_at")[:MOST_READ]
    return [row.pk for row in found if any(lack["field"] == field for lack in quality(row, hints).lacks)]


def _counts(kind: str, user: Any) -> dict[str, int]:
    rows = access.mine(kind, user).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def _kind(request: SignedIn, counts: dict[str, dict[str, int]]) -> str:
    """The kind asked for, else the one that this organisation has more of."""
    asked = request.GET.get("kind", "")
    if asked in counts:
        return asked
    return max(counts, key=lambda code: sum(counts[code].values()))


def _tab(label: Any, url: str, count: int, active: bool) -> dict[str, Any]:
    return {"label": label, "url": url, "count": count, "active": active}
