"""What the front page shows: live figures, the newest lists, programmes, landed deals. Every figure is a count of a list."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from capabilities.models import Capability
from listings import registers
from listings.models import Batch, Programme
from listings.states import State
from opportunities.models import Opportunity

SHOWN = (State.PUBLISHED, State.PAUSED, State.CLOSED)


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


# one statement, so that all figures are of one moment; each is counted from an index
COUNTED = """
    SELECT
        (SELECT count(*) FROM opportunities_opportunity WHERE state = 'published'),
        (SELECT count(*) FROM opportunities_opportunity WHERE state = 'published' AND published_at >= now() - interval '7 days'),
        (SELECT count(*) FROM capabilities_capability WHERE state = 'published'),
        (SELECT count(*) FROM capabilities_capability WHERE state = 'published' AND published_at >= now() - interval '7 days'),
        (SELECT count(*) FROM matching_match WHERE pushed_at IS NOT NULL),
        (SELECT count(*) FROM matching_match WHERE state = 'agreed'),
        (SELECT count(*) FROM deals_deal WHERE stage IN ('landed', 'replicated')),
        (SELECT coalesce(sum(amount_wan), 0) FROM deals_evidence WHERE amount_wan IS NOT NULL)
"""


def figures() -> Figures:
    """All figures in one query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        return Figures(*cursor.fetchone())


def newest_batches(limit: int = 5) -> list[Batch]:
    """The newest lists, each with `listings` (how many are public) and `owners`; one query."""
    shown = {"state__in": SHOWN}
    counted = {
        "listings": _of_each("batch", Count("pk"), **shown),
        "owners": _of_each("batch", Count("owner", distinct=True), **shown),
    }
    return list(registers.batches().annotate(**counted)[:limit])


def programmes(limit: int = 3) -> list[Programme]:
    """Programmes with `needs` and `offers` counted; one query."""
    needs = _in(Opportunity, "programme", Count("pk"), state=State.PUBLISHED)
    offers = _in(Capability, "programme", Count("pk"), state=State.PUBLISHED)
    return list(Programme.objects.annotate(needs=Coalesce(needs, 0), offers=Coalesce(offers, 0))[:limit])


def _of_each(group: str, count: Count, **which: Any) -> Any:
    """The count over both kinds: a list is of one of them."""
    return Coalesce(_in(Opportunity, group, count, **which), _in(Capability, group, count, **which), 0)


def _in(model: Any, group: str, count: Count, **which: Any) -> Subquery:
    rows = model.objects.filter(**{group: OuterRef("pk")}, **which).order_by().values(group)
    return Subquery(rows.annotate(counted=count).values("counted"))


def newest_opportunities(limit: int = 4) -> list[Opportunity]:
    """The newest open, public needs with a deadline ahead."""
    rows = Opportunity.objects.open().filter(visibility="public").select_related("owner")
    return list(rows.order_by("-published_at", "-pk")[:limit])
