"""What the pages of reasons show: where a pair stands, what would change it, what opens doors, what conditions cost."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import can
from accounts.roles import May
from capabilities.models import Capability
from listings.access import visible
from matching.services import whatif
from opportunities.models import Opportunity
from scenemarket.errors import NotFound

FOUND = 12
FIRST = 50  # places on an opportunity's list
LOW = 0.25  # of the points for need and offer


def inside(user: Any, listing: Any, city: str) -> bool:
    """Whether this person works for the owner of a listing, or reviews the matches of the city."""
    return can(user, May.SEE, organisation=listing.owner_id) or can(user, May.REVIEW_MATCHES, city=city)


def check_inside(user: Any, listing: Any) -> None:
    """NotFound for everybody but the owner's members and the reviewers of the listing's city."""
    if not inside(user, listing, listing.city):
        raise NotFound(_("There is no such page, or it is not open to you."))


def place(opportunity: Opportunity, capability: Capability) -> dict[str, Any] | None:
    """Where the pair stands: rank, whether that is on the list, and the parts beside the compared one's."""
    found = whatif.place_of(opportunity, capability)
    if found is None:
        return None
    rows: list[dict[str, Any]] = [
        {"code": gap.part, "label": label, "mine": gap.mine, "theirs": gap.theirs, "less": gap.difference}
        for label, gap in found.gaps
    ]
    behind = [row for row in rows if row["less"] > 0]
    return {
        "rank": found.rank, "count": found.count, "compared": found.compared, "behind": found.behind, "rows": rows,
        "first": FIRST, "listed": found.rank <= FIRST, "why": _(", ").join(_less(row) for row in behind[:3]),
    }  # fmt: skip


def _less(row: dict[str, Any]) -> str:
    if row["code"] == "barred":
        return _("%(points).1f points less because a condition is not met") % {"points": row["less"]}
    if row["mine"] is None:
        return _("“%(part)s” is not known") % {"part": row["label"]}
    return _("%(points).1f points less for “%(part)s”") % {"points": row["less"], "part": row["label"]}


def unlike(pair: dict[str, Any]) -> bool:
    """Whether the two texts of a pair (matching.pair) seem to be about different things."""
    texts = pair["parts"][0]
    return bool((texts["points"] or 0) < LOW * texts["of"])


def changes(opportunity: Opportunity, capability: Capability, *, may_edit: bool) -> list[dict[str, Any]]:
    """What would change the pair, each with the field of the form that says it."""
    edit = reverse("capability-edit", args=[capability.public_id]) if may_edit else ""
    return [
        {
            "words": found.words, "gain": found.change.gain, "score": found.change.score, "rank": found.change.rank,
            "opens": found.change.opens, "lifts": found.change.lifts, "all": found.change.code == "together",
            "url": f"{edit}#id_{found.field}" if edit and found.field else "",
        }
        for found in whatif.changes_of(opportunity, capability)
    ]  # fmt: skip


def doors(capability: Capability, user: Any) -> dict[str, Any]:
    """What would open most opportunities to a capability; of these, the ones that this person may read are named."""
    edit = reverse("capability-edit", args=[capability.public_id]) if _may_edit(user, capability) else ""
    return {"capability": capability, "first": FIRST, **doors_told(*whatif.doors_of(capability), user, edit)}


def doors_told(relevant: int, found: list[whatif.OpenDoor], user: Any, form_url: str) -> dict[str, Any]:
    """What opens opportunities, in rows; `form_url` is the form that has the fields, "" for none."""
    ids = {public_id for door in found for public_id in door.opportunities}
    known = {row.public_id: row for row in visible("opportunity", user).filter(public_id__in=ids)}
    rows = [
        {
            "words": door.words, "opens": door.opens, "raises": door.raises, "field": door.field,
            "url": f"{form_url}#id_{door.field}" if form_url and door.field else "",
            "opportunities": [known[i] for i in door.opportunities if i in known][:3],
        }
        for door in found
    ]  # fmt: skip
    return {"relevant": relevant, "rows": rows}


def _may_edit(user: Any, listing: Any) -> bool:
    return can(user, May.WRITE, organisation=listing.owner_id)


def costs(opportunity: Opportunity) -> dict[str, Any]:
    """What the conditions of an opportunity cost; easing that brings nobody is not offered."""
    found = whatif.costs_of(opportunity)
    rows = [
        {"cost": cost, "eased": [(asked, left) for asked, left in cost.eased if found and left > found.left]}
        for cost in (found.conditions if found else [])
    ]
    return {"opportunity": opportunity, "cost": found, "rows": rows}


def search(kind: str, user: Any, asked: str) -> list[Any]:
    """Open listings that this person may read, by number or words of the title."""
    words = asked.strip()[:60]
    if not words:
        return []
    listings: Any = visible(kind, user)
    rows = listings.open().filter(Q(title__icontains=words) | Q(number__iexact=words))
    return list(rows.order_by("title", "pk")[:FOUND])
