"""The desk: a person's start page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from insights import desk as shown
from scenemarket.web import page

NOON, EVENING = 12, 18


@login_required
@require_GET
def desk(request: SignedIn) -> HttpResponse:
    found = shown.tasks(request.user)
    organisation = request.user.organisation
    reviews = can(request.user, May.REVIEW_MATCHES)
    context = {
        "greeting": greeting(), "groups": shown.grouped(found), "n": len(found), "today": timezone.localdate(),
        "overdue": sum(1 for t in found if t.due and t.due < timezone.now()), "organisation": organisation, "reviews": reviews,
        "lists": _lists(request.user, reviews) if organisation else [], "runs": shown.runs_now(request.user) if reviews else [],
        "may_write": bool(organisation) and can(request.user, May.WRITE, organisation=organisation),
    }  # fmt: skip
    return page(request, "desk/desk.html", context)


def _lists(user: Any, reviews: bool) -> list[dict[str, Any]]:
    """The tables of own listings; who has none sees the empty state of the usual kind, a reviewer nothing."""
    counts = shown.figures(user)
    titles = {"opportunity": _("My opportunities"), "capability": _("My capabilities")}
    main = "opportunity" if user.organisation.kind in ("agency", "soe", "operator") else "capability"
    wanted = [kind for kind in (main, *titles) if counts[kind] or (kind == main and not reviews)]
    return [
        {"kind": kind, "title": titles[kind], "count": counts[kind], "rows": shown.own_listings(user, kind)}
        for kind in dict.fromkeys(wanted)
    ]


def greeting() -> str:
    hour = timezone.localtime().hour
    if hour < NOON:
        return _("good morning")
    return _("good afternoon") if hour < EVENING else _("good evening")
