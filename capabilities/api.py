"""Capability listings over the API."""

from capabilities.filters import CapabilityFilter
from capabilities.serializers import CapabilitySerializer
from listings.api import ListingViews


class CapabilityViews(ListingViews):
    kind = "capability"
    serializer_class = CapabilitySerializer
    filterset_class = CapabilityFilter
