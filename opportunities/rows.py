"""An opportunity as a row of a list, and back: the keys are those of the official columns."""

from typing import Any

from codelists import regions
from listings import values as v
from listings.kinds import ListingKind
from opportunities.models import Opportunity

# what a list says more exactly than the field holds, kept so that an export gives it back
PLACE, NO_END, OWNER_KIND = "拟落地区域", "截止日期", "单位性质"


def fields_from(values: dict[str, Any]) -> dict[str, Any]:
    """Model fields from a list's keys; only keys that are there. `notes` holds what no field can."""
    fields: dict[str, Any] = {
        **v.texts(
            values, number="id", title="title", summary="summary", need="need", field="field", scene_type="scene_type",
            lead="lead", region="region_code", deliverables="deliverables", reference_case="reference_case",
            contact_name="contact", contact_phone="phone",
        ),
        **v.lists(
            values, technologies="technologies", cooperation="cooperation_mode", required_titles="required_titles",
            required_certs="required_certs",
        ),
        **v.amounts(values, budget_min_wan="budget_min_wan", budget_max_wan="budget_max_wan"),
        **v.present(values, min_trl="min_trl"),
        **v.industry(values),
        "notes": _notes(values),
    }  # fmt: skip
    if values.get("suggestions_at_most"):
        fields["handles_at_most"] = int(values["suggestions_at_most"])
    if "deadline" in values:
        fields["deadline"] = v.day(values["deadline"])
    if "service_region_required" in values:
        asked = values["service_region_required"]
        fields["supplier_regions"] = [v.LOCAL] if asked == v.LOCAL else v.places(asked)
    return fields


def _notes(values: dict[str, Any]) -> dict[str, str]:
    written = values.get("region")
    notes = {PLACE: written} if written and written != regions.name_of(values.get("region_code") or "") else {}
    if values.get("deadline_open"):
        notes[NO_END] = "长期有效"
    return {**notes, OWNER_KIND: values["owner_type"]} if values.get("owner_type") else notes


def values_from(listing: Opportunity) -> dict[str, Any]:
    """A list's keys from an opportunity; the inverse of fields_from."""
    notes, asked = listing.notes, listing.supplier_regions
    return {
        "id": listing.number or None,
        **{name: getattr(listing, name) or None for name in (
            "title", "summary", "need", "field", "scene_type", "lead", "deliverables", "reference_case", "technologies",
            "required_titles", "required_certs", "min_trl", "deadline",
        )},
        "sector": v.name_of("industry", listing.industry),
        "owner": listing.owner.name,
        "owner_type": notes.get(OWNER_KIND),
        "region": _place(listing),
        "region_code": listing.region or None,
        "cooperation_mode": listing.cooperation or None,
        "budget_min_wan": listing.budget_min_wan,
        "budget_max_wan": listing.budget_max_wan,
        "service_region_required": v.LOCAL if v.LOCAL in asked else v.place_names(asked) or None,
        "deadline_open": not listing.deadline and NO_END in notes,
        "contact": listing.contact_name or None,
        "phone": listing.contact_phone or None,
        "suggestions_at_most": listing.handles_at_most,
    }  # fmt: skip


def _place(listing: Opportunity) -> str | None:
    written = listing.notes.get(PLACE)
    if written and (regions.code_of(written) or "") == listing.region:
        return str(written)
    return regions.name_of(listing.region) if listing.region else None


KIND = ListingKind("opportunity", Opportunity, fields_from, values_from, owner_key="owner")
