"""Listings over the API: the same door-keepers, services and filters as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from listings import access, moves, services
from listings.serializers import CloseRequest, ListingSerializer, ReturnRequest
from scenemarket.ids import ALPHABET, LENGTH


class ListingViews(GenericViewSet[Any]):
    """List, read, write, and one POST for each change of state. Subclasses name the kind, serializer and filters."""

    kind: ClassVar[str]
    serializer_class: type[ListingSerializer]
    lookup_field = "public_id"
    lookup_value_regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return access.visible(self.kind, _Nobody())
        return access.visible(self.kind, self.request.user)

    @extend_schema(summary=_("Listings that you may see: open and paused ones, unless `state` asks for others"))
    def list(self, request: Request) -> Response:
        """What this person may see, open and paused unless `state` asks for others (the own drafts too)."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary=_("One listing"))
    def retrieve(self, request: Request, public_id: str) -> Response:
        return self._said(access.listing_read(request.user, self.kind, public_id))

    @extend_schema(summary=_("Write a draft for your own organisation"))
    def create(self, request: Request) -> Response:
        """Write a draft for the own organisation."""
        owner = access.writing_organisation(request.user)
        values = self._values(self.get_serializer(data=request.data))
        made = services.create_draft(kind=self.kind, owner=owner, by=_person(request), values=values)
        return self._said(made, status.HTTP_201_CREATED)

    @extend_schema(summary=_("Change what is written; 409 says that somebody was faster"))
    def partial_update(self, request: Request, public_id: str) -> Response:
        """Change content; `version` is the one that was read, and 409 says that somebody was faster."""
        listing = access.listing_write(request.user, self.kind, public_id)
        values = self._values(self.get_serializer(listing, data=request.data, partial=True))
        version = values.pop("version", None)
        seen_at = values.pop("updated_at", None)
        return self._said(
            services.edit(listing, by=_person(request), values=values, expected_version=version, seen_at=seen_at)
        )

    @extend_schema(summary=_("Submit a draft for review"), request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, public_id: str) -> Response:
        """Ask for review."""
        return self._move("submit")

    @extend_schema(summary=_("Publish what was submitted"), request=None)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, public_id: str) -> Response:
        """Publish what was submitted."""
        return self._move("approve")

    @extend_schema(summary=_("Return what was submitted, with a reason"), request=ReturnRequest)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, public_id: str) -> Response:
        """Return what was submitted, with a reason."""
        return self._move("send_back", ReturnRequest)

    @extend_schema(summary=_("Pause an open listing"), request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, public_id: str) -> Response:
        return self._move("pause")

    @extend_schema(summary=_("Open a paused listing again"), request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, public_id: str) -> Response:
        return self._move("resume")

    @extend_schema(summary=_("End a listing, with the reason why"), request=CloseRequest)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, public_id: str) -> Response:
        """End it, with the reason why."""
        return self._move("close", CloseRequest)

    def _move(self, name: str, words: type[serializers.Serializer[Any]] | None = None) -> Response:
        listing = moves.listing_for(self.request.user, self.kind, self.kwargs["public_id"], name)
        reason = ""
        if words:
            given = words(data=self.request.data)
            given.is_valid(raise_exception=True)
            reason = given.validated_data["reason"]
        moves.make(listing, name, by=_person(self.request), reason=reason)
        return self._said(listing)

    def _values(self, given: Any) -> dict[str, Any]:
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _said(self, listing: Any, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(listing).data, status=code)


def _person(request: Request) -> User:
    """Who asks; whoever is not signed in has been refused before."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class _Nobody:
    """Who asks when the schema is written."""

    is_authenticated = False
