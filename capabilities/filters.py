"""What the list of capabilities can be narrowed by."""

from dataclasses import replace

from django.db.models import Case, CharField, F, OrderBy, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codelists import names
from listings.facets import STATE, UNKNOWN, Facet, band_facet, code_facet
from listings.filters import FacetFilter, ListingFilter
from listings.states import State

LEVELS = tuple(str(level) for level in range(9, 0, -1))


def level_label(value: str) -> str:
    """ "8" -> "TRL 8 …"; the words of the level come from its code list."""
    return f"TRL\u00a0{value}\u2002{names.name('trl', value)}" if value in LEVELS else gettext("Not stated")


def state_label(value: str) -> str:
    """As other states, but what is open is "listed"."""
    return gettext("Listed") if value == State.PUBLISHED else STATE.label(value)


FACETS = (
    code_facet("field", _("Application field"), "field"),
    Facet("trl", _("Technology readiness"),
          Case(When(IsNull(F("trl"), True), then=Value(UNKNOWN)), default=Cast("trl", CharField()), output_field=CharField()),
          label_of=level_label, fixed=lambda: (*LEVELS, UNKNOWN)),
    Facet("region", _("Service regions"), F("service_regions"), many=True, list_name="region"),
    band_facet("price", _("Price"), "price_min_wan", "price_max_wan"),
    Facet("verified", _("Organisation"),
          Case(When(IsNull(F("owner__verified_at"), False), then=Value("yes")), default=Value("no"), output_field=CharField()),
          label_of=lambda value: gettext("Verified") if value == "yes" else gettext("Not verified yet"), fixed=lambda: ("yes", "no")),
    Facet("category", _("Category"), F("category"), closed=True),
    code_facet("industry", _("Industry"), "industry", every=False, closed=True),
    replace(STATE, label_of=state_label),
)  # fmt: skip


class CapabilityFilter(ListingFilter):
    facets = FACETS
    orders = {
        "newest": (_("Newest first"), ListingFilter.newest),
        "trl": (_("Most mature"), (F("trl").desc(nulls_last=True), OrderBy(F("pk"), descending=True))),
        "price": (_("Lowest price"), (F("price_min_wan").asc(nulls_last=True), OrderBy(F("pk")))),
    }
    field = FacetFilter()
    trl = FacetFilter()
    region = FacetFilter()
    price = FacetFilter()
    verified = FacetFilter()
    category = FacetFilter()
    industry = FacetFilter()
