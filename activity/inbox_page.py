"""What the inbox shows: notices by day, narrowed by topic and to the unread ones."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from activity import kinds
from activity.models import Notice
from scenemarket import figures

NOTICES = 20


def context(person: Any, query: Mapping[str, str]) -> dict[str, Any]:
    """`page_obj`, `days` [(name, notices)], `tabs` and `topics` with their numbers, `unread_here`; two queries for rows."""
    topic = query.get("topic", "") if query.get("topic", "") in kinds.TOPICS else ""
    unread_only = query.get("show") == "unread"
    counts = _counts(person)
    unread = sum(unread for _all, unread in counts.values())
    rows = Notice.objects.filter(recipient=person).order_by("-created_at", "-pk")
    rows = rows.unread() if unread_only else rows
    rows = rows.filter(kind__in=kinds.codes_of(topic)) if topic else rows
    shown = Paginator(rows, NOTICES).get_page(query.get("page"))
    return {
        "page_obj": shown, "days": list(_by_day(shown)), "unread_here": unread, "topic": topic,
        "tabs": [_tab(_("All"), topic, "", None, not unread_only), _tab(_("Unread"), topic, "unread", unread, unread_only)],
        "topics": _topics(counts, topic, "unread" if unread_only else ""),
    }  # fmt: skip


def _counts(person: Any) -> dict[str, tuple[int, int]]:
    """All and unread notices of each topic, in one query."""
    found: dict[str, tuple[int, int]] = {}
    rows = Notice.objects.filter(recipient=person).order_by().values("kind")
    for row in rows.annotate(n=Count("pk"), unread=Count("pk", filter=Q(read_at=None))):
        before = found.get(topic := kinds.of(row["kind"]).topic, (0, 0))
        found[topic] = (before[0] + row["n"], before[1] + row["unread"])
    return found


def _topics(counts: dict[str, tuple[int, int]], chosen: str, show: str) -> list[dict[str, Any]]:
    """A link for each topic of which there is something."""
    if len(counts) < 2:
        return []
    every = [_tab(_("All kinds"), "", show, None, not chosen)]
    return every + [
        _tab(label, topic, show, counts[topic][bool(show)], topic == chosen)
        for topic, label in kinds.TOPICS.items()
        if topic in counts
    ]


def _tab(label: Any, topic: str, show: str, count: int | None, active: bool) -> dict[str, Any]:
    chosen = {name: value for name, value in (("show", show), ("topic", topic)) if value}
    return {"label": label, "url": f"?{urlencode(chosen)}", "count": count, "active": active}


def _by_day(notices: Iterable[Notice]) -> Iterable[tuple[str, list[Notice]]]:
    today = timezone.localdate()
    names = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    for day, rows in groupby(notices, key=lambda notice: timezone.localdate(notice.created_at)):
        yield names.get(day) or figures.day(day), list(rows)
