"""Say something, read it, take it back, report it, decide on the report."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from accounts.services import members_with, reviewers
from activity import live
from activity.models import Notice
from activity.services import read as read_notices
from activity.services import record, tell
from conversations.access import TALKING, Seat
from conversations.models import Attachment, Conversation, Message, Reading, Report
from conversations.states import REPORT_MOVES, ReportReason, ReportState
from matching.models import Match
from matching.states import Side, other
from scenemarket import uploads
from scenemarket.errors import Invalid, NotAllowed, TooMany, WrongState
from scenemarket.plaintext import tidy

MOST_LETTERS, MOST_FILES, MOST_BYTES = 4000, 3, 10 * 1024 * 1024
A_MINUTE, A_DAY = 10, 200
TAKE_BACK = timedelta(minutes=10)
CAME = "message.came"


def post(here: Seat, *, by: User, text: str, key: str, files: Sequence[Any] = ()) -> Message:
    """Say something for the own side, once per `key`; the other side is told. Returns the message.

    Raises NotAllowed, Invalid (empty, too long, a file that is not kept), TooMany, or WrongState when nobody talks any more.
    """
    _check_writes(here, by)
    text = tidy(text).strip()
    _check_content(text, files)
    with transaction.atomic():
        conversation = _opened(here.match, by)
        before = Message.objects.filter(conversation=conversation, by=by, key=key).first()
        return before or _say(conversation, here.side, by=by, text=text, key=key, files=files)


def _check_writes(here: Seat, by: User) -> None:
    if not here.side:
        raise NotAllowed(_("Only the two sides write here; nothing was sent."))
    check_can(by, May.ANSWER, organisation=here.match.listing(here.side).owner_id)


def _check_content(text: str, files: Sequence[Any]) -> None:
    faults: dict[str, list[object]] = {}
    if not text and not files:
        faults["text"] = [_("Write something or attach a file.")]
    if len(text) > MOST_LETTERS:
        faults["text"] = [_("At most %(n)s characters; please shorten it or attach a file.") % {"n": MOST_LETTERS}]
    if len(files) > MOST_FILES:
        faults["files"] = [_("At most %(n)s files with one message.") % {"n": MOST_FILES}]
    found = [sentence for file in files if (sentence := _file_fault(file))]
    if found:
        faults.setdefault("files", []).extend(found)
    if faults:
        raise Invalid(_("The message was not sent; what you wrote is still here."), faults=faults)


def _file_fault(file: Any) -> Any:
    if file.size > MOST_BYTES:
        return _("“%(name)s” has more than %(most)s; please send a smaller file.") % {
            "name": file_name(file), "most": filesizeformat(MOST_BYTES),
        }  # fmt: skip
    return uploads.fault(file)


def file_name(file: Any) -> str:
    """The name as people read it: without folders, unseen characters and what is too long; the ending stays."""
    name = PurePath(" ".join(tidy(str(file.name)).replace("\\", "/").split())).name or "file"
    ending = uploads.ending(file)
    return name.removesuffix(ending)[: 120 - len(ending)] + ending if name.lower().endswith(ending) else name[:120]


def _opened(match: Match, by: User) -> Conversation:
    """The conversation, locked, so that messages come in the order of their keys; the first message opens it."""
    state = Match.objects.values_list("state", flat=True).get(pk=match.pk)
    if state not in TALKING:
        raise WrongState(
            _("This suggestion has ended, so nothing more can be said here; what was said stays readable.")
        )
    _made, new = Conversation.objects.get_or_create(match=match)
    conversation = Conversation.objects.select_for_update(no_key=True).get(match=match)
    conversation.match = match
    if conversation.closed_at:
        raise WrongState(
            _("The reviewer has closed this conversation; nothing was sent. What was said stays readable.")
        )
    if new:
        record(by=by, verb="conversation.opened", subject=conversation, after="open")
    return conversation


def _say(conversation: Conversation, side: str, *, by: User, text: str, key: str, files: Sequence[Any]) -> Message:
    _check_pace(by)
    message = Message.objects.create(conversation=conversation, side=side, by=by, key=key, text=text)
    for number, file in enumerate(files, start=1):
        _attach(message, file, number)
    Conversation.objects.filter(pk=conversation.pk).update(last_at=Now())
    _have_read(conversation, side, by, message.pk)
    _tell_other(conversation, message)
    return message


def _check_pace(by: User) -> None:
    mine = Message.objects.filter(by=by)
    minute = mine.filter(at__gte=Now() - timedelta(minutes=1)).count()
    if minute >= A_MINUTE:
        raise TooMany(
            _(
                "You have sent %(n)s messages within a minute, so this one was not sent. It is still here: send it in a minute."
            )
            % {"n": minute}
        )
    if mine.filter(at__gte=Now() - timedelta(days=1)).count() >= A_DAY:
        raise TooMany(
            _("You have sent %(n)s messages within a day, so this one was not sent; it is still here.") % {"n": A_DAY}
        )


def _attach(message: Message, file: Any, number: int) -> None:
    shown = file_name(file)
    # the name on disk is ours: nothing that a person typed reaches the file system
    file.name = f"{message.public_id}-{number}{uploads.ending(file)}"
    Attachment.objects.create(message=message, file=file, name=shown, size=file.size)


def _tell_other(conversation: Conversation, message: Message) -> None:
    """One notice per person for a row of new messages: who has not opened the last one is not told again."""
    side = other(message.side)
    people = members_with(conversation.match.listing(side).owner, May.ANSWER)
    path = conversation.get_absolute_url()
    waiting = Notice.objects.filter(recipient__in=people, kind=CAME, path=path).unread()
    told = set(waiting.values_list("recipient_id", flat=True))
    tell(
        [person for person in people if person.pk not in told],
        kind=CAME, key=f"{CAME}:{message.public_id}", path=path,
        params={
            "title": conversation.match.listing(side).title, "other": conversation.match.listing(message.side).title,
            "message": message.public_id,
        },
    )  # fmt: skip
    _refresh(conversation)


def _refresh(conversation: Conversation) -> None:
    """Open pages of both sides show the thread as it is now."""
    people = {p.pk for side in Side.values for p in members_with(conversation.match.listing(side).owner, May.SEE)}
    live.tell("messages", people=sorted(people), public_id=conversation.public_id)


@transaction.atomic
def read(here: Seat, *, by: User, up_to: int) -> None:
    """This person has seen everything up to the message with that key; the other side sees "read", the bell falls silent."""
    if here.conversation and here.side and up_to:
        _have_read(here.conversation, here.side, by, up_to)
        read_notices(Notice.objects.filter(recipient=by, path=here.conversation.get_absolute_url()))


def _have_read(conversation: Conversation, side: str, by: User, up_to: int) -> bool:
    reading, new = Reading.objects.get_or_create(
        conversation=conversation, person=by, defaults={"side": side, "up_to": up_to}
    )
    return new or bool(Reading.objects.filter(pk=reading.pk, up_to__lt=up_to).update(up_to=up_to, at=Now()))


@transaction.atomic
def withdraw(here: Seat, message: Message, *, by: User) -> Message:
    """Take the own message back within ten minutes; raises NotAllowed or WrongState."""
    if message.by_id != by.pk:
        raise NotAllowed(_("Only who wrote a message takes it back; nothing was changed."))
    rows = Message.objects.shown().filter(pk=message.pk, at__gte=Now() - TAKE_BACK)
    if rows.update(withdrawn_at=Now()) != 1:
        raise WrongState(_("A message can be taken back within ten minutes; this one stays as it is."))
    record(by=by, verb="message.withdrawn", subject=message.conversation, before="shown", after="withdrawn")
    _refresh(message.conversation)
    return message


@transaction.atomic
def report(here: Seat, message: Message, *, by: User, reason: str, words: str = "") -> Report:
    """Bring a message of the other side before the city's reviewers; raises NotAllowed, Invalid or WrongState."""
    check_reportable(here, message, by=by)
    words = tidy(words).strip()
    if reason == ReportReason.OTHER and not words:
        raise Invalid(_("Nothing was reported."), faults={"words": [_("Please say what is wrong.")]})
    found, new = Report.objects.get_or_create(message=message, defaults={"by": by, "reason": reason, "words": words})
    if not new:
        raise WrongState(_("This message has been reported already; nothing was changed."))
    record(
        by=by, verb="message.reported", subject=message.conversation, after=ReportState.WAITING, reason=words or reason
    )
    _tell_reviewers(found)
    return found


