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


# what DRF itself refuses, under the names that Refusal has for the same
CODES = {403: "not_allowed", 404: "not_found"}


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every error: {"error": {"code", "sentence", "faults"}}."""
    if isinstance(error, Refusal):
        faults = error.faults if isinstance(error, Invalid) else {}
        return _answer(error.status, error.code, str(error), faults)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        sentence = _("Some of what was sent cannot be used; nothing was saved. Each fault is named below.")
        faults = answer.data if isinstance(answer.data, dict) else {"": answer.data}
        return _answer(status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid", str(sentence), faults)
    code = getattr(error, "default_code", "") or CODES.get(answer.status_code, "error")
    detail = answer.data.get("detail", "") if isinstance(answer.data, dict) else answer.data
    kept = {k: v for k, v in answer.headers.items() if k in ("WWW-Authenticate", "Retry-After", "Allow")}
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


def describe_refusals(result: Any, generator: Any, **options: Any) -> Any:
    """drf-spectacular's hook: every operation may also answer with the one shape of an error."""
    shape = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "sentence", "faults"],
                "properties": {
                    "code": {"type": "string"},
                    "sentence": {"type": "string", "description": "What happened, what was kept, what to do next."},
                    "faults": {"type": "object", "description": "What is wrong, by the name of the field."},
                },
            }
        },
    }
    result["components"].setdefault("schemas", {})["Refusal"] = shape
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = {"description": "Refused, with the reason.", "content": content}
    return result
