"""Code lists and batches over the API, to be read by anyone."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, permissions, serializers

from codelists.models import Code, List
from listings import registers
from listings.models import Batch, Kind


class CodeSerializer(serializers.ModelSerializer):
    list = serializers.CharField(source="list_name", read_only=True)

    class Meta:
        model = Code
        fields = ["list", "code", "name_zh", "name_en", "parent", "synonyms", "valid_from", "valid_to"]


class CodeFilter(filters.FilterSet):
    list = filters.ChoiceFilter(field_name="list_name", choices=List.choices)
    code = filters.CharFilter(max_length=40)
    name = filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=120)


@extend_schema(summary=_("Entries of the code lists; `list` chooses one"), tags=["codes"])
class CodeList(generics.ListAPIView):
    """Entries of the code lists; ?list= chooses one."""

    permission_classes = [permissions.AllowAny]
    serializer_class = CodeSerializer
    filterset_class = CodeFilter
    queryset = Code.objects.all()


class BatchSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = Batch
        fields = ["id", "kind", "city", "code", "name", "published_on"]


class BatchFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Kind.choices)
    city = filters.CharFilter(max_length=12)


@extend_schema(summary=_("Published batches, the newest first"), tags=["batches"])
class BatchList(generics.ListAPIView):
    """Published batches, newest first."""

    permission_classes = [permissions.AllowAny]
    serializer_class = BatchSerializer
    filterset_class = BatchFilter
    queryset = Batch.objects.none()

    def get_queryset(self) -> QuerySet[Batch]:
        return registers.batches()


@extend_schema(summary=_("One published batch"), tags=["batches"])
class BatchDetail(generics.RetrieveAPIView):
    """One published batch; its listings are at /opportunities/?batch= and /capabilities/?batch=."""

    permission_classes = [permissions.AllowAny]
    serializer_class = BatchSerializer
    lookup_field = "public_id"
    queryset = Batch.objects.none()

    def get_queryset(self) -> QuerySet[Batch]:
        return registers.batches()
