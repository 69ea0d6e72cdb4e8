"""The inbox over the API: only the caller's own."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from activity import services
from activity.models import Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    id = serializers.CharField(source="public_id", read_only=True)
    title = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "path", "created_at", "due_at", "read_at"]


class ReadSerializer(serializers.Serializer[Any]):
    """Which notices were read; none named means all."""

    ids = serializers.ListField(child=serializers.CharField(max_length=12), required=False, max_length=500)


class ReadCount(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class InboxFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull", label=_("Unread"))

    class Meta:
        model = Notice
        fields: list[str] = []


@extend_schema(summary=_("What you were told, the newest first"), tags=["inbox"])
class Inbox(generics.ListAPIView[Notice]):
    """What the caller was told, newest first."""

    permission_classes = (IsAuthenticated,)
    serializer_class = NoticeSerializer
    filterset_class = InboxFilter
    queryset = Notice.objects.none()

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.filter(recipient=self.request.user.pk)


@extend_schema(
    summary=_("Mark notices as read; none named means all"), tags=["inbox"], request=ReadSerializer, responses=ReadCount
)
class InboxRead(APIView):
    """Mark notices as read; answers with how many were unread."""

    permission_classes = (IsAuthenticated,)

    def post(self, request: Request) -> Response:
        body = ReadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        rows = Notice.objects.filter(recipient=request.user.pk)
        ids = body.validated_data.get("ids")
        return Response({"count": services.read(rows.filter(public_id__in=ids) if ids is not None else rows)})
