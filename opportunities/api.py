"""Opportunity listings over the API."""

from listings.api import ListingViews
from opportunities.filters import OpportunityFilter
from opportunities.serializers import OpportunitySerializer


class OpportunityViews(ListingViews):
    kind = "opportunity"
    serializer_class = OpportunitySerializer
    filterset_class = OpportunityFilter
