"""What every page shares: refusals become pages or fragments, an unknown fault gets a number that the log knows."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from scenemarket.errors import Invalid, Refusal
from scenemarket.ids import new_id

logger = logging.getLogger(__name__)


class Refusals:
    """Middleware: a Refusal raised by any view is shown as its sentence, with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return refused(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            logger.error("database unreachable: %s", error)
            return database_away(request)
        return None


def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """Show a refusal: a fragment for HTMX, else a page."""
    faults = error.faults if isinstance(error, Invalid) else {}
    return page(
        request, "errors/refused.html", {"error": error, "faults": faults},
        fragment="errors/_refused.html", status=error.status,
    )  # fmt: skip


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render `template`, or `fragment` (another template's name) when HTMX asks for a part of the page."""
    part = fragment and getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, fragment if part else template, context, status=status)


def show_faults(form: Any, error: Invalid) -> None:
    """Put what a service refused where the eye is: each fault at its field, the sentence above the form."""
    form.add_error(None, str(error.sentence))
    for name, words in error.faults.items():
        if name in form.fields:
            form.add_error(name, [str(word) for word in words])


def database_away(request: HttpRequest) -> HttpResponse:
    """503 as plain text: templates may need the database that is away."""
    sentence = _(
        "The database cannot be reached just now. What you had saved is kept; please try again in a few seconds."
    )
    answer = HttpResponse(str(sentence), status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = "5"
    return answer


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500 with a number that stands in the log too."""
    number = new_id()
    logger.error("fault %s at %s", number, request.path)
    # without the request: what broke may be what every other page shows
    return HttpResponse(render_to_string("errors/500.html", {"number": number}), status=500)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)
