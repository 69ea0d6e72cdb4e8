"""DRF's defaults: one page shape and one error shape."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from scenemarket.errors import Invalid, Refusal


class Pages(PageNumberPagination):
    """?page= and ?page_size= (100 at most)."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every error: {"error": {"code", "sentence", "faults"}}."""
    if isinstance(error, Refusal):
        faults = error.faults if isinstance(error, Invalid) else {}
        return _answer(error.status, error.code, str(error), faults)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    code = getattr(error, "default_code", "error")
    if isinstance(error, exceptions.ValidationError):
        sentence = _(
            "Some of what was sent cannot be used; nothing was saved. Each fault is named below."
        )
        return _answer(
            status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid", str(sentence), answer.data
        )
    detail = (
        answer.data.get("detail", "") if isinstance(answer.data, dict) else answer.data
    )
    kept = {
        k: v
        for k, v in answer.headers.items()
        if k in ("WWW-Authenticate", "Retry-After", "Allow")
    }
    return _answer(answer.status_code, str(code), str(detail), {}, kept)


def _answer(
    code: int,
    name: str,
    sentence: str,
    faults: Any,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(
        {"error": {"code": name, "sentence": sentence, "faults": faults}},
        status=code,
        headers=headers,
    )
