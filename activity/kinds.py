"""What people can be told. Each app registers its kinds when Django starts; words and checks live with the app."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from scenemarket.figures import day

# what people choose by; the first word of a kind's code says to which of them it belongs
TOPICS: dict[str, Any] = {
    "matches": _("Suggestions, answers and deals"),
    "messages": _("Messages"),
    "listings": _("Your listings and imports"),
    "searches": _("New results of saved searches"),
    "work": _("Reviews, runs and registrations"),
    "team": _("Team and account"),
}
FIRST_WORDS = {
    "match": "matches", "deal": "matches", "message": "messages", "report": "messages", "listing": "listings",
    "import": "listings", "saved": "searches", "run": "work", "ranker": "work", "organisation": "work", "team": "team",
}  # fmt: skip


def always(notice: Any) -> str:
    """The check of a kind that is never withheld."""
    return ""


@dataclass(frozen=True)
class Kind:
    """`title` and `body` are lazy translations with %(name)s places; `withhold(notice)` returns why not to send, or ""."""

    code: str
    title: Any
    body: Any
    action: Any
    withhold: Callable[[Any], str] = always

    @property
    def topic(self) -> str:
        """One of TOPICS."""
        return FIRST_WORDS.get(self.code.partition(".")[0], "work")

    def check(self, params: dict[str, Any]) -> None:
        """Raise KeyError when `params` lack a place of the title."""
        str(self.title) % params

    def say_title(self, params: dict[str, Any]) -> str:
        return str(self.title) % _Given(_worded(params))

    def say_body(self, params: dict[str, Any]) -> str:
        return str(self.body) % _Given(_worded(params))


def _worded(params: dict[str, Any]) -> dict[str, Any]:
    """A day is kept as ISO and said as the reader's language says it."""
    due = params.get("due")
    return params | {"due": day(date.fromisoformat(due))} if due else params


class _Given(dict[str, Any]):
    """What a notice was told with. Words may have got a new place since; one old notice must not take the inbox away."""

    def __missing__(self, name: str) -> str:
        return "—"


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; the same code twice is a mistake in the code and raises ValueError."""
    if kind.code in _kinds and _kinds[kind.code] != kind:
        raise ValueError(f"kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def codes_of(topic: str) -> list[str]:
    """The kinds of a topic."""
    return [code for code, kind in _kinds.items() if kind.topic == topic]


def of(code: str) -> Kind:
    return _kinds[code]
