"""Listings as the engine reads them. A record is plain JSON in the keys of an official list, so that it can be kept."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Title
from capabilities.models import Capability
from codelists import regions
from listings import kinds
from listings.models import Visibility
from matching import intake
from matching.engine import Need, Offer, Settings
from opportunities.models import Opportunity

ENGINE_VERSION = Settings().version
# how to reach people is no reason to match
PRIVATE = ("contact", "phone", "uscc")


def need_record(opportunity: Opportunity) -> dict[str, Any]:
    """An opportunity as a record that can be kept; `id` is the public id."""
    record = kinds.of("opportunity").values_from(opportunity)
    place = record.get("region") or regions.name_of(opportunity.city)
    return _plain(
        {
            **record,
            "id": opportunity.public_id,
            "region": place,
            "owner_id": opportunity.owner.public_id,
            "only_verified": opportunity.visibility != Visibility.PUBLIC,
        }
    )


def offer_record(capability: Capability) -> dict[str, Any]:
    """A capability as a record, with the titles of its owner: what is verified counts before what is stated."""
    record = kinds.of("capability").values_from(capability)
    titles = [*map(_title, capability.owner.titles.all()), *(record.get("titles") or ())]
    return _plain(
        {
            **record,
            "id": capability.public_id,
            "titles": _one_of_each(titles),
            "owner_id": capability.owner.public_id,
            "owner_verified": capability.owner.is_verified,
        }
    )


def need(record: dict[str, Any]) -> Need:
    """A kept record as the engine's need."""
    return intake.need_of(record["id"], record, owner=record["owner_id"], only_verified=record["only_verified"])


def offer(record: dict[str, Any]) -> Offer:
    """A kept record as the engine's offer."""
    return intake.offer_of(record["id"], record, owner=record["owner_id"], verified=record["owner_verified"])


def _title(title: Title) -> dict[str, Any]:
    return {"name": title.name, "expires": title.expires, "verified": title.verified_at is not None}


def _one_of_each(titles: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Verified before stated, and of the same name the one that lasts longest; None when nothing is known."""
    best: dict[str, dict[str, Any]] = {}
    for title in sorted(titles, key=_worth, reverse=True):
        best.setdefault(title["name"], title)
    return list(best.values()) or None


def _worth(title: dict[str, Any]) -> tuple[bool, str]:
    expires = title.get("expires")
    return bool(title.get("verified")), expires.isoformat() if expires else "9999"


def _plain(value: Any) -> Any:
    """JSON values: amounts as numbers, days in ISO form; private keys are left out."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key not in PRIVATE}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
