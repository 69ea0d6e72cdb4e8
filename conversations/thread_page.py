"""What the pages of conversations show: the list, one thread as this reader may see it, a reported passage."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.access import TALKING, Seat, may_write, names_people
from conversations.forms import MessageForm
from conversations.models import Conversation, Message, Reading, Report
from conversations.services import TAKE_BACK
from matching.pair import side_names
from matching.states import Side, other

SHOWN, AROUND = 200, 3


def rows(user: Any, conversations: Iterable[Conversation]) -> list[dict[str, Any]]:
    """The rows of the list: who is across, about which two listings, the last words, how many are unread."""
    found = list(conversations)
    last = {m.pk: m for m in Message.objects.filter(pk__in=[c.newest for c in found]).prefetch_related("files")}  # type: ignore[attr-defined]
    return [_row(user, c, last.get(c.newest)) for c in found]  # type: ignore[attr-defined]


def _row(user: Any, conversation: Conversation, last: Message | None) -> dict[str, Any]:
    mine = conversation.my_side  # type: ignore[attr-defined]
    match = conversation.match
    return {
        "conversation": conversation, "match": match, "own": match.listing(mine), "their": match.listing(other(mine)),
        "mine": mine, "across": other(mine), "name": side_names(user, match)[other(mine)], "last": last, "ours": bool(last and last.side == mine),
        "said": (last.text or ", ".join(f.name for f in last.files.all())) if last else "", "url": conversation.get_absolute_url(),
        "unread": conversation.unread,  # type: ignore[attr-defined]
    }  # fmt: skip


def page_rows(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """The same conversations with all that a row needs."""
    return conversations.select_related("match__opportunity__owner", "match__capability__owner")


def thread(user: Any, here: Seat) -> dict[str, Any]:
    """The thread as this reader sees it, the newest messages at the end, with what may be done."""
    found = _messages(here.conversation) if here.conversation else []
    names, named = side_names(user, here.match), {s: names_people(user, here.match, s) for s in Side.values}
    seen = _seen_across(here) if here.side else 0
    items = [_item(user, here, m, names, named, seen) for m in found]
    across = other(here.side) if here.side else ""
    return {
        "items": items, "seat": here, "match": here.match, "conversation": here.conversation, "names": names, "up_to": found[-1].pk if found else 0,
        "across": across, "across_name": names.get(across, ""), "hidden_name": bool(across) and not named[across],
        "may_write": may_write(user, here), "open": is_open(here), "closed": bool(here.conversation and here.conversation.closed_at),
    }  # fmt: skip


def _messages(conversation: Conversation) -> list[Message]:
    newest = conversation.messages.select_related("by", "report").prefetch_related("files").order_by("-pk")[:SHOWN]
    return list(reversed(newest))


def _seen_across(here: Seat) -> int:
    """The key of the last message that anybody of the other side has read."""
    rows = Reading.objects.filter(conversation=here.conversation, side=other(here.side))
    return rows.aggregate(most=Max("up_to"))["most"] or 0


def _item(
    user: Any, here: Seat, message: Message, names: dict[str, str], named: dict[str, bool], seen: int
) -> dict[str, Any]:
    mine = bool(here.side) and message.side == here.side
    person = str(message.by) if message.by and named[message.side] else ""
    shown = message.is_shown or not here.side
    return {
        "message": message, "mine": mine, "side": message.side, "who": names[message.side], "person": person, "shown": shown,
        "files": list(message.files.all()) if shown else [], "read": mine and message.pk <= seen,
        "may_withdraw": message.is_shown and message.by_id == user.pk and message.at > timezone.now() - TAKE_BACK,
        "report": getattr(message, "report", None), "may_report": message.is_shown and not mine and may_write(user, here) and not hasattr(message, "report"),
        "day": timezone.localtime(message.at).date(),
    }  # fmt: skip


def is_open(here: Seat) -> bool:
    """Can something be said now?"""
    return here.match.state in TALKING and not (here.conversation and here.conversation.closed_at)


def shut(here: Seat) -> str:
    """Why nothing can be said any more, or ""."""
    if here.conversation and here.conversation.closed_at:
        return _("The reviewer has closed this conversation. What was said stays readable.")
    if here.match.state not in TALKING:
        return _(
            "This suggestion has ended (%(state)s), so nothing more can be said here. What was said stays readable."
        ) % {"state": here.match.get_state_display()}
    return ""


def whole(user: Any, here: Seat, form: MessageForm | None = None) -> dict[str, Any]:
    """All that conversation.html and its fragments draw."""
    told = thread(user, here)
    writes = told["may_write"] and told["open"]
    return told | {"shut": shut(here), "form": (form or MessageForm()) if writes else None}


def passage(user: Any, report: Report) -> dict[str, Any]:
    """A reported message between the few around it, as the reviewer reads it."""
    conversation = report.message.conversation
    rows = conversation.messages.select_related("by", "report").prefetch_related("files")
    before = list(rows.filter(pk__lt=report.message_id).order_by("-pk")[:AROUND])
    after = list(rows.filter(pk__gte=report.message_id).order_by("pk")[: AROUND + 1])
    names, named = side_names(user, conversation.match), dict.fromkeys(Side.values, True)
    here = Seat(conversation.match, conversation, "")
    return {
        "report": report, "match": conversation.match, "names": names, "conversation": conversation,
        "items": [_item(user, here, m, names, named, 0) for m in [*reversed(before), *after]],
    }  # fmt: skip


def waits_since(user: Any) -> QuerySet[Conversation]:
    """Conversations with something new for this person, for the desk."""
    return page_rows(Conversation.objects.seen_by(user).fresh().with_counts())
