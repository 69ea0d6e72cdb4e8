"""Opportunities over the API."""

from listings.serializers import ListingSerializer, WordsField
from opportunities.models import Opportunity

CONTENT = tuple(name for name in Opportunity.CONTENT if name != "programme_id")


class OpportunitySerializer(ListingSerializer):
    codes = {
        **ListingSerializer.codes, "scene_type": "scene_type", "region": "region", "cooperation": "cooperation",
        "procurement": "procurement",
    }  # fmt: skip
    amounts = ("budget_min_wan", "budget_max_wan")
    technologies = WordsField()
    cooperation = WordsField()
    required_titles = WordsField()
    required_certs = WordsField()
    supplier_regions = WordsField()

    class Meta:
        model = Opportunity
        fields = (*ListingSerializer.SHOWN, *CONTENT)
        read_only_fields = ("number", "city", "state", "close_reason", "published_at", "closed_at", "return_reason")
