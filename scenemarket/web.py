"""What every page shares: refusals become pages, fragments or JSON, an unknown fault gets a number that the log knows."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from scenemarket.errors import Invalid, Refusal
from scenemarket.ids import new_id

API = "/api/v1/"
logger = logging.getLogger(__name__)


class Refusals:
    """Middleware: a Refusal raised by any view is shown as its sentence, with its status.

    Text with a NUL is refused before any view sees it: PostgreSQL cannot hold it, so no query and no row may carry it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _holds_nul(request):
            return refused(request, Refusal(UNSTORABLE, code="unstorable"))
        answer = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers:
            # what one person may see is kept by no proxy, and by no browser without asking again
            answer.headers.setdefault("Cache-Control", "private, no-cache")
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return refused(request, error)
        if isinstance(error, OperationalError | InterfaceError | RedisError):
            logger.error("unreachable: %s: %s", type(error).__name__, error)
            return away(request)
        return None


UNSTORABLE = _("The text holds characters that cannot be stored; nothing was saved.")


def _holds_nul(request: HttpRequest) -> bool:
    sent = [request.GET] if request.path.startswith(API) else [request.GET, request.POST]
    texts = (text for query in sent for name, values in query.lists() for text in (name, *values))
    return "\x00" in request.path or any("\x00" in text for text in texts)


def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """Show a refusal: a fragment for HTMX, JSON for the API, else a page."""
    faults = error.faults if isinstance(error, Invalid) else {}
    if request.path.startswith(API):
        return as_json(error.status, error.code, str(error), faults)
    return page(
        request, "errors/refused.html", {"error": error, "faults": faults, "back": _back(request)},
        fragment="errors/_refused.html", status=error.status,
    )  # fmt: skip


def _back(request: HttpRequest) -> str:
    """Where the reader came from, if that was here."""
    came = request.headers.get("referer", "")
    return came if url_has_allowed_host_and_scheme(came, {request.get_host()}) else request.path


def address_here(request: HttpRequest, wanted: str) -> str:
    """`wanted` if it is an address of this house that begins with a slash, else "": no redirect leads elsewhere."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else ""


def as_json(status: int, code: str, sentence: str, faults: Any = None) -> JsonResponse:
    """The API's one shape of an error, for what is refused outside its views."""
    return JsonResponse({"error": {"code": code, "sentence": sentence, "faults": faults or {}}}, status=status)


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


def away(request: HttpRequest) -> HttpResponse:
    """503 as plain text: templates may need the database or the cache that is away."""
    sentence = str(
        _(
            "A part of the platform cannot be reached just now. What you had saved is kept; please try again in a few seconds."
        )
    )
    if request.path.startswith(API):
        answer: HttpResponse = as_json(503, "unavailable", sentence)
    else:
        answer = HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = "5"
    return answer


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: too large, cut off, or for another host. Without the request: it is what cannot be trusted."""
    sentence = _("What was sent is too large or cannot be read, so nothing was changed. Go back and send less.")
    if request.path.startswith(API):
        return as_json(400, "unreadable", str(sentence))
    return HttpResponse(render_to_string("errors/400.html", {"sentence": sentence}), status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """500 with a number that stands in the log too."""
    number = new_id()
    # %r: a line break in an address must not begin a new line of the log
    logger.error("fault %s at %r", number, request.path)
    if request.path.startswith(API):
        sentence = _("Something broke on our side; the last step may not have happened. The log knows it as %(n)s.")
        return as_json(500, "broken", str(sentence % {"n": number}))
    # without the request: what broke may be what every other page shows
    return HttpResponse(render_to_string("errors/500.html", {"number": number}), status=500)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith(API):
        return as_json(404, "not_found", str(_("There is nothing at this address, or it is not open to you.")))
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)
