"""The door-keepers of listings. A stranger gets 404, never "403, so it exists"."""

from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.access import organisations_of
from accounts.models import Organisation
from accounts.permissions import can, check_can
from accounts.roles import May
from listings import kinds
from listings.models import ImportJob
from listings.states import State
from scenemarket.errors import NotAllowed, NotFound


def visible(kind: str, user: Any) -> QuerySet[Any]:
    """The listings of `kind` that this person may read."""
    return kinds.of(kind).model.objects.visible_to(user).select_related("owner", "batch", "programme")


def listing_read(user: Any, kind: str, public_id: str) -> Any:
    """The listing, or NotFound."""
    found = visible(kind, user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such listing, or it is not open to you."))
    return found


def listing_write(user: Any, kind: str, public_id: str, may: May = May.WRITE) -> Any:
    """The listing for a member of its owner who may `may`; NotFound for strangers, NotAllowed for viewers."""
    found = listing_read(user, kind, public_id)
    if not can(user, May.SEE, organisation=found.owner_id):
        raise NotFound(_("There is no such listing, or it is not open to you."))
    check_can(user, may, organisation=found.owner_id)
    return found


def listing_review(user: Any, kind: str, public_id: str) -> Any:
    """The listing for a reviewer of its city; NotAllowed for the owner's members, NotFound for everybody else."""
    found = listing_read(user, kind, public_id)
    if can(user, May.SEE, organisation=found.owner_id):
        check_can(user, May.REVIEW_LISTINGS, city=found.city)
    if not can(user, May.REVIEW_LISTINGS, city=found.city):
        raise NotFound(_("There is no such listing, or it is not open to you."))
    return found


def writing_organisation(user: Any) -> Organisation:
    """The organisation for which this person writes new listings; NotAllowed when there is none."""
    mine = organisations_of(user, May.WRITE)
    if not mine:
        raise NotAllowed(
            _(
                "Listings are written by editors and owners of an organisation. Join one, or ask its owner for that role."
            )
        )
    return mine[0]


def to_review(kind: str, user: Any) -> QuerySet[Any]:
    """The listings of `kind` that wait for this reviewer, longest waiting first."""
    rows = kinds.of(kind).model.objects.filter(state=State.SUBMITTED, city__in=user.cities)
    return rows.select_related("owner", "author", "batch", "programme").order_by("submitted_at", "pk")


def mine(kind: str, user: Any) -> QuerySet[Any]:
    """The listings of `kind` of this person's organisations, in every state: last touched first, what has ended last."""
    rows = kinds.of(kind).model.objects.filter(owner__in=user.organisation_ids)
    ended = Case(When(state=State.CLOSED, then=Value(1)), default=Value(0))
    return rows.select_related("owner").order_by(ended, "-updated_at", "-pk")


def sees_contacts(user: Any, listing: Any) -> bool:
    """Members of the owner, and everybody once the owner chose so; the other side of a deal sees them there, logged."""
    return bool(listing.owner.contact_public) or can(user, May.SEE, organisation=listing.owner_id)


def import_read(user: Any, public_id: str) -> ImportJob:
    """An import for those who may import for its organisation or city; NotFound for everybody else."""
    found: ImportJob | None = (
        ImportJob.objects.select_related("organisation", "batch").filter(public_id=public_id).first()
    )
    if found is None or not may_import(user, found.organisation, found.city):
        raise NotFound(_("There is no such import, or it is not open to you."))
    return found


def may_import(user: Any, organisation: Any, city: str) -> bool:
    """A reviewer imports for the city, a member for the own organisation."""
    if organisation is not None and can(user, May.IMPORT, organisation=organisation):
        return True
    return can(user, May.IMPORT, city=city)
