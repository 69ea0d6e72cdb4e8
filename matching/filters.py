"""Query parameters of lists of matches, runs and answers: named, typed, bounded."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from matching.access import reviewed_cities
from matching.models import Answer, Match, MatchRun
from matching.states import AnswerState, MatchState, Origin, RunOrigin, RunState, Side


class MatchFilter(filters.FilterSet):
    """By state, origin, run, either listing, score, conflict of interest, and whether no run before had found the pair."""

    state = filters.MultipleChoiceFilter(choices=MatchState.choices)
    origin = filters.ChoiceFilter(choices=Origin.choices)
    run = filters.CharFilter(field_name="run__public_id", max_length=12)
    city = filters.CharFilter(field_name="opportunity__city", max_length=12)
    opportunity = filters.CharFilter(field_name="opportunity__public_id", max_length=12)
    capability = filters.CharFilter(field_name="capability__public_id", max_length=12)
    score_from = filters.NumberFilter(field_name="score", lookup_expr="gte", min_value=0, max_value=100)
    score_to = filters.NumberFilter(field_name="score", lookup_expr="lte", min_value=0, max_value=100)
    conflict = filters.BooleanFilter(label=_("Conflict of interest"))
    new = filters.BooleanFilter(field_name="score_before", lookup_expr="isnull", label=_("not found by the run before"))

    class Meta:
        model = Match
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """To choose by what only reviewers see would tell it: then nothing but pairs of the own cities is found."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = any(self.form.cleaned_data.get(name) is not None for name in ("conflict", "new"))
        user = self.request.user if self.request else None
        return found.filter(opportunity__city__in=reviewed_cities(user)) if asked and user else found


class RunFilter(filters.FilterSet):
    """By city, state, origin; increments are left out unless asked for."""

    state = filters.ChoiceFilter(choices=RunState.choices)
    origin = filters.ChoiceFilter(choices=RunOrigin.choices)
    city = filters.CharFilter(max_length=12)

    class Meta:
        model = MatchRun
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("origin") else found.exclude(origin=RunOrigin.INCREMENT)


class AnswerFilter(filters.FilterSet):
    """By state and side; soonest due first."""

    state = filters.ChoiceFilter(choices=AnswerState.choices)
    side = filters.ChoiceFilter(choices=Side.choices)

    class Meta:
        model = Answer
        fields: list[str] = []
