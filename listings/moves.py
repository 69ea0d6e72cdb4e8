"""A move by its name: what page and API share. The rules are in `services`, the table in `states`."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from listings import access, services
from listings.models import Listing
from listings.states import MOVES, State
from scenemarket.errors import NotFound

DELETE = "delete"
_MAKE: dict[str, Callable[..., Any]] = {
    "submit": services.submit,
    "approve": services.approve,
    "send_back": services.send_back,
    "pause": services.pause,
    "resume": services.resume,
    "close": services.close,
    DELETE: services.delete_draft,
}
NEEDS_WORDS = ("send_back", "close")
DONE: dict[str, Any] = {
    "submit": _("“%(title)s” is submitted; the reviewer of your city has been told."),
    "approve": _("“%(title)s” is open; its owner has been told and matching starts by itself."),
    "send_back": _("“%(title)s” is returned; its owner has been told why."),
    "pause": _("“%(title)s” is paused; nothing is suggested for it until you resume."),
    "resume": _("“%(title)s” is open again."),
    "close": _("“%(title)s” is closed."),
    DELETE: _("The draft “%(title)s” is deleted."),
}


def named(word: str) -> str:
    """The move that stands in an address ("send-back"); NotFound for any other word."""
    name = word.replace("-", "_")
    if name not in _MAKE:
        raise NotFound(_("There is no such step."))
    return name


def listing_for(user: Any, kind: str, public_id: str, name: str) -> Listing:
    """The listing for somebody who may make this move at all; refuses like the door-keepers."""
    if name != DELETE and MOVES[name].side == "city":
        return access.listing_review(user, kind, public_id)
    return access.listing_write(user, kind, public_id)


def make(listing: Listing, name: str, *, by: User, reason: str = "") -> None:
    """Make the move; raises what the service raises."""
    _MAKE[name](listing, by=by, **({"reason": reason} if name in NEEDS_WORDS else {}))


def is_gone(name: str) -> bool:
    """Whether there is nothing left to show after the move."""
    return name == DELETE


def possible(name: str, state: str) -> bool:
    """Whether the table has this move from this state."""
    return state == State.DRAFT if name == DELETE else state in MOVES[name].sources
