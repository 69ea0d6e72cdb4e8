"""The door-keepers of matches and runs. A side sees a pair from its push on; a stranger gets 404."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.permissions import can
from accounts.roles import May
from listings.models import Visibility
from matching.models import Match, MatchQuerySet, MatchRun, Ranker, of_either_side
from matching.states import MatchState, RunOrigin, Side
from scenemarket.errors import NotFound

# what is before release, or was never released, is the reviewer's alone
SHOWN = frozenset({MatchState.PUSHED, MatchState.AGREED, MatchState.DECLINED, MatchState.EXPIRED, MatchState.WITHDRAWN})


def visible(user: Any) -> MatchQuerySet:
    """Matches that this person may read: those put before the own organisation, and all of the cities they review."""
    if not user.is_authenticated:
        return Match.objects.none()
    rows = Q(pk__in=of_either_side(user.organisation_ids), state__in=SHOWN, pushed_at__isnull=False)
    return Match.objects.filter(rows | Q(opportunity__city__in=reviewed_cities(user)))


def match_read(user: Any, public_id: str) -> Match:
    """The match with listings, owners, run and answers, or NotFound."""
    found = visible(user).select_related("opportunity__owner", "capability__owner", "run", "decided_by")
    match = found.prefetch_related("answers__by").filter(public_id=public_id).first()
    if match is None:
        raise NotFound(_("There is no such suggestion, or it is not open to you."))
    return match


def match_review(user: Any, public_id: str) -> Match:
    """The match for a reviewer of its city; NotFound for everybody else."""
    match = match_read(user, public_id)
    if not can(user, May.REVIEW_MATCHES, city=match.opportunity.city):
        raise NotFound(_("There is no such suggestion, or it is not open to you."))
    return match


def match_answer(user: Any, public_id: str) -> tuple[Match, str]:
    """The match and the side for which this person's organisation is asked; NotFound when it is on neither."""
    match = match_read(user, public_id)
    side = side_of(user, match)
    if not side:
        raise NotFound(_("There is no such suggestion, or it is not open to you."))
    return match, side


def side_of(user: Any, match: Match) -> str:
    """ "opportunity" or "capability" when the person's organisation owns that listing, else ""."""
    if not user.is_authenticated:
        return ""
    for side in Side.values:
        if match.listing(side).owner_id in user.organisation_ids:
            return side
    return ""


def sees_owner(user: Any, match: Match, side: str) -> bool:
    """May this person see who stands behind `side`? A public listing names its owner to everybody anyway.

    Otherwise the name opens when both have agreed, or when the owner chose to be public.
    """
    listing = match.listing(side)
    if listing.visibility == Visibility.PUBLIC or listing.owner.contact_public or match.state == MatchState.AGREED:
        return True
    return side_of(user, match) == side or can(user, May.REVIEW_MATCHES, city=match.opportunity.city)


def reviewed_cities(user: Any) -> list[str]:
    """Cities whose matches this person reviews."""
    return [city for city in user.cities if can(user, May.REVIEW_MATCHES, city=city)] if user.is_authenticated else []


def runs_visible(user: Any) -> QuerySet[MatchRun]:
    """Runs of the cities that this person reviews."""
    return MatchRun.objects.of_cities(reviewed_cities(user))


def full_runs_visible(user: Any) -> QuerySet[MatchRun]:
    """The same without increments, which are about one listing."""
    return runs_visible(user).exclude(origin=RunOrigin.INCREMENT)


def run_read(user: Any, public_id: str) -> MatchRun:
    """The run for a reviewer of its city, or NotFound."""
    run = runs_visible(user).select_related("by", "released_by").filter(public_id=public_id).first()
    if run is None:
        raise NotFound(_("There is no such run, or it is not open to you."))
    return run


def ranker_read(user: Any, public_id: str) -> Ranker:
    """The ranker for a reviewer of its city, or NotFound."""
    rows = Ranker.objects.of_cities(reviewed_cities(user)).select_related("by", "switched_on_by", "switched_off_by")
    ranker: Ranker | None = rows.filter(public_id=public_id).first()
    if ranker is None:
        raise NotFound(_("There is no such ranker, or it is not open to you."))
    return ranker


def may_meet(opportunity: Any, capability: Any) -> bool:
    """May each owner read the other's listing? Only then a pair is put forward.

    Listings for verified organisations meet verified organisations; those for an alliance stay inside their city.
    """
    return _opens_to(opportunity, capability.owner) and _opens_to(capability, opportunity.owner)


def _opens_to(listing: Any, organisation: Any) -> bool:
    if listing.visibility == Visibility.PUBLIC:
        return True
    here = listing.visibility == Visibility.VERIFIED or listing.city == organisation.city
    return bool(here and organisation.is_verified)
