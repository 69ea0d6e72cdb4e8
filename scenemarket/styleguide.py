"""Every component with an example, for those who build pages. Staff only; a stranger finds nothing here."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from scenemarket.styleguide_examples import examples


def styleguide(request: HttpRequest) -> HttpResponse:
    """The component book; 404 for everyone who is not staff, unless debugging."""
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise Http404
    return render(request, "styleguide.html", examples())
