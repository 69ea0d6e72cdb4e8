"""How a capability reads: as a row of a list, and as a notice."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from capabilities.models import Capability
from codelists import names
from listings.states import State
from listings.wording import opening, points
from scenemarket import figures
from scenemarket.templatetags.ui import state as state_tag


def row(listing: Capability) -> dict[str, Any]:
    """What a row of the list shows (templates/_components/listing_row.html)."""
    return {
        "url": listing.get_absolute_url(),
        "title": listing.title,
        "summary": opening(listing.summary),
        "field": listing.field,
        "field_name": names.name("field", listing.field),
        "meta": [
            str(listing.owner),
            places(listing),
            listing.category,
            "、".join(listing.technologies[:3]),
            listing.number,
        ],
        "figure": f"TRL {listing.trl}" if listing.trl else _("TRL unknown"),
        "foot": figures.money_range(listing.price_min_wan, listing.price_max_wan, unknown=_("Price on request")),
        "state": "" if listing.state == State.PUBLISHED else state_tag(listing),
    }


def places(listing: Capability) -> str:
    """Where it is delivered, in words."""
    return "、".join(names.name("region", code) for code in listing.service_regions[:4])


def notice(listing: Capability, contacts: bool) -> dict[str, Any]:
    """What templates/capabilities/_notice.html draws; `contacts` says whether this reader may see them."""
    return {
        "tags": [word for word in (names.name("field", listing.field), listing.category) if word],
        "place": places(listing),
        "scenes": points(listing.scenes),
        "facts": _facts(listing),
        "tests": _tests(listing),
        "titles": [_title(title) for title in listing.stated_titles],
        "terms": _terms(listing, contacts),
    }


def _facts(listing: Capability) -> list[tuple[Any, Any]]:
    level = str(listing.trl or "")
    words = names.name("trl", level)
    return [
        (_("Technology readiness"), f"TRL {level}，{words}" if level else None),
        (_("Readiness on the 13-level scale"), listing.trl13),
        (_("Technologies"), "、".join(listing.technologies)),
        (_("Price"), figures.money_range(listing.price_min_wan, listing.price_max_wan, unknown=" ").strip()),
        (_("Service regions"), "、".join(names.name("region", code) for code in listing.service_regions)),
        (_("Projects at once"), listing.capacity),
        (_("Certificates"), "、".join(listing.certs)),
    ]


def _tests(listing: Capability) -> list[dict[str, str]]:
    rows = [
        ("flask", _("Technical test"), listing.test_technical),
        ("network", _("Infrastructure test"), listing.test_infrastructure),
        ("coin-yuan", _("Business model test"), listing.test_business),
        ("gavel", _("Rules test"), listing.test_rules),
    ]
    return [{"icon": icon, "title": title, "text": text} for icon, title, text in rows if text]


def _title(title: dict[str, Any]) -> dict[str, str]:
    expires = title.get("expires")
    note = (
        _("valid until %(day)s") % {"day": figures.exact(date.fromisoformat(expires))}
        if expires
        else _("validity unknown")
    )
    return {"name": title["name"], "note": note, "state": _("As stated"), "tone": ""}


def _terms(listing: Capability, contacts: bool) -> list[tuple[Any, Any]]:
    rows = [
        (_("Industry"), names.name("industry", listing.industry)),
        (_("Policy category"), names.name("policy", listing.policy)),
        (_("Open to"), listing.get_visibility_display()),
    ]
    owner = listing.owner
    contact = "，".join(word for word in (owner.contact_name, owner.contact_phone) if word)
    rows.append((_("Contact"), contact if contacts else _("Shown to both sides once both have agreed")))
    return [row for row in rows if row[1]]
