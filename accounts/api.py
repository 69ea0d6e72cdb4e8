"""Organisations over the API: what is public of them."""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, permissions, serializers
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import organisation_read, proved_addresses, visible
from accounts.models import Organisation, Title, User
from scenemarket.errors import Invalid, Refusal


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


@extend_schema(summary=_("Organisations that you may see"), tags=["organisations"])
class OrganisationList(generics.ListAPIView):
    """Organisations that the caller may see."""

    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        return visible(self.request.user)


@extend_schema(summary=_("One organisation with its titles, without contacts"), tags=["organisations"])
class OrganisationDetail(generics.RetrieveAPIView):
    """One organisation with its titles; contacts are never here."""

    serializer_class = OrganisationWithTitles
    queryset = Organisation.objects.none()

    def get_object(self) -> Any:
        return organisation_read(self.request.user, self.kwargs["public_id"])


class TokenRequest(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class TokenAnswer(serializers.Serializer[Any]):
    token = serializers.CharField()


class TooManyTries(Refusal):
    status = 429
    code = "too_many_tries"


@extend_schema(
    summary=_("Get a token for a program, against e-mail address and password"),
    tags=["token"],
    request=TokenRequest,
    responses=TokenAnswer,
    auth=[],
)
class TokenView(APIView):
    """A token for a program, against e-mail address and password. Tries are counted with those of the sign-in page."""

    permission_classes = (permissions.AllowAny,)
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        given = TokenRequest(data=request.data)
        given.is_valid(raise_exception=True)
        user = self._user(request._request, **given.validated_data)
        token, _new = Token.objects.get_or_create(user=user)
        return Response({"token": token.key})

    def _user(self, request: HttpRequest, email: str, password: str) -> User:
        try:
            user = get_adapter().authenticate(request, email=email, password=password)
        except ValidationError as error:
            raise TooManyTries(_("Too many tries; wait some minutes and try again.")) from error
        # allauth also returns people who are no longer active
        if user is None or not user.is_active or not _may_enter(user):
            raise Invalid(_("E-mail address and password do not fit together."))
        return user


def _may_enter(user: User) -> bool:
    """Where an address has to be confirmed first, a token takes no other way in."""
    return app_settings.EMAIL_VERIFICATION != "mandatory" or user.email.lower() in proved_addresses(user)
