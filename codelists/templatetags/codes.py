"""{% code "region" listing.region %}: the name of a code in the reader's language."""

from collections.abc import Iterable

from django import template

from codelists import names
from codelists.models import List

register = template.Library()
REASONS = (List.EXCLUSION, List.DECLINE_OPPORTUNITY, List.DECLINE_CAPABILITY, List.CLOSE_REASON)


@register.simple_tag
def code(list_name: str, value: str) -> str:
    """The name of one code; a value that is in no list is shown as it is."""
    return names.name(list_name, value)


@register.simple_tag
def codes(list_name: str, values: Iterable[str], separator: str = "、") -> str:
    """The names of several codes, joined."""
    return separator.join(names.name(list_name, v) for v in values)


@register.filter
def reason(value: str) -> str:
    """A reason that was chosen from a list, by its name; one in somebody's own words as it is."""
    return next((named for each in REASONS if (named := names.name(each, value)) != value), value)
