"""What makes a listing hard to match, to answer or to adopt: what is missing, too short, or vague. It advises and never blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SAID = 10  # a shorter text says nothing yet
# what the groups of advice are called, in the order in which they are shown
GROUPS = {"vague": _("Vague"), "missing": _("Missing"), "adoption": _("Missing for adoption")}


@dataclass(frozen=True)
class Hint:
    """Fulfilled when one of `fields` is filled, with at least `letters` characters. `lack` says what is missing, `effect` why it matters.

    With `told`, that is asked instead: it gives what to quote from the listing, an empty tuple, or None when all is well.
    `example` is the form of a good sentence; `group` a key of GROUPS. Where nothing is written nothing is vague: it only counts.
    """

    fields: tuple[str, ...]
    lack: Any
    effect: Any
    icon: str
    letters: int = 1
    weight: int = 1
    group: str = "missing"
    example: Any = ""
    told: Callable[[Any], tuple[str, ...] | None] | None = None

    def found(self, listing: Any) -> tuple[str, ...] | None:
        """What is to be quoted when it is not fulfilled, None when it is."""
        if self.told is not None:
            return () if self.is_mute(listing) else self.told(listing)
        return None if any(_filled(getattr(listing, name), self.letters) for name in self.fields) else ()

    def is_mute(self, listing: Any) -> bool:
        """Whether there is no text yet that it could be said of."""
        return self.group == "vague" and not any(_filled(getattr(listing, name), SAID) for name in self.fields)


@dataclass(frozen=True)
class Quality:
    """`value` from 0 to 100 and what lacks, weightiest first."""

    value: int
    lacks: list[dict[str, Any]]

    def groups(self) -> list[dict[str, Any]]:
        """What lacks by group; only groups that have something."""
        rows = {code: [row for row in self.lacks if row["group"] == code] for code in GROUPS}
        return [{"code": code, "title": GROUPS[code], "rows": found} for code, found in rows.items() if found]


def quality(listing: Any, hints: Sequence[Hint]) -> Quality:
    """How completely and how plainly a listing says what a match needs."""
    found = [(hint, quoted) for hint in hints if (quoted := hint.found(listing)) is not None]
    whole = sum(hint.weight for hint in hints) or 1
    value = round(100 * (whole - sum(hint.weight for hint, _quoted in found)) / whole)
    shown = sorted((each for each in found if not each[0].is_mute(listing)), key=lambda each: -each[0].weight)
    return Quality(value, [_row(*each) for each in shown])


def _row(hint: Hint, quoted: tuple[str, ...]) -> dict[str, Any]:
    return {
        "icon": hint.icon, "text": hint.lack, "effect": hint.effect, "field": hint.fields[0], "group": hint.group,
        "example": hint.example, "quoted": quoted,
    }  # fmt: skip


def _filled(value: Any, letters: int) -> bool:
    if isinstance(value, str):
        return len(value.strip()) >= letters
    return value not in (None, [])
