"""The desk: a person's start page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from insights import calendar_page, desk_tasks
from insights import desk as shown
from scenemarket.web import page

FORENOON, NOON, AFTERNOON, EVENING = 5, 11, 13, 18
NEEDING = ("agency", "soe", "operator")


@login_required
@require_GET
def desk(request: SignedIn) -> HttpResponse:
    if request.user.only_leads:
        return redirect("overview")
    waits = _waiting(request)
    if request.htmx and not request.htmx.boosted:
        return page(request, "desk/_todo.html", waits)
    return page(request, "desk/desk.html", waits | _around(request.user))


def _waiting(request: SignedIn) -> dict[str, Any]:
    """What waits, of the kind that was asked for."""
    every, kind = desk_tasks.tasks(request.user), request.GET.get("kind", "")
    kind = kind if kind in desk_tasks.KINDS else ""
    found = [t for t in every if not kind or t.kind == kind]
    shown_now = found if request.GET.get("all") else found[: desk_tasks.AT_ONCE]
    return {
        "groups": desk_tasks.grouped(shown_now), "n": len(every), "found": len(found), "left": len(found) - len(shown_now), "kind": kind,
        "menu": desk_tasks.menu(every, kind), "overdue": sum(1 for t in every if t.due and t.due < timezone.now()),
    }  # fmt: skip


def _around(user: Any) -> dict[str, Any]:
    """Everything else on the desk."""
    organisation, reviews = user.organisation, can(user, May.REVIEW_MATCHES)
    main = "opportunity" if organisation and organisation.kind in NEEDING else "capability"
    return {
        "greeting": greeting(), "today": timezone.localdate(), "organisation": organisation, "reviews": reviews,
        "lists": _lists(user, main, reviews) if organisation else [], "runs": shown.runs_now(user) if reviews else [],
        "may_write": bool(organisation) and can(user, May.WRITE, organisation=organisation), "main": main,
        "week": calendar_page.week_ahead(user), "quality": shown.quality_of(user, main) if organisation else None,
        "profile": shown.profile(user) if main == "capability" else None, "reads_log": can(user, May.READ_LOG),
    }  # fmt: skip


def _lists(user: Any, main: str, reviews: bool) -> list[dict[str, Any]]:
    """The tables of own listings; who has none sees the empty state of the usual kind, a reviewer nothing."""
    counts = shown.figures(user)
    titles = {"opportunity": _("My opportunities"), "capability": _("My capabilities")}
    wanted = [kind for kind in (main, *titles) if counts[kind] or (kind == main and not reviews)]
    return [
        {"kind": kind, "title": titles[kind], "count": counts[kind], "rows": shown.own_listings(user, kind)}
        for kind in dict.fromkeys(wanted)
    ]


def greeting() -> str:
    """By the time of day in Shanghai."""
    hour = timezone.localtime().hour
    if hour < FORENOON or hour >= EVENING:
        return _("good evening")
    if hour < NOON:
        return _("good morning")
    return _("good day") if hour < AFTERNOON else _("good afternoon")
