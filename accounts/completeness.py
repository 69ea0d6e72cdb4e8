"""How complete an organisation's profile is, and what each missing piece would change."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation

FIRMS = ("firm", "institute")
# field, weight, icon, what is missing, what it would change; the last two only for those who supply
PIECES: tuple[tuple[str, int, str, Any, Any], ...] = (
    (
        "verified_at",
        3,
        "shield-check",
        _("Not verified by the city yet"),
        _("opens listings for verified organisations"),
    ),
    ("summary", 2, "file-description", _("No summary"), _("read beside each suggestion")),
    ("industry", 2, "building-factory-2", _("No industry"), _("affects matching")),
    ("region", 1, "map-pin", _("No district"), _("affects matching")),
    ("contact_name", 2, "user", _("No contact person"), _("needed once both have accepted")),
    ("contact_phone", 2, "phone", _("No telephone"), _("needed once both have accepted")),
    ("website", 1, "world", _("No website"), _("builds trust")),
)
TITLES = (
    "titles",
    3,
    "certificate",
    _("No titles or certificates"),
    _("lets you through conditions that ask for them"),
)


@dataclass(frozen=True)
class Completeness:
    """`value` from 0 to 100 and what lacks, weightiest first: icon, text, effect, field."""

    value: int
    lacks: list[dict[str, Any]]


def of_organisation(organisation: Organisation) -> Completeness:
    """What is filled in; titles count for firms and institutes only. One query for them."""
    pieces = [*PIECES, TITLES] if organisation.kind in FIRMS else list(PIECES)
    lacking = [piece for piece in pieces if not _has(organisation, piece[0])]
    whole = sum(weight for _field, weight, *_rest in pieces)
    value = round(100 * (whole - sum(piece[1] for piece in lacking)) / whole)
    rows = sorted(lacking, key=lambda piece: -piece[1])
    return Completeness(
        value, [{"field": f, "icon": icon, "text": text, "effect": effect} for f, _w, icon, text, effect in rows]
    )


def _has(organisation: Organisation, field: str) -> bool:
    return organisation.titles.exists() if field == "titles" else bool(getattr(organisation, field))
