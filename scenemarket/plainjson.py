"""JSON without traps. Apart from api.py, because DRF reads its parsers while api.py is still being imported."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20
MAX_BYTES = 1024 * 1024


class PlainJSON(JSONParser):
    """JSON of at most 1 MiB and 20 levels, without NUL and lone surrogates: PostgreSQL stores neither."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        length = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if length > MAX_BYTES:
            raise exceptions.ParseError(_("The body is larger than 1 MiB; nothing was saved."))
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply; nothing was saved.")) from error
        check_plain(data)
        return data


def check_plain(value: Any, depth: int = 0) -> None:
    """Raise ParseError for what no field can hold: too deep, NUL, lone surrogates."""
    if depth > MAX_DEPTH:
        raise exceptions.ParseError(_("The JSON is nested too deeply; nothing was saved."))
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise exceptions.ParseError(_("The text holds characters that cannot be stored; nothing was saved."))
    elif isinstance(value, dict):
        for key, item in value.items():
            check_plain(key, depth + 1)
            check_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_plain(item, depth + 1)
