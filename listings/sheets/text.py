"""Cell values as clean text, whatever was typed or pasted."""

import json
import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

Level = Literal["error", "warning"]

MAX_CELL = 32_767  # what a spreadsheet cell can hold
# control characters, lone surrogates, zero-width and direction marks: nobody types them, and they break or disguise text
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
_LINES = re.compile(r"\s*\n\s*")
# the apostrophe that an export puts before what a spreadsheet would take for a formula
_DISARMED = re.compile("'(?=[=+\\-@\t\r＝＋－＠])")
_FOLDED = re.compile(r"\s+")


def text_of(value: Any) -> str:
    """A cell as clean text: "" for an empty cell, 1 for 1.0, ISO for days, JSON for lists and objects."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return _clean(json.dumps(value, ensure_ascii=False))
    return _clean(str(value))


def _clean(value: str) -> str:
    if value.startswith("'"):
        value = _DISARMED.sub("", value, count=1)
    if value.isascii() and value.isprintable():
        return value.strip()
    value = _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINES.sub("\n", _BLANKS.sub(" ", value)).strip()


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Text for recognising: width folded, lower case, no blanks."""
    return _FOLDED.sub("", unicodedata.normalize("NFKC", text)).casefold()


def number_of(value: Any) -> Decimal | None:
    """The number that a numeric cell holds, or None when it is not a number (booleans are not)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


class Wrong(Exception):
    """A cell that cannot be taken as it is; `values` is what can be kept of it all the same."""

    def __init__(
        self, code: str, *, warning: bool = False, values: dict[str, Any] | None = None, **params: Any
    ) -> None:
        super().__init__(code)
        self.code, self.params, self.values = code, params, values or {}
        self.level: Level = "warning" if warning else "error"
