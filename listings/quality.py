"""What makes a listing hard to match: fields that are missing or too short to mean anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hint:
    """Fulfilled when one of `fields` is filled, with at least `letters` characters. `lack` says what is missing, `effect` why it matters."""

    fields: tuple[str, ...]
    lack: Any
    effect: Any
    icon: str
    letters: int = 1
    weight: int = 1

    def holds(self, listing: Any) -> bool:
        return any(_filled(getattr(listing, name), self.letters) for name in self.fields)


@dataclass(frozen=True)
class Quality:
    """`value` from 0 to 100 and what lacks, weightiest first."""

    value: int
    lacks: list[dict[str, Any]]


def quality(listing: Any, hints: Sequence[Hint]) -> Quality:
    """How completely a listing says what a match needs."""
    lacking = [hint for hint in hints if not hint.holds(listing)]
    whole = sum(hint.weight for hint in hints) or 1
    value = round(100 * (whole - sum(hint.weight for hint in lacking)) / whole)
    rows = sorted(lacking, key=lambda hint: -hint.weight)
    return Quality(value, [{"icon": h.icon, "text": h.lack, "effect": h.effect, "field": h.fields[0]} for h in rows])


def _filled(value: Any, letters: int) -> bool:
    if isinstance(value, str):
        return len(value.strip()) >= letters
    return value not in (None, [])
