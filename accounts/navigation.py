"""The top bar for this person: links by what they may do. Upward links are URL names only."""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import F, Func, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import organisations_of
from accounts.models import User
from accounts.permissions import can
from accounts.roles import May
from activity.models import Notice

# what does not fit beside the rest stands in a menu behind it
BESIDE = 7
BELL = "bell"
OWN_WORK = re.compile(r"/(imports/|(opportunities|capabilities)/(new/|[^/]+/edit/))")
_counters: dict[str, Callable[[Any], Any]] = {}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template variables `nav`, `nav_more` (lists of label, url, key, active), `writes_listings`, `my_organisation` and `unread`.

    `writes_listings` says whether the pages for writing a listing are open; a visitor is asked to sign in there.
    """
    user = getattr(request, "user", None)
    if user is None:
        return {}
    rows = _public() if not user.is_authenticated else _for(user)
    links = [link for label, name in rows for link in _link(label, name)]
    place = _place(request.path)
    here = [link for link in links if _stands_in(place, link["url"])]
    if here:
        max(here, key=lambda link: len(link["url"]))["active"] = True
    beside = len(links) if len(links) == BESIDE + 1 else BESIDE
    nav = {"nav": links[:beside], "nav_more": links[beside:]}
    if not user.is_authenticated:
        return nav | {"writes_listings": True}
    counts = waiting(user)
    for link in links:
        link["count"] = counts.get(link["key"], 0)
    writes = bool(organisations_of(user, May.WRITE))
    return {**nav, "writes_listings": writes, "my_organisation": user.organisation, "unread": counts[BELL]}


def _link(label: Any, name: str) -> list[dict[str, Any]]:
    """The link as a list of one; none while the house has no such page."""
    try:
        return [{"label": label, "url": reverse(name), "key": name}]
    except NoReverseMatch:
        return []


def waiting(user: Any) -> dict[str, int]:
    """How many of each wait: unread notices for the bell, and what rooms above have registered; one query for all."""
    bell = Notice.objects.filter(recipient=OuterRef("pk")).unread().order_by()
    many = bell.annotate(n=Func(F("pk"), function="COUNT")).values("n")
    counts = {name: count(user) for name, count in _counters.items()}
    asked = {BELL: Subquery(many), **{key(name): count for name, count in counts.items()}}
    row: dict[str, Any] = dict(User.objects.filter(pk=user.pk).values(**asked).get())
    return {BELL: row[BELL], **{name: row[key(name)] for name in counts}}


def register_count(name: str, count: Callable[[Any], Any]) -> None:
    """Show beside the link to that URL name how many wait; `count(user)` is an expression over the row of the person."""
    _counters[name] = count


def key(name: str) -> str:
    """The column of a counter in the one query."""
    return f"n_{name.replace('-', '_')}"


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
        (_("Figures"), "figures"),
    ]


def _for(user: Any) -> list[tuple[Any, str]]:
    """What this person works with first, then what everybody reads."""
    rows: list[tuple[Any, str]] = [] if user.only_leads else [(_("Desk"), "desk")]
    reviews = can(user, May.REVIEW_MATCHES)
    if reviews:
        rows += [(_("Match review"), "review"), (_("Listing review"), "listing-review"), (_("Match runs"), "runs")]
    if user.organisation and not reviews:
        rows += [(_("My listings"), "my-listings"), (_("Suggestions"), "matches")]
    if user.organisation or reviews:
        rows += [(_("Deals"), "deals")]
    if can(user, May.READ_FIGURES):
        rows += [(_("Overview"), "overview")]
    if user.organisation and not reviews:
        rows += [(_("Messages"), "conversations")]
    if reviews:
        rows += [
            (_("Learning"), "learning"),
            (_("Registers"), "registers"),
            (_("Reported messages"), "message-reports"),
        ]
    if can(user, May.READ_LOG):
        rows += [(_("Log"), "log")]
    return [*rows, (_("Opportunities"), "opportunities"), (_("Capabilities"), "capabilities")]


def _place(path: str) -> str:
    """The address that a page belongs to: who writes a listing or imports some is busy with the own ones."""
    return reverse("my-listings") if OWN_WORK.match(path) else path


def _stands_in(path: str, url: str) -> bool:
    """Whether a page lies below a link's address."""
    return path == url or (url != "/" and path.startswith(url))
