"""Conflicts of interest: which pairs take a look of their own and are never approved in bulk, and why."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, OrganisationKind, User
from capabilities.models import Capability
from matching.models import Match
from opportunities.models import Opportunity

# a city holds these, in whole or in part
PUBLIC = (OrganisationKind.SOE, OrganisationKind.OPERATOR)


def linked(person: User) -> list[int]:
    """Keys of the organisations that this person belongs to, and of all others of the same owner groups."""
    own = person.organisation_ids
    if not own:
        return []
    groups = Organisation.objects.filter(pk__in=own).exclude(group="").values("group")
    found = Organisation.objects.filter(Q(pk__in=own) | Q(group__in=groups))
    return list(found.order_by("pk").values_list("pk", flat=True))


def held(links: list[int], cities: list[str]) -> Q:
    """The pairs of these cities that somebody linked to these organisations has to look at one by one.

    Which listings are meant is found first, so that no pair has to be joined to its owners.
    """
    mark = Q(conflict=True)
    for city in cities:
        offered = Capability.objects.filter(owner__kind__in=PUBLIC, owner__city=city)
        mark |= Q(opportunity__city=city, capability__in=offered.order_by().values("pk"))
    if links:
        mark |= Q(opportunity__in=Opportunity.objects.filter(owner__in=links).order_by().values("pk"))
        mark |= Q(capability__in=Capability.objects.filter(owner__in=links).order_by().values("pk"))
    return mark


def reasons(match: Match, links: list[int]) -> list[Any]:
    """The sentences behind the mark of one pair; none for a pair without. The listings' owners are read."""
    need, firm = match.opportunity.owner, match.capability.owner
    found: list[Any] = []
    if match.conflict:
        found.append(
            _("%(need)s and %(firm)s belong to the same owner group, “%(group)s”.")
            % {"need": need, "firm": firm, "group": need.group or firm.group}
        )
    elif firm.kind in PUBLIC and firm.city == match.opportunity.city:
        found.append(_("%(firm)s is held by the city that publishes the opportunity.") % {"firm": firm})
    own = [owner for owner in (need, firm) if owner.pk in links]
    found += [_("You are linked to %(name)s yourself.") % {"name": owner} for owner in own]
    return found


def bars(match: Match, person: User) -> bool:
    """Whether this person may not approve the pair: somebody linked to a side never does so for it."""
    return not {match.opportunity.owner_id, match.capability.owner_id}.isdisjoint(linked(person))
