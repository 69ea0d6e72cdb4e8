"""What the list of opportunities can be narrowed by."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Func, OrderBy, Value, When
from django.db.models.functions import Now, TruncDate
from django.db.models.lookups import IsNull, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from listings.facets import STATE, Facet, band_facet, code_facet
from listings.filters import FacetFilter, ListingFilter

SOON = "3"
DAYS = (SOON, "7", "30")
OPEN_ENDED = "open"
ENDS = {"7": _("Within 7 days"), "30": _("Within 30 days"), OPEN_ENDED: _("Open-ended")}


def _list(*values: str) -> Func:
    items = [Value(v, output_field=CharField()) for v in values]
    return Func(*items, template="ARRAY[%(expressions)s]::varchar[]", output_field=ArrayField(CharField()))


def _within(days: str) -> LessThanOrEqual:
    return LessThanOrEqual(F("deadline"), TruncDate(Now() + Value(timedelta(days=int(days)))))


DEADLINE = Facet(
    "deadline", _("Deadline"),
    Case(
        When(IsNull(F("deadline"), True), then=_list(OPEN_ENDED)),
        *[When(_within(days), then=_list(*DAYS[i:])) for i, days in enumerate(DAYS)],
        default=_list(),
    ),
    many=True, label_of=lambda value: str(ENDS.get(value, value)), fixed=lambda: tuple(ENDS), highlight=SOON,
)  # fmt: skip
FACETS = (
    code_facet("field", _("Application field"), "field"),
    Facet("cooperation", _("Cooperation mode"), F("cooperation"), many=True, list_name="cooperation",
          fixed=code_facet("cooperation", "", "cooperation").fixed),
    band_facet("budget", _("Budget"), "budget_min_wan", "budget_max_wan"),
    code_facet("region", _("Region"), "region", every=False),
    DEADLINE,
    code_facet("scene_type", _("Scene type"), "scene_type"),
    code_facet("industry", _("Industry"), "industry", every=False, closed=True),
    STATE,
)  # fmt: skip


class OpportunityFilter(ListingFilter):
    facets = FACETS
    orders = {
        "newest": (_("Newest first"), ListingFilter.newest),
        "deadline": (_("Ending soonest"), (F("deadline").asc(nulls_last=True), OrderBy(F("pk")))),
        "budget": (_("Largest budget"), (F("budget_max_wan").desc(nulls_last=True), OrderBy(F("pk")))),
    }
    field = FacetFilter()
    cooperation = FacetFilter()
    budget = FacetFilter()
    region = FacetFilter()
    deadline = FacetFilter()
    scene_type = FacetFilter()
    industry = FacetFilter()
