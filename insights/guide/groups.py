"""Whose work a help text is about, in the order of the index."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from insights.guide.texts import Text

GROUPS: dict[str, Any] = {
    "first": _("First steps"),
    "everyone": _("For everybody"),
    "agency": _("Opening an opportunity"),
    "firm": _("Offering a capability"),
    "reviewer": _("Reviewing and running"),
    "leader": _("Leading"),
    "about": _("About this platform"),
}


def grouped(texts: Iterable[Text]) -> list[tuple[Any, list[Text]]]:
    """Headings with their texts; a heading without texts is left out."""
    all_ = list(texts)
    rows = [(title, [text for text in all_ if text.group == group]) for group, title in GROUPS.items()]
    return [row for row in rows if row[1]]
