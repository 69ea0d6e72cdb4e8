"""How pages look for this reader: theme, type size, language."""

from typing import Any

from django.http import HttpRequest


def look(request: HttpRequest) -> dict[str, Any]:
    """Template variables `theme` (light, dark, or empty for the system's) and `type` (large or empty)."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in ("light", "dark") else "",
        "type_size": "large" if request.COOKIES.get("type") == "large" else "",
    }
