"""Deals over the API: their stages, evidence and, logged, the contacts."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import SignedInCall
from deals import services
from deals.access import deal_read, deal_write, visible
from deals.models import Deal, Evidence
from deals.states import Stage


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ["stage", "words", "contract_number", "amount_wan", "day", "months_in_use", "at"]


class DealSerializer(serializers.ModelSerializer[Deal]):
    id = serializers.CharField(source="public_id", read_only=True)
    match = serializers.CharField(source="match.public_id", read_only=True)
    opportunity = serializers.CharField(source="match.opportunity.public_id", read_only=True)
    capability = serializers.CharField(source="match.capability.public_id", read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta:
        model = Deal
        fields = [
            "id",
            "match",
            "opportunity",
            "capability",
            "stage",
            "opened_at",
            "moved_at",
            "stopped_from",
            "evidence",
        ]


class StepSerializer(serializers.Serializer[Any]):
    """The next stage and its evidence; which fields a stage needs is in the refusal that names them."""

    to = serializers.ChoiceField(choices=Stage.choices)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    contract_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    amount_wan = serializers.DecimalField(max_digits=14, decimal_places=4, min_value=0, required=False, allow_null=True)
    day = serializers.DateField(required=False, allow_null=True)
    months_in_use = serializers.IntegerField(min_value=0, max_value=1200, required=False, allow_null=True)


class ContactSerializer(serializers.Serializer[Any]):
    side = serializers.CharField()
    organisation = serializers.CharField(source="organisation.name")
    name = serializers.CharField()
    phone = serializers.CharField()


class DealFilter(filters.FilterSet):
    stage = filters.ChoiceFilter(choices=Stage.choices)

    class Meta:
        model = Deal
        fields: list[str] = []


@extend_schema(summary=_("Deals of your organisation, and of the cities that you review"), tags=["deals"])
class DealList(generics.ListAPIView[Deal]):
    """Deals of the caller's organisation, and of the cities that the caller reviews."""

    permission_classes = (IsAuthenticated,)
    serializer_class = DealSerializer
    filterset_class = DealFilter
    queryset = Deal.objects.none()

    def get_queryset(self) -> QuerySet[Deal]:
        return visible(self.request.user).whole()


@extend_schema(summary=_("One deal with its evidence"), tags=["deals"])
class DealDetail(generics.RetrieveAPIView[Deal]):
    """One deal with its evidence."""

    permission_classes = (IsAuthenticated,)
    serializer_class = DealSerializer
    queryset = Deal.objects.none()

    def get_object(self) -> Deal:
        return deal_read(self.request.user, self.kwargs["public_id"])


@extend_schema(
    summary=_("Record the next step with its evidence, or stop with the reason in words"),
    tags=["deals"],
    request=StepSerializer,
    responses=DealSerializer,
)
class DealStep(APIView):
    """Record the next step with its evidence, or stop with the reason in words."""

    permission_classes = (IsAuthenticated,)

    def post(self, request: SignedInCall, public_id: str) -> Response:
        body = StepSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        evidence = dict(body.validated_data)
        deal = deal_write(request.user, public_id)
        services.advance(deal, to=evidence.pop("to"), by=request.user, evidence=evidence)
        return Response(DealSerializer(deal_read(request.user, public_id)).data)


@extend_schema(summary=_("Both contacts; the look is logged"), tags=["deals"], responses=ContactSerializer(many=True))
class DealContacts(APIView):
    """Both contacts. The look is logged, once per person and day."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: SignedInCall, public_id: str) -> Response:
        found = services.contacts(deal_read(request.user, public_id), by=request.user)
        return Response(ContactSerializer(found, many=True).data)
