"""The door-keepers of deals: the two sides, and the reviewer of the city. A stranger gets 404."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.permissions import can
from accounts.roles import May
from deals.models import Deal, DealQuerySet
from matching.access import reviewed_cities
from scenemarket.errors import NotAllowed, NotFound

UNKNOWN = _("There is no such deal, or it is not open to you.")


def visible(user: Any) -> DealQuerySet:
    """Deals of the own organisation, and of the cities that this person reviews."""
    if not user.is_authenticated:
        return Deal.objects.none()
    deals = Deal.objects
    return deals.of_organisations(user.organisation_ids) | deals.of_cities(reviewed_cities(user))


def deal_read(user: Any, public_id: str) -> Deal:
    """The deal with both listings, owners and evidence, or NotFound."""
    deal = visible(user).whole().filter(public_id=public_id).first()
    if deal is None:
        raise NotFound(UNKNOWN)
    return deal


def deal_write(user: Any, public_id: str) -> Deal:
    """The deal for a member of either side who may record steps; NotFound for strangers, NotAllowed for the rest."""
    deal = deal_read(user, public_id)
    if not may_write(user, deal):
        raise NotAllowed(
            _("Only the two sides record the steps of a deal, and your role does not allow it; nothing was changed.")
        )
    return deal


def may_write(user: Any, deal: Deal) -> bool:
    """May this person record a step? Also asked by templates."""
    owners = (deal.match.opportunity.owner_id, deal.match.capability.owner_id)
    return any(can(user, May.DEAL, organisation=owner) for owner in owners)
