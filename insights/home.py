"""What the front page shows: live figures, the newest lists, programmes, landed deals. Every figure is a count of a list."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from capabilities.models import Capability
from deals.models import Deal, Evidence
from deals.states import Stage
from listings import registers
from listings.models import Batch, Kind, Programme
from listings.states import State
from matching.models import Match
from matching.states import MatchState
from opportunities.models import Opportunity

LANDED = (Stage.LANDED, Stage.REPLICATED)


@dataclass(frozen=True)
class Figures:
    """Counts over both lists and what came of them; `signed_wan` counts only deals with contract evidence."""

    opportunities: int
    opportunities_new: int
    capabilities: int
    capabilities_new: int
    pushed: int
    agreed: int
    landed: int
    signed_wan: Decimal


def figures() -> Figures:
    """Five queries, whatever the number of rows."""
    week = timezone.now() - timedelta(days=7)
    fresh = Count("pk", filter=Q(published_at__gte=week))
    needs = Opportunity.objects.filter(state=State.PUBLISHED).aggregate(n=Count("pk"), new=fresh)
    offers = Capability.objects.filter(state=State.PUBLISHED).aggregate(n=Count("pk"), new=fresh)
    matches = Match.objects.aggregate(
        pushed=Count("pk", filter=Q(pushed_at__isnull=False)), agreed=Count("pk", filter=Q(state=MatchState.AGREED))
    )
    return Figures(
        opportunities=needs["n"],
        opportunities_new=needs["new"],
        capabilities=offers["n"],
        capabilities_new=offers["new"],
        pushed=matches["pushed"],
        agreed=matches["agreed"],
        landed=Deal.objects.filter(stage__in=LANDED).count(),
        signed_wan=Evidence.objects.aggregate(s=Sum("amount_wan"))["s"] or Decimal(0),
    )


def newest_batches(limit: int = 5) -> list[Batch]:
    """The newest lists, each with `listings` (how many are public) and `owners`; three queries."""
    batches = list(registers.batches()[:limit])
    counts: dict[int, tuple[int, int]] = {}
    for kind, model in ((Kind.OPPORTUNITY, Opportunity), (Kind.CAPABILITY, Capability)):
        ids = [b.pk for b in batches if b.kind == kind]
        rows = model.objects.filter(batch__in=ids, state__in=[State.PUBLISHED, State.PAUSED, State.CLOSED])
        found = rows.order_by().values("batch").annotate(n=Count("pk"), o=Count("owner", distinct=True))
        counts |= {row["batch"]: (row["n"], row["o"]) for row in found}
    for batch in batches:
        batch.listings, batch.owners = counts.get(batch.pk, (0, 0))  # type: ignore[attr-defined]
    return batches


def programmes(limit: int = 3) -> list[Programme]:
    """Programmes with `needs` and `offers` counted; three queries."""
    found = list(Programme.objects.all()[:limit])
    ids = [p.pk for p in found]
    needs, offers = _per_programme(Opportunity, ids), _per_programme(Capability, ids)
    for programme in found:
        programme.needs, programme.offers = needs.get(programme.pk, 0), offers.get(programme.pk, 0)  # type: ignore[attr-defined]
    return found


def _per_programme(model: Any, ids: list[int]) -> dict[int, int]:
    rows = model.objects.filter(programme__in=ids, state=State.PUBLISHED).order_by()
    return dict(rows.values_list("programme").annotate(n=Count("pk")))


def newest_opportunities(limit: int = 4) -> list[Opportunity]:
    """The newest open, public needs with a deadline ahead."""
    rows = Opportunity.objects.open().filter(visibility="public").select_related("owner")
    return list(rows.order_by("-published_at", "-pk")[:limit])
