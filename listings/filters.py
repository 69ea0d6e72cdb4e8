"""The parameters of a list's address, validated; pages and the API read them the same way."""

from copy import deepcopy
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Case, Q, QuerySet, When
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from listings import search
from listings.facets import Chosen, Facet, narrow, with_values
from listings.found import Found, found
from scenemarket.ids import ALPHABET, LENGTH

MOST_VALUES, LONGEST = 40, 120
BEST = "best"
# as the API's schema says it
STRING: dict[str, Any] = {"type": "string"}
STRINGS = {"type": "array", "items": STRING}
# its name, and what to order by
Order = tuple[Any, tuple[Any, ...]]


class ValuesField(forms.MultipleChoiceField):
    """Any number of short words from the address; which of them mean something is the facet's affair."""

    def validate(self, value: Any) -> None:
        if len(value) > MOST_VALUES or any(len(v) > LONGEST or "\x00" in v for v in value):
            raise forms.ValidationError(_("Too many or too long values."))


class FacetFilter(django_filters.Filter):
    """A choice in one facet; what it does stands in `facets`."""

    field_class = ValuesField

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs


class PublicIdFilter(django_filters.CharFilter):
    def __init__(self, field_name: str, **options: Any) -> None:
        super().__init__(field_name=f"{field_name}__public_id", max_length=LENGTH, **options)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(qs, value if set(value) <= set(ALPHABET) else "")


class ListingFilter(django_filters.FilterSet):
    """What both kinds can be asked for. Subclasses add `facets`, a FacetFilter for each, and `orders`."""

    facets: ClassVar[tuple[Facet, ...]] = ()
    newest: ClassVar[tuple[Any, ...]] = ("-published_at", "-pk")
    orders: ClassVar[dict[str, Order]] = {"newest": (_("Newest first"), ("-published_at", "-pk"))}

    q = django_filters.CharFilter(method="search", max_length=search.LONGEST, label=_("words in the title or text"))
    exact = django_filters.CharFilter(method="unsorted", max_length=1, label=_("1: take the words as they are typed"))
    city = django_filters.CharFilter(field_name="city", max_length=12, label=_("City"))
    policy = django_filters.CharFilter(field_name="policy", max_length=40, label=_("Policy category"))
    technology = django_filters.CharFilter(method="with_technology", max_length=LONGEST, label=_("Technology"))
    owner = PublicIdFilter("owner", label=_("Organisation"))
    batch = PublicIdFilter("batch", label=_("Batch"))
    programme = PublicIdFilter("programme", label=_("Programme"))
    sort = django_filters.CharFilter(method="unsorted", max_length=20)
    state = FacetFilter()

    @classmethod
    def get_filters(cls) -> Any:
        """The filters, each saying what it is about and what it may be asked, as the API's schema tells it."""
        filters = super().get_filters()
        order = lazy(with_values, str)(_("Order"), tuple(cls.orders))
        told = {"sort": order, **{facet.name: facet.explained for facet in cls.facets}}
        for name, words in told.items():
            # a copy, as what both kinds have is one object
            kind = STRINGS if isinstance(filters[name], FacetFilter) else STRING
            filters[name] = extend_schema_field({**kind, "description": words})(deepcopy(filters[name]))
        return filters

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return narrow(self.wide(queryset), self.facets, self.chosen).order_by(*self.order)

    def wide(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that pass everything but the facets: what the counts start from."""
        for name, value in self.asked.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    @property
    def asked(self) -> dict[str, Any]:
        """What the address says, without the facets and what cannot be used."""
        return {name: value for name, value in self._clean().items() if value and name not in self._facet_names()}

    @property
    def chosen(self) -> Chosen:
        """The values chosen in each facet."""
        return {name: list(self._clean().get(name) or []) for name in self._facet_names()}

    @property
    def order(self) -> tuple[Any, ...]:
        return self.offered[self.sort_name][1]

    @property
    def offered(self) -> dict[str, Order]:
        """The orders that make sense for this address; with words to search for, what fits them best comes first."""
        words = self.asked.get("q")
        if not words:
            return self.orders
        if self.found:
            best: tuple[Any, ...] = (search.in_order(self.found.keys), *self.newest)
        else:
            best = (Case(When(title__icontains=words, then=0), default=1), *self.newest)
        return {BEST: (_("Best match first"), best), **self.orders}

    @cached_property
    def found(self) -> Found | None:
        """What the engine finds for the words of this address; None without words, and while only the database can be asked."""
        words = self.asked.get("q")
        assert self.queryset is not None
        return found(self.queryset.model.log_kind, words, literal=bool(self.asked.get("exact"))) if words else None

    @property
    def sort_name(self) -> str:
        """The order asked for; the first one when there is none."""
        asked = str(self._clean().get("sort") or "")
        return asked if asked in self.offered else next(iter(self.offered))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        here = self.found
        holds = search.matching(here.text if here else value, queryset.model.SEARCHED)
        if here is None:
            return queryset.filter(holds)
        # what was published or edited since the engine has read the lists
        return queryset.filter(Q(search.among(here.keys)) | Q(updated_at__gte=here.since) & Q(holds))

    def with_technology(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(technologies__contains=[value])

    def unsorted(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset

    def _facet_names(self) -> list[str]:
        return [facet.name for facet in self.facets]

    def _clean(self) -> dict[str, Any]:
        self.errors  # noqa: B018  (validates)
        return getattr(self.form, "cleaned_data", {})
