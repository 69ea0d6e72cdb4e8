"""What people are told about conversations."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, register
from conversations.models import Message, Reading


def unread_still(notice: Any) -> str:
    """Why the mail about a message is not needed any more, or ""."""
    message = Message.objects.shown().filter(public_id=notice.params["message"]).first()
    if message is None:
        return "the message was taken back or hidden"
    seen = Reading.objects.filter(conversation=message.conversation, person=notice.recipient_id, up_to__gte=message.pk)
    return "the receiver has read it meanwhile" if seen.exists() else ""


KINDS = (
    Kind(
        "message.came",
        title=_("New message: %(title)s"),
        body=_("The side of “%(other)s” has written to you about “%(title)s”."),
        action=_("Read and reply"),
        withhold=unread_still,
    ),
    Kind(
        "message.reported",
        title=_("A message was reported: %(title)s"),
        body=_(
            "In the conversation about “%(title)s” and “%(other)s” a message was reported. Please look at it and decide."
        ),
        action=_("Look at it"),
    ),
    Kind(
        "report.no_ground",
        title=_("Report examined: %(title)s"),
        body=_(
            "A message in the conversation with the side of “%(other)s” was reported. The reviewer found no ground; nothing was changed. %(words)s"
        ),
        action=_("Open the conversation"),
    ),
    Kind(
        "report.hidden",
        title=_("Message hidden: %(title)s"),
        body=_(
            "A message in the conversation with the side of “%(other)s” was reported, and the reviewer has hidden it: %(words)s"
        ),
        action=_("Open the conversation"),
    ),
    Kind(
        "report.closed",
        title=_("Conversation closed: %(title)s"),
        body=_(
            "After a report the reviewer has closed the conversation with the side of “%(other)s”: %(words)s What was said stays readable."
        ),
        action=_("Open the conversation"),
    ),
)


def register_kinds() -> None:
    """Called once when Django starts."""
    for kind in KINDS:
        register(kind)
