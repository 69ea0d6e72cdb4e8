"""What the inbox and the log show."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from activity import verbs, words
from activity.models import Event, Notice


def narrowed(rows: QuerySet[Event], data: dict[str, Any]) -> QuerySet[Event]:
    """The events that the log's filter leaves; `data` is a LogForm's cleaned data."""
    if data.get("kind"):
        rows = rows.filter(subject_kind=data["kind"])
    if data.get("since"):
        rows = rows.filter(at__date__gte=data["since"])
    if data.get("until"):
        rows = rows.filter(at__date__lte=data["until"])
    if data.get("q"):
        q = data["q"]
        rows = rows.filter(
            Q(actor_name__icontains=q) | Q(subject_title__icontains=q) | Q(reason__icontains=q) | Q(verb__startswith=q)
        )
    return rows


def row(event: Event, reader: Any) -> dict[str, Any]:
    """One event in words; with a link for those who review its city, as only they may open everything in it."""
    return {
        "at": event.at, "who": event.actor_name if event.actor_id else _("The platform"), "what": verbs.say(event.verb), "kind": words.kind(event.subject_kind),
        "title": event.subject_title, "url": _page_of(event) if event.city in reader.cities else "", "before": words.state(event.from_state),
        "after": words.state(event.to_state), "why": event.reason,
    }  # fmt: skip


def _page_of(event: Event) -> str:
    if event.subject_kind not in words.PAGES:
        return ""
    try:
        return reverse(event.subject_kind, args=[event.subject_id])
    except NoReverseMatch:
        return ""


def unread(user: Any) -> int:
    """How many notices this person has not read; one indexed query."""
    return Notice.objects.filter(recipient=user).unread().count()
