"""The request behind a page or call that only signed-in people reach: for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from accounts.models import User


class SignedIn(HttpRequest):
    """A request whose user is a person. Annotate views with it that stand behind login_required."""

    user: User
    htmx: HtmxDetails


class SignedInCall(Request):
    """The same for the API, behind IsAuthenticated."""

    user: User
