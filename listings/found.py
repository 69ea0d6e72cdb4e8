"""What a search found, whoever searched: the room above that knows the engine makes itself known here when Django starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

# how `text` came from what was typed
HOW: dict[str, Any] = {
    "pinyin": _("read as pinyin"),
    "sound": _("same sound, other characters"),
    "spelling": _("other spelling"),
}


@dataclass(frozen=True)
class Found:
    """Keys of listings, best first, with their scores; who may see them is not asked here.

    `since`: what was touched later may not be among them. `text` is what was looked for, as typed or corrected (`how`).
    `also` names technologies that were looked for too, `marks` are the words to mark. `whole`: some listing has all words.
    """

    keys: list[int]
    scores: list[float]
    since: datetime
    text: str
    how: str = ""
    also: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    whole: bool = True


Finder = Callable[[str, str, bool], Found | None]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let `finder(kind, text, literal)` answer searches; None from it means that it cannot, yet."""
    _finders[:] = [finder]


def found(kind: str, text: str, *, literal: bool = False) -> Found | None:
    """The listings of `kind` for these words; None when only the database can be asked."""
    return _finders[0](kind, text, literal) if _finders and text.strip() else None


def ranked(kind: str, text: str, *, limit: int = 10_000) -> list[tuple[int, float]] | None:
    """(key, score) of the best listings for these words, best first; None when only the database can be asked."""
    here = found(kind, text)
    return None if here is None else list(zip(here.keys, here.scores, strict=True))[:limit]


@dataclass(frozen=True)
class Narrowed:
    """The rows of a written search, and the search in the one form in which it is kept."""

    rows: QuerySet[Any]
    normal: str


Lists = Callable[[str, str, Any], Narrowed]
_lists: list[Lists] = []


def register_lists(lists: Lists) -> None:
    """Let `lists(kind, query, user)` read written searches: filters stand above the services that keep such searches."""
    _lists[:] = [lists]


def narrowed(kind: str, query: str, user: Any) -> Narrowed:
    """A written search as this person may see it."""
    return _lists[0](kind, query, user)
