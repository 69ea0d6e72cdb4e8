"""The own organisation's listings: by kind and by state."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.urls import reverse

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from listings import access, faces
from listings.states import State

PER_PAGE = 20


def context(request: SignedIn) -> dict[str, Any]:
    """What templates/listings/mine.html draws: ?kind= and ?state= choose, each with its count."""
    counts = {face.code: _counts(face.code, request.user) for face in faces.every()}
    kind = _kind(request, counts)
    state = request.GET.get("state", "") if request.GET.get("state") in State.values else ""
    rows = access.mine(kind, request.user)
    found = Paginator(rows.filter(state=state) if state else rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "face": faces.of(kind), "kind": kind, "state": state, "page_obj": found, "total": sum(counts[kind].values()),
        "kinds": [_tab(face.title, f"?kind={face.code}", sum(counts[face.code].values()), face.code == kind) for face in faces.every()],
        "states": [_tab(s.label, f"?kind={kind}&state={s}", counts[kind].get(s, 0), s == state) for s in State],
        "may_write": any(can(request.user, May.WRITE, organisation=pk) for pk in request.user.organisation_ids),
        "new_url": reverse(f"{kind}-new"), "all_url": f"?kind={kind}",
    }  # fmt: skip


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
