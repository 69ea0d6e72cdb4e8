"""The door-keepers of conversations: the two sides; the city's reviewer once something was reported. A stranger gets 404."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, IntegerField, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.permissions import can
from accounts.roles import May
from conversations.models import Attachment, Conversation, Message, Report, ReportQuerySet, unread_conversations
from matching.access import reviewed_cities, side_of
from matching.models import Match, of_either_side
from matching.states import MatchState
from scenemarket.errors import NotFound

UNKNOWN = _("There is no such conversation, or it is not open to you.")
# while nobody has ended the pair, both sides may write
TALKING = frozenset({MatchState.PUSHED, MatchState.AGREED})


@dataclass(frozen=True)
class Seat:
    """Where a person sits: the match, its conversation (None before the first message), the own side ("" for a reviewer)."""

    match: Match
    conversation: Conversation | None
    side: str


def seat(user: Any, public_id: str) -> Seat:
    """The seat of this person at the match with that id, or NotFound.

    A side talks from the push on, and reads what was said for good. A reviewer sits down where a message was reported.
    """
    rows = Match.objects.select_related("opportunity__owner", "capability__owner").prefetch_related("answers")
    match = rows.filter(public_id=public_id, pushed_at__isnull=False).first()
    if match is None or not user.is_authenticated:
        raise NotFound(UNKNOWN)
    found = Conversation.objects.filter(match=match).first()
    if found:
        found.match = match
    side = side_of(user, match)
    if side and (found or match.state in TALKING):
        return Seat(match, found, side)
    if found and _reported(user, found):
        return Seat(match, found, "")
    raise NotFound(UNKNOWN)


def _reported(user: Any, conversation: Conversation) -> bool:
    reported = Report.objects.filter(message__conversation=conversation).exists()
    return reported and can(user, May.REVIEW_MATCHES, city=conversation.match.opportunity.city)


def message_read(user: Any, public_id: str, message_id: str) -> tuple[Seat, Message]:
    """The seat and one message of that conversation, or NotFound."""
    here = seat(user, public_id)
    rows = Message.objects.filter(conversation=here.conversation, public_id=message_id).select_related("by", "report")
    message = rows.first()
    if message is None:
        raise NotFound(_("There is no such message, or it is not open to you."))
    return here, message


def file_read(user: Any, public_id: str, file_id: str) -> Attachment:
    """A file of a message that is shown, or NotFound. Whoever judges a report opens the files of hidden messages too."""
    here = seat(user, public_id)
    rows = Attachment.objects.filter(message__conversation=here.conversation, public_id=file_id)
    if here.side:
        rows = rows.filter(message__withdrawn_at=None, message__hidden_at=None)
    file = rows.first()
    if file is None:
        raise NotFound(_("There is no such file, or it is not open to you."))
    return file


def may_write(user: Any, here: Seat) -> bool:
    """May this person write for the side? Also asked by templates; whether the conversation is open is another question."""
    return bool(here.side) and can(user, May.ANSWER, organisation=here.match.listing(here.side).owner_id)


def names_people(user: Any, match: Match, side: str) -> bool:
    """Are the people of `side` named before this reader? Once both have accepted, or when the owner chose to be public."""
    owner = match.listing(side).owner
    known = match.state == MatchState.AGREED or owner.contact_public or owner.pk in user.organisation_ids
    return known or can(user, May.REVIEW_MATCHES, city=match.opportunity.city)


def reports_visible(user: Any) -> ReportQuerySet:
    """Reports from the cities that this person reviews, without those about the own organisation's talks."""
    own = of_either_side(user.organisation_ids)
    return Report.objects.of_cities(reviewed_cities(user)).exclude(message__conversation__match__in=own)


def report_read(user: Any, public_id: str) -> Report:
    """The report for a reviewer of its city who sits on neither side, or NotFound."""
    report: Report | None = reports_visible(user).whole().filter(public_id=public_id).first()
    if report is None:
        raise NotFound(_("There is no such report, or it is not open to you."))
    return report


def said_after(user: Any, after: datetime) -> bool:
    """Whether anything was said after that time in a conversation of this person's organisations."""
    mine = Conversation.objects.of_organisations(user.organisation_ids)
    return bool(user.organisation_ids) and Message.objects.filter(conversation__in=mine, at__gt=after).exists()


def waiting_of(user: Any) -> Any:
    """How many conversations hold something new, and for a reviewer how many reports wait; an expression for one query."""
    if not user.cities:
        return unread_conversations(user)
    rows = reports_visible(user).waiting().order_by()
    counted = rows.annotate(n=Func(F("pk"), function="COUNT")).values("n")
    reports = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return unread_conversations(user) + reports if user.organisation_ids else reports
