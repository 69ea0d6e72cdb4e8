"""What people are told about listings, and when a letter about one is held back because it is no longer true."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, register
from listings import import_notices, kinds
from listings.states import State


def while_in(*states: str) -> Callable[[Any], str]:
    """A check for the moment of sending: why not to send, or "" while the listing is in one of these states."""

    def withhold(notice: Any) -> str:
        kind, public_id = notice.params.get("listing_kind", ""), notice.params.get("listing", "")
        if not kind:
            return ""
        state = kinds.of(kind).model.objects.filter(public_id=public_id).values_list("state", flat=True).first()
        return "" if state in states else f"the listing is {state or 'gone'} now"

    return withhold


def register_kinds() -> None:
    """Called once when Django starts."""
    for kind in (*KINDS, *import_notices.KINDS):
        register(kind)


KINDS = (
    Kind(
        "listing.submitted",
        title=_("Awaiting your review: %(title)s"),
        body=_("%(owner)s has submitted “%(title)s” for review."),
        action=_("Review it"),
        withhold=while_in(State.SUBMITTED),
    ),
    Kind(
        "listing.approved",
        title=_("Published: %(title)s"),
        body=_("“%(title)s” has been approved and is open now. Matching starts by itself."),
        action=_("Open it"),
        withhold=while_in(State.PUBLISHED, State.PAUSED),
    ),
    Kind(
        "listing.returned",
        title=_("Returned: %(title)s"),
        body=_("“%(title)s” was returned. Reviewer's words: %(reason)s"),
        action=_("Revise it"),
        withhold=while_in(State.RETURNED),
    ),
    Kind(
        "listing.expired",
        title=_("Ended: %(title)s"),
        body=_(
            "The deadline of “%(title)s” has passed, so it was closed. Suggestions that nobody has answered are withdrawn."
        ),
        action=_("Open it"),
    ),
    Kind(
        "saved.new",
        title=_("%(n)s new: %(name)s"),
        body=_("Your saved search “%(name)s” has %(n)s new entries since you were last told."),
        action=_("Look at them"),
    ),
)
