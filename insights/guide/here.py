"""Template variables: the help text of the page that is open, and whether its tour is still new to this person."""

from typing import Any

from django.http import HttpRequest

from insights.guide import texts


def guide(request: HttpRequest) -> dict[str, Any]:
    """`guide` (texts.Text or None) and `guide_new` (its tour was neither taken nor waved away by this person)."""
    match = getattr(request, "resolver_match", None)
    text = texts.about(match.url_name) if match and match.url_name else None
    user = getattr(request, "user", None)
    new = bool(text and text.steps and user and user.is_authenticated and text.slug not in user.tours_seen)
    return {"guide": text, "guide_new": new}
