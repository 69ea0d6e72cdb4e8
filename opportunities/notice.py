"""How an opportunity reads: as a row of a list, and as the official notice."""

from typing import Any

from django.utils.translation import gettext as _

from codelists import names
from listings.states import State
from listings.wording import opening, points
from opportunities.models import Opportunity
from scenemarket import figures
from scenemarket.templatetags.ui import due
from scenemarket.templatetags.ui import state as state_tag

LOCAL = "local"


def row(listing: Opportunity) -> dict[str, Any]:
    """What a row of the list shows (templates/_components/listing_row.html)."""
    return {
        "url": listing.get_absolute_url(),
        "title": listing.title,
        "summary": opening(listing.summary),
        "field": listing.field,
        "field_name": names.name("field", listing.field),
        "meta": [str(listing.owner), names.name("region", listing.region), modes(listing), listing.number],
        "figure": figures.money_range(listing.budget_min_wan, listing.budget_max_wan),
        "due": listing.deadline,
        "state": _standing(listing),
    }


def _standing(listing: Opportunity) -> str:
    """What stands in the place of the deadline: the state of what is not open, the words for what has no end."""
    if listing.state != State.PUBLISHED:
        return state_tag(listing)
    return "" if listing.deadline else due(None)


def modes(listing: Opportunity) -> str:
    """The cooperation modes in their order: "试点验证 → 政府采购"."""
    return " → ".join(names.name("cooperation", code) for code in listing.cooperation)


def notice(listing: Opportunity, contacts: bool) -> dict[str, Any]:
    """What templates/opportunities/_notice.html draws; `contacts` says whether this reader may see them."""
    return {
        "tags": [
            names.name(*pair) for pair in (("field", listing.field), ("scene_type", listing.scene_type)) if pair[1]
        ]
        + [names.name("cooperation", code) for code in listing.cooperation],
        "place": names.name("region", listing.region),
        "deliverables": points(listing.deliverables),
        "conditions": _conditions(listing),
        "route": route(listing),
        "requirements": _requirements(listing),
        "terms": _terms(listing, contacts),
    }


def _conditions(listing: Opportunity) -> list[dict[str, str]]:
    rows = [
        ("map-pin", _("Site"), listing.site), ("database", _("Data"), listing.data_offered),
        ("tool", _("Equipment"), listing.equipment), ("users", _("Users"), listing.users_offered),
    ]  # fmt: skip
    return [{"icon": icon, "title": title, "text": text} for icon, title, text in rows if text]


def route(listing: Opportunity) -> list[dict[str, str]]:
    """The way from the first cooperation to adoption, as steps of a timeline."""
    if not (listing.cooperation or listing.procurement or listing.approval or listing.decider):
        return []
    money = figures.money_range(listing.budget_min_wan, listing.budget_max_wan, unknown=" ").strip()
    bought = [names.name("procurement", listing.procurement), money, listing.budget_source]
    steps = [{"title": names.name("cooperation", code), "text": ""} for code in listing.cooperation]
    if listing.decider or listing.approval:
        decided = "，".join(word for word in (listing.decider, listing.approval) if word)
        steps.insert(1 if len(steps) > 1 else len(steps), {"title": _("Decision"), "text": decided})
    if listing.procurement and "procurement" not in listing.cooperation:
        steps.append({"title": _("Procurement"), "text": ""})
    for step in steps[::-1]:
        if step["title"] != _("Decision"):
            step["text"] = "，".join(word for word in bought if word)
            break
    # one step is no way; its amount stands among the terms
    return [{**step, "state": "now" if i == 0 else ""} for i, step in enumerate(steps)] if len(steps) > 1 else []


def _requirements(listing: Opportunity) -> list[tuple[Any, Any]]:
    level = listing.min_trl
    return [
        (_("Technology readiness"), _("TRL %(level)s or higher: %(words)s") % {
            "level": level, "words": names.name("trl", str(level))} if level else None),
        (_("Titles and certificates"), "；".join([*listing.required_titles, *listing.required_certs])),
        (_("Where suppliers may come from"), places(listing.supplier_regions) or _("Anywhere")),
        (_("Technologies"), "、".join(listing.technologies)),
    ]  # fmt: skip


def places(codes: list[str]) -> str:
    """Where suppliers may come from, in words; "" for anywhere."""
    return "、".join(_("This city only") if code == LOCAL else names.name("region", code) for code in codes)


def _terms(listing: Opportunity, contacts: bool) -> list[tuple[Any, Any]]:
    rows = [
        (_("Budget"), figures.money_range(listing.budget_min_wan, listing.budget_max_wan)),
        (_("Lead department"), listing.lead),
        (_("Industry"), names.name("industry", listing.industry)),
        (_("Policy category"), names.name("policy", listing.policy)),
        (_("Reference case"), listing.reference_case),
        (_("Open to"), listing.get_visibility_display()),
    ]
    contact = "，".join(word for word in (listing.contact_name, listing.contact_phone) if word)
    rows.append((_("Contact"), contact if contacts else _("Shown to both sides once both have agreed")))
    return [row for row in rows if row[1]]
