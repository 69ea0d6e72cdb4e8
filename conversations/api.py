"""Conversations over the API, through the same services as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import SignedInCall
from conversations import serializers as shapes
from conversations import services, thread_page
from conversations.access import message_read, report_read, reports_visible, seat
from conversations.models import Conversation, Report
from scenemarket.plainjson import PlainJSON


class Members(APIView):
    """Nothing here is for visitors."""

    request: SignedInCall

    permission_classes = (IsAuthenticated,)

    def given(self, shape: type[Any], request: SignedInCall) -> dict[str, Any]:
        """The checked body; a fault is a 422 that names the field."""
        body = shape(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


@extend_schema(summary=_("The conversations of your organisations, the newest first"), tags=["conversations"])
class ConversationList(Members, generics.ListAPIView[Conversation]):
    """The conversations of the caller's organisations, the newest first."""

    serializer_class = shapes.ConversationSerializer
    queryset = Conversation.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = Conversation.objects.seen_by(self.request.user).with_counts()
        shown = self.paginate_queryset(thread_page.page_rows(found)) or []
        return self.get_paginated_response(
            shapes.ConversationSerializer(thread_page.rows(self.request.user, shown), many=True).data
        )


@extend_schema(tags=["conversations"])
class Messages(Members):
    """One thread, the 200 newest messages; POST says something, as JSON or with files as multipart."""

    parser_classes = (PlainJSON, MultiPartParser)

    @extend_schema(summary=_("One thread, the 200 newest messages"), responses=shapes.MessageSerializer(many=True))
    def get(self, request: SignedInCall, public_id: str) -> Response:
        told = thread_page.thread(request.user, seat(request.user, public_id))
        return Response(shapes.MessageSerializer(told["items"], many=True).data)

    @extend_schema(
        summary=_("Say something, as JSON, or with files as `multipart`"),
        request=shapes.PostSerializer,
        responses={201: shapes.MessageSerializer},
    )
    def post(self, request: SignedInCall, public_id: str) -> Response:
        given = self.given(shapes.PostSerializer, request)
        message = services.post(seat(request.user, public_id), by=request.user, **given)
        told = thread_page.thread(request.user, seat(request.user, public_id))
        item = next(i for i in told["items"] if i["message"].pk == message.pk)
        return Response(shapes.MessageSerializer(item).data, status=status.HTTP_201_CREATED)


@extend_schema(
    summary=_("Mark the thread as read up to its newest message"),
    tags=["conversations"],
    request=None,
    responses={204: None},
)
class Read(Members):
    """Mark the thread as read up to its newest message."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        here = seat(request.user, public_id)
        services.read(here, by=request.user, up_to=thread_page.thread(request.user, here)["up_to"])
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(
    summary=_("Take your own message back, within ten minutes"),
    tags=["conversations"],
    request=None,
    responses={204: None},
)
class Withdraw(Members):
    """Take the own message back, within ten minutes."""

    def post(self, request: SignedInCall, public_id: str, message_id: str) -> Response:
        here, message = message_read(request.user, public_id, message_id)
        services.withdraw(here, message, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(
    summary=_("Report a message of the other side to the city’s reviewers"),
    tags=["conversations"],
    request=shapes.ReportNewSerializer,
    responses={201: shapes.ReportSerializer},
)
class ReportNew(Members):
    """Report a message of the other side to the city's reviewers."""

    def post(self, request: SignedInCall, public_id: str, message_id: str) -> Response:
        here, message = message_read(request.user, public_id, message_id)
        found = services.report(here, message, by=request.user, **self.given(shapes.ReportNewSerializer, request))
        return Response(shapes.ReportSerializer(found).data, status=status.HTTP_201_CREATED)


@extend_schema(summary=_("Reported messages of the cities that you review"), tags=["conversations"])
class ReportList(Members, generics.ListAPIView[Report]):
    """Reported messages of the cities that the caller reviews."""

    serializer_class = shapes.ReportSerializer
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        return reports_visible(self.request.user).whole()


@extend_schema(
    summary=_("Decide on a report: no ground, hide the message, or close the conversation"),
    tags=["conversations"],
    request=shapes.ReportDecisionSerializer,
    responses=shapes.ReportSerializer,
)
class Decide(Members):
    """Decide on a report: no ground, hide the message, close the conversation."""

    def post(self, request: SignedInCall, public_id: str) -> Response:
        found = report_read(request.user, public_id)
        services.decide(found, by=request.user, **self.given(shapes.ReportDecisionSerializer, request))
        return Response(shapes.ReportSerializer(found).data)
