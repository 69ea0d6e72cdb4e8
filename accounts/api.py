"""Organisations over the API: what is public of them."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from accounts.access import organisation_read, visible
from accounts.models import Organisation, Title


class TitleSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=["verified", "waiting", "expired"], read_only=True)

    class Meta:
        model = Title
        fields = ["scheme", "name", "level", "issued", "expires", "state"]


class OrganisationSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id", read_only=True)
    verified = serializers.BooleanField(source="is_verified", read_only=True)

    class Meta:
        model = Organisation
        fields = ["id", "name", "short_name", "kind", "city", "region", "industry", "summary", "website", "verified"]


class OrganisationWithTitles(OrganisationSerializer):
    titles = TitleSerializer(many=True, read_only=True)

    class Meta(OrganisationSerializer.Meta):
        fields = [*OrganisationSerializer.Meta.fields, "titles"]


class OrganisationFilter(filters.FilterSet):
    name = filters.CharFilter(lookup_expr="icontains", max_length=100)

    class Meta:
        model = Organisation
        fields = ["kind", "city", "name"]


@extend_schema(tags=["organisations"])
class OrganisationList(generics.ListAPIView):
    """Organisations that the caller may see."""

    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        return visible(self.request.user)


@extend_schema(tags=["organisations"])
class OrganisationDetail(generics.RetrieveAPIView):
    """One organisation with its titles; contacts are never here."""

    serializer_class = OrganisationWithTitles
    queryset = Organisation.objects.none()

    def get_object(self) -> Any:
        return organisation_read(self.request.user, self.kwargs["public_id"])
