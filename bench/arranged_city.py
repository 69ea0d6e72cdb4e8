"""Rows of a city that has been matched, without texts worth reading: for timing what a reviewer waits for."""

from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Appointment, Organisation, OrganisationKind, User
from accounts.roles import Office
from capabilities.models import Capability
from listings.states import State
from matching.engine.model import Floats, Integers
from matching.models import MatchRun, RunPair, Scored
from matching.plan import Plan
from matching.services.bulk import copy
from matching.states import RunState, Side
from opportunities.models import Opportunity

CITY = "990900"


def city(
    opportunities: int, capabilities: int, needs: Integers, offers: Integers, scores: Floats
) -> tuple[MatchRun, User]:
    """A finished run that keeps these pairs (places of needs and offers), and a reviewer of its city."""
    reviewer = User.objects.create(email="bench@city.example", name="测一")
    Appointment.objects.create(user=reviewer, office=Office.REVIEWER, city=CITY)
    owners = Organisation.objects.bulk_create(
        [_owner(place, OrganisationKind.FIRM) for place in range(capabilities)]
        + [_owner(capabilities, OrganisationKind.AGENCY)]
    )
    common: dict[str, Any] = {"city": CITY, "field": "city", "state": State.PUBLISHED, "published_at": timezone.now()}
    right = Capability.objects.bulk_create(
        Capability(owner=owner, title=f"能力 {place}", **common) for place, owner in enumerate(owners[:-1])
    )
    left = Opportunity.objects.bulk_create(
        Opportunity(owner=owners[-1], title=f"机会 {place}", **common) for place in range(opportunities)
    )
    run = MatchRun.objects.create(
        city=CITY, state=RunState.READY, engine_settings=Plan().as_settings(), engine_version="bench"
    )
    for side, rows in ((Side.OPPORTUNITY, left), (Side.CAPABILITY, right)):
        Scored.objects.bulk_create(Scored(kind=side, city=CITY, listing_id=row.pk, version=1) for row in rows)
    pairs = zip(needs.tolist(), offers.tolist(), scores.tolist(), strict=True)
    copy(
        RunPair, ("run_id", "opportunity_id", "capability_id", "score", "eligible"),
        ((run.pk, left[need].pk, right[offer].pk, f"{score:.6f}", True) for need, offer, score in pairs),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return run, reviewer


def _owner(place: int, kind: str) -> Organisation:
    return Organisation(name=f"单位 {place}", uscc=f"B{place:017d}", kind=kind, city=CITY, verified_at=timezone.now())
