"""What stands beside the form of a listing: who could do it now, which condition costs how many, what is there already."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import can
from accounts.roles import May
from listings import access, faces, writing
from listings.apart import told_apart
from listings.models import Kind, Listing, SavedDraft
from listings.states import DELETABLE, State
from matching import why_page
from matching.engine import Offer
from matching.services import whatif
from matching.services import writing as services
from scenemarket.errors import NotFound

NOTHING_TYPED = gettext_lazy("Nothing has been typed yet that could be told apart from it; nothing was kept.")
FIT_FIELDS = {
    "min_trl": "min_trl", "required_titles": "required_titles", "required_certs": "required_certs",
    "service_region_required": "supplier_regions", "service_regions": "region", "budget": "budget_max_wan",
}  # fmt: skip


def opened(
    user: Any, kind: str, public_id: str, *, reviews: bool = False
) -> tuple[Any, Listing | None, SavedDraft | None]:
    """The listing as this person has typed it, the saved one and the unsaved work. NotFound, NotAllowed.

    With `reviews` the reviewers of its city are let in too, to the listing as it was submitted.
    """
    if kind not in Kind.values:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if not public_id:
        made, kept = writing.written_by(user, kind, None)
        return made, None, kept
    if reviews:
        found = access.listing_read(user, kind, public_id)
        if not can(user, May.SEE, organisation=found.owner_id) and can(user, May.REVIEW_LISTINGS, city=found.city):
            return found, found, None
    listing = access.listing_write(user, kind, public_id)
    made, kept = writing.written_by(user, kind, listing)
    return made, listing, kept


def fit(user: Any, made: Any, listing: Listing | None) -> dict[str, Any]:
    """Who could do it now: figures of the last run's lists for the text as it is typed. Raises NotPrepared."""
    context = _page(made, listing, _("Who could do it now")) | {"enough": services.says_anything(made)}
    if not context["enough"]:
        return context
    record = services.record_of(made)
    corpus = services.corpus_for(made.city, record)
    if isinstance(record, Offer):
        told = whatif.doors_in(corpus, record) if corpus else (0, [])
        return context | {"first": why_page.FIRST, **why_page.doors_told(*told, user, context["form_url"])}
    found = whatif.costs_in(corpus, made) if corpus else None
    return context | {"cost": found, "rungs": _rungs(found, made), "conditions": _conditions(found)}


def _rungs(found: whatif.Cost | None, made: Any) -> list[dict[str, Any]]:
    return [
        {"level": rung.level, "left": rung.left, "now": rung.level == made.min_trl} for rung in (found.ladder if found else ())
    ]  # fmt: skip


def _conditions(found: whatif.Cost | None) -> list[dict[str, Any]]:
    """All but readiness, which has its ladder; of what could be asked instead, what lets somebody in."""
    if found is None:
        return []
    return [
        {"cost": cost, "field": FIT_FIELDS.get(cost.item, ""), "eased": [e for e in cost.eased if e[1] > found.left]}
        for cost in found.conditions
        if cost.item != "min_trl"
    ]


def near(user: Any, made: Any, listing: Listing | None, kept: SavedDraft | None, *, reviewing: bool) -> dict[str, Any]:
    """Listings that say nearly the same, with the passages in common, and what can be done about each. Raises NotPrepared."""
    context = _page(made, listing, _("Is it there already?")) | {
        "enough": services.says_anything(made),
        "reviewing": reviewing,
    }
    if not context["enough"]:
        return context
    if reviewing and listing:
        # the form behind the first crumb is the owner's alone
        context["crumbs"] = [(listing.title, listing.get_absolute_url()), context["crumbs"][-1]]
    known = told_apart(made.log_kind, made.public_id if listing else "", kept)
    args = [made.log_kind, listing.public_id] if listing else [made.log_kind]
    return context | {
        "rows": services.near_ones(user, made, known), "withdraw_url": "" if reviewing else _withdrawal(listing, made.log_kind),
        "apart_url": reverse("writing-apart" if listing else "writing-apart-new", args=args),
        "discard_url": "" if listing or reviewing else reverse(f"{made.log_kind}-discard"),
    }  # fmt: skip


def _withdrawal(listing: Listing | None, kind: str) -> str:
    """Where an own draft or open listing is given up in favour of another one; "" where that is not possible."""
    if listing is None:
        return ""
    if listing.state in DELETABLE and not listing.submitted_at:
        return reverse(f"{kind}-move", args=[listing.public_id, "delete"])
    return reverse(f"{kind}-move", args=[listing.public_id, "close"]) if listing.state == State.PUBLISHED else ""


def _page(made: Any, listing: Listing | None, title: str) -> dict[str, Any]:
    face = faces.of(made.log_kind)
    args = [listing.public_id] if listing else []
    form = reverse(f"{face.code}-edit" if listing else f"{face.code}-new", args=args)
    name = made.title or face.new_title
    return {
        "made": made,
        "listing": listing,
        "kind": face.code,
        "form_url": form,
        "title": title,
        "crumbs": [(name, form), (title, "")],
    }
