"""The life of a listing as tables. What is not listed is refused with a sentence."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import May


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Awaiting review")
    RETURNED = "returned", _("Returned")
    PUBLISHED = "published", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class CloseReason(models.TextChoices):
    MATCHED = "matched", _("Matched")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


@dataclass(frozen=True)
class Move:
    """One change of state: from where, to where, and which permission it takes.

    `side` is "owner" (membership of the owning organisation) or "city" (appointment for the listing's city).
    """

    sources: frozenset[str]
    target: str
    may: May
    side: str
    needs_reason: bool = False


MOVES: dict[str, Move] = {
    "submit": Move(frozenset({State.DRAFT, State.RETURNED}), State.SUBMITTED, May.WRITE, "owner"),
    "approve": Move(frozenset({State.SUBMITTED}), State.PUBLISHED, May.REVIEW_LISTINGS, "city"),
    "send_back": Move(frozenset({State.SUBMITTED}), State.RETURNED, May.REVIEW_LISTINGS, "city", needs_reason=True),
    "pause": Move(frozenset({State.PUBLISHED}), State.PAUSED, May.WRITE, "owner"),
    "resume": Move(frozenset({State.PAUSED}), State.PUBLISHED, May.WRITE, "owner"),
    "close": Move(frozenset({State.PUBLISHED}), State.CLOSED, May.WRITE, "owner"),
}
EDITABLE = frozenset({State.DRAFT, State.RETURNED, State.PUBLISHED})
DELETABLE = frozenset({State.DRAFT})
