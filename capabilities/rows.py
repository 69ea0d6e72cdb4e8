"""A capability as a row of a list, and back: the keys are those of the official columns."""

from typing import Any

from capabilities.models import Capability
from codelists import regions
from listings import values as v
from listings.kinds import ListingKind


def fields_from(values: dict[str, Any]) -> dict[str, Any]:
    """Model fields from a list's keys; only keys that are there. `notes` holds what no field can."""
    fields: dict[str, Any] = {
        **v.texts(values, number="id", title="title", summary="summary", field="field", category="category"),
        **v.lists(values, technologies="technologies", certs="certs", cases="cases"),
        **v.amounts(values, price_min_wan="price_min_wan", price_max_wan="price_max_wan"),
        **v.present(values, trl="trl"),
        **v.industry(values),
        "notes": {},
    }
    if "scenes" in values:
        fields["scenes"] = "\n".join(values["scenes"] or ())
    if "service_regions" in values:
        fields["service_regions"] = v.places(values["service_regions"])
    if "titles" in values:
        titles = values["titles"] or ()
        fields["stated_titles"] = [{"name": t["name"], "expires": v.iso(t.get("expires"))} for t in titles]
    return fields


def values_from(listing: Capability) -> dict[str, Any]:
    """A list's keys from a capability; the inverse of fields_from."""
    owner = listing.owner
    return {
        "id": listing.number or None,
        **{name: getattr(listing, name) or None for name in (
            "title", "summary", "field", "category", "technologies", "trl", "certs", "cases",
        )},
        "firm": owner.name,
        "uscc": owner.uscc,
        "firm_city": regions.name_of(owner.region or owner.city),
        "sector": v.name_of("industry", listing.industry),
        "scenes": [line for line in listing.scenes.split("\n") if line.strip()] or None,
        "titles": [{"name": t["name"], "expires": v.day(t.get("expires"))} for t in listing.stated_titles] or None,
        "service_regions": v.place_names(listing.service_regions) or None,
        "price_min_wan": listing.price_min_wan,
        "price_max_wan": listing.price_max_wan,
        "contact": owner.contact_name or None if owner.contact_public else None,
        "phone": owner.contact_phone or None if owner.contact_public else None,
    }  # fmt: skip


KIND = ListingKind("capability", Capability, fields_from, values_from, owner_key="firm")
