"""Capabilities over the API."""

from typing import Any

from rest_framework import serializers

from capabilities.models import Capability
from listings.serializers import ListingSerializer, WordsField

CONTENT = tuple(name for name in Capability.CONTENT if name != "programme_id")


class StatedTitleSerializer(serializers.Serializer[Any]):
    """A title as its holder states it; never "verified"."""

    name = serializers.CharField(max_length=120)
    expires = serializers.DateField(allow_null=True, required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Kept as JSON, so the day as its text."""
        given = super().to_internal_value(data)
        expires = given.get("expires")
        return {"name": given["name"], "expires": expires.isoformat() if expires else None}


class CapabilitySerializer(ListingSerializer):
    amounts = ("price_min_wan", "price_max_wan")
    technologies = WordsField()
    certs = WordsField()
    service_regions = WordsField()
    cases = serializers.ListField(child=serializers.CharField(max_length=300), max_length=20, required=False)
    stated_titles = StatedTitleSerializer(many=True, required=False)

    class Meta:
        model = Capability
        fields = (*ListingSerializer.SHOWN, *CONTENT)
        read_only_fields = ("number", "city", "state", "close_reason", "published_at", "closed_at", "return_reason")
