"""Tags of notices: sections numbered 一 二 三, and what happened said in words."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from typing import Any

from django import template
from django.utils import timezone

from listings.found import HOW
from listings.states import CloseReason
from listings.table import Column
from listings.verbs import said
from scenemarket.figures import speaks_chinese

register = template.Library()
CHINESE = "一二三四五六七八九十"


@register.simple_tag
def numbered() -> Iterator[int]:
    """A counter for the sections of one notice."""
    return count(1)


@register.simple_tag(name="next")
def next_number(numbers: Iterator[int]) -> str:
    """The next number, as notices write it."""
    n = next(numbers)
    return CHINESE[n - 1] if speaks_chinese() and n <= len(CHINESE) else str(n)


@register.filter
def verb(code: str) -> str:
    """What happened to a listing: "listing.submit" -> "submitted it for review"."""
    return said(code)


@register.filter
def reason(text: str) -> str:
    """The reason of a log row; a code of the close reasons is said in words."""
    return str(CloseReason(text).label) if text in CloseReason.values else text


@register.filter
def date_of(moment: datetime | None) -> date | None:
    """The day of a moment in Shanghai."""
    return timezone.localtime(moment).date() if moment else None


@register.filter
def says(listing: Any, column: Column) -> Any:
    """What a listing says in one column."""
    return column.value(listing)


@register.filter
def how(code: str) -> str:
    """How a search came to other words than those typed."""
    return str(HOW.get(code, code))
