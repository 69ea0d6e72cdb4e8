"""The top bar for this person: links by what they may do. Upward links are URL names only."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import can
from accounts.roles import May
from activity.models import Notice


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template variables `nav` (list of label, url, key, active), `my_organisation` and `unread`."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    rows = _public() if not user.is_authenticated else _for(user)
    links: list[dict[str, Any]] = [{"label": label, "url": reverse(name), "key": name} for label, name in rows]
    here = [link for link in links if _stands_in(request.path, str(link["url"]))]
    if here:
        max(here, key=lambda link: len(str(link["url"])))["active"] = True
    if not user.is_authenticated:
        return {"nav": links}
    return {"nav": links, "my_organisation": user.organisation, "unread": unread(user)}


def unread(user: Any) -> int:
    """How many notices this person has not read; the number on the bell."""
    return Notice.objects.filter(recipient=user).unread().count()


def _public() -> list[tuple[Any, str]]:
    return [
        (_("Home"), "home"),
        (_("Opportunities"), "opportunities"),
        (_("Capabilities"), "capabilities"),
        (_("Programmes"), "programmes"),
        (_("Batches"), "batches"),
    ]


def _for(user: Any) -> list[tuple[Any, str]]:
    rows: list[tuple[Any, str]] = [(_("Desk"), "desk")]
    reviews = can(user, May.REVIEW_MATCHES)
    if reviews:
        rows += [
            (_("Match review"), "review"),
            (_("Listing review"), "listing-review"),
            (_("Match runs"), "runs"),
            (_("Learning"), "learning"),
        ]
    if user.organisation and not reviews:
        rows += [(_("My listings"), "my-listings"), (_("Suggestions"), "matches")]
    if user.organisation or reviews:
        rows += [(_("Deals"), "deals")]
    if reviews:
        rows += [(_("Registers"), "registers")]
    if can(user, May.READ_LOG):
        rows += [(_("Log"), "log")]
    return [*rows, (_("Opportunities"), "opportunities"), (_("Capabilities"), "capabilities")]


def _stands_in(path: str, url: str) -> bool:
    """Whether a page lies below a link's address."""
    return path == url or (url != "/" and path.startswith(url))
