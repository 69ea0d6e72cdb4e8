"""What surrounds a notice: actions by role, own listings of the other side, versions, similar ones, who opened it."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind
from accounts.permissions import can
from accounts.roles import May
from activity.models import Event
from listings import access, faces, held, kinds
from listings.models import Version
from listings.quality import quality
from listings.states import DELETABLE, EDITABLE, MOVES, State

SIMILAR, VERSIONS, OWN, EVENTS = 4, 10, 5, 12
# who is invited to publish what; nobody is refused, the reviewer decides
OFFERS = {
    "opportunity": {
        OrganisationKind.AGENCY,
        OrganisationKind.SOE,
        OrganisationKind.OPERATOR,
        OrganisationKind.INSTITUTE,
    },
    "capability": {OrganisationKind.FIRM, OrganisationKind.INSTITUTE, OrganisationKind.SOE},
}
# label, style, icon, and whether a page asks first
SHOWN_MOVES: dict[str, tuple[Any, str, str, bool]] = {
    "submit": (_("Submit for review"), "pri", "send", False),
    "approve": (_("Approve"), "pri", "check", False),
    "send_back": (_("Return"), "", "arrow-back-up", True),
    "resume": (_("Resume"), "pri", "player-play", False),
    "pause": (_("Pause"), "", "player-pause", False),
    "close": (_("End it"), "bad", "flag", True),
    "delete": (_("Delete the draft"), "bad", "trash", True),
}


def context(user: Any, listing: Any) -> dict[str, Any]:
    """Everything that templates/listings/detail.html draws for this reader."""
    face = faces.of(listing.log_kind)
    inside = can(user, May.SEE, organisation=listing.owner_id)
    reviews = can(user, May.REVIEW_LISTINGS, city=listing.city)
    return {
        "listing": listing, "face": face, "kind": face.code,
        "notice": face.notice(listing, access.sees_contacts(user, listing)),
        "actions": actions(user, listing), "inside": inside, "reviews": reviews,
        "edit_url": reverse(f"{face.code}-edit", args=[listing.public_id]) if may_edit(user, listing) else "",
        "versions": versions(listing), "similar": held.similar(face.code, user, listing, SIMILAR),
        "own": own(user, listing, face.other),
        "may_offer": may_offer(user, listing, face.other), "owner": _owner(listing),
        "quality": quality(listing, face.hints) if inside or reviews else None,
        "events": Event.objects.about(listing.log_kind, listing.public_id)[:EVENTS] if inside or reviews else [],
    }  # fmt: skip


def may_edit(user: Any, listing: Any) -> bool:
    return listing.state in EDITABLE and can(user, May.WRITE, organisation=listing.owner_id)


def actions(user: Any, listing: Any) -> list[dict[str, Any]]:
    """The moves that this person can make now, in the order of the table above."""
    return [action(listing, name) for name in SHOWN_MOVES if _may(user, listing, name)]


def _may(user: Any, listing: Any, name: str) -> bool:
    if name == "delete":
        fresh = listing.state in DELETABLE and not listing.submitted_at
        return fresh and can(user, May.WRITE, organisation=listing.owner_id)
    move = MOVES[name]
    if listing.state not in move.sources:
        return False
    if move.side == "owner":
        return can(user, move.may, organisation=listing.owner_id)
    return can(user, move.may, city=listing.city) and listing.author_id != user.pk


def action(listing: Any, name: str) -> dict[str, Any]:
    """How a move is drawn: label, style, icon, address, and whether a page asks first."""
    label, style, icon, asks = SHOWN_MOVES[name]
    url = reverse(f"{listing.log_kind}-move", args=[listing.public_id, name.replace("_", "-")])
    return {"name": name, "label": label, "kind": style, "icon": icon, "url": url, "asks": asks}


def versions(listing: Any) -> list[dict[str, Any]]:
    """The last versions, newest first, each with the names of the fields that it changed. Values stay inside."""
    rows = list(Version.objects.filter(kind=listing.log_kind, listing_id=listing.pk)[: VERSIONS + 1])
    older = [*rows[1:], None]
    return [
        {"number": row.number, "at": row.at, "fields": _changed(listing, row, before)}
        for row, before in zip(rows, older, strict=False)
    ][:VERSIONS]


def _changed(listing: Any, row: Version, before: Version | None) -> list[Any]:
    if before is None:
        return []
    names = [name for name, value in row.content.items() if before.content.get(name) != value]
    return [listing._meta.get_field(name.removesuffix("_id")).verbose_name for name in names if hasattr(listing, name)]


def own(user: Any, listing: Any, other: str) -> list[dict[str, Any]]:
    """This person's own open listings of the other side, each with the address that says why it fits or not."""
    if not user.is_authenticated or not user.organisation_ids or listing.state != State.PUBLISHED:
        return []
    if listing.owner_id in user.organisation_ids:
        return []
    rows: Any = kinds.of(other).model.objects.visible_to(user).open().filter(owner__in=user.organisation_ids)[:OWN]
    return [{"title": row.title, "url": _why(listing, row)} for row in rows]


def may_offer(user: Any, listing: Any, other: str) -> bool:
    """Whether this person's organisation is of the kind that publishes the other side, and not the owner itself."""
    organisation = user.organisation if user.is_authenticated else None
    if organisation is None or organisation.pk == listing.owner_id:
        return False
    return organisation.kind in OFFERS[other] and can(user, May.WRITE, organisation=organisation)


def _why(listing: Any, row: Any) -> str:
    pair = (listing, row) if listing.log_kind == "opportunity" else (row, listing)
    try:
        return reverse("why", args=[side.public_id for side in pair])
    except NoReverseMatch:
        return row.get_absolute_url()


def _owner(listing: Any) -> dict[str, Any]:
    """The card of the organisation, with how many listings of each kind it has open."""
    organisation = listing.owner
    figures = [
        (kinds.of(face.code).model.objects.of(organisation).open().count(), face.title) for face in faces.every()
    ]  # fmt: skip
    return {
        "name": organisation.name, "url": reverse("organisation", args=[organisation.public_id]), "figures": figures,
        "kind": organisation.get_kind_display(), "verified": organisation.is_verified,
    }  # fmt: skip