def check_reportable(here: Seat, message: Message, *, by: User) -> None:
    """Raise NotAllowed unless this person may report the message: one of the other side, while it is shown."""
    _check_writes(here, by)
    if message.side == here.side or not message.is_shown:
        raise NotAllowed(_("Only a message of the other side can be reported, while it is shown; nothing was changed."))


def _tell_reviewers(found: Report) -> None:
    match = found.message.conversation.match
    tell(
        reviewers(match.opportunity.city),
        kind="message.reported", key=f"message.reported:{found.public_id}", path=found.get_absolute_url(),
        params={"title": match.opportunity.title, "other": match.capability.title},
    )  # fmt: skip


@transaction.atomic
def decide(found: Report, *, by: User, decision: str, words: str = "") -> Report:
    """The reviewer's decision: no ground, hide the message, or close the conversation; both sides are told.

    Raises NotAllowed, Invalid without words where something is hidden or closed, WrongState when it was decided already.
    """
    conversation = found.message.conversation
    check_can(by, May.REVIEW_MATCHES, city=conversation.log_city)
    words = tidy(words).strip()
    if decision not in REPORT_MOVES[ReportState.WAITING]:
        raise Invalid(_("Nothing was decided."), faults={"decision": [_("Choose one of the decisions.")]})
    if decision != ReportState.NO_GROUND and not words:
        raise Invalid(_("Nothing was decided."), faults={"words": [_("Say why; both sides read it.")]})
    rows = Report.objects.waiting().filter(pk=found.pk)
    if rows.update(state=decision, decision=words, decided_by=by, decided_at=Now()) != 1:
        raise WrongState(_("This report has been decided already; nothing was changed. Reload to see how."))
    found.refresh_from_db(fields=["state", "decision", "decided_by", "decided_at"])
    _carry_out(found, by)
    record(
        by=by, verb=f"report.{decision}", subject=conversation, before=ReportState.WAITING, after=decision, reason=words
    )
    _tell_decision(found)
    return found


def _carry_out(found: Report, by: User) -> None:
    if found.state == ReportState.HIDDEN:
        Message.objects.filter(pk=found.message_id).update(hidden_at=Now())
    if found.state == ReportState.CLOSED:
        rows = Conversation.objects.filter(pk=found.message.conversation_id, closed_at=None)
        rows.update(closed_at=Now(), closed_by=by)


def _tell_decision(found: Report) -> None:
    conversation = found.message.conversation
    for side in Side.values:
        listing, across = conversation.match.listing(side), conversation.match.listing(other(side))
        tell(
            members_with(listing.owner, May.ANSWER),
            kind=f"report.{found.state}", key=f"report.{found.state}:{found.public_id}", path=conversation.get_absolute_url(),
            params={"title": listing.title, "other": across.title, "words": found.decision or "—"},
        )  # fmt: skip
    _refresh(conversation)
