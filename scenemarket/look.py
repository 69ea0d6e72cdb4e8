"""How pages look for this reader: theme, type size, density. Kept in cookies; no account is needed."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from scenemarket.web import address_here

CHOICES = {
    "theme": ("light", "dark", ""),
    "type": ("large", ""),
    "density": ("compact", "roomy", ""),
}
A_YEAR = 365 * 24 * 3600


def look(request: HttpRequest) -> dict[str, Any]:
    """Template variables `theme` (light, dark, or empty for the system's), `type_size` (large or empty), `density`,
    `city_name`, whose market this is, and `contact_email`, where questions go."""
    return {
        "theme": _chosen(request, "theme"),
        "type_size": _chosen(request, "type"),
        "density": _chosen(request, "density"),
        "city_name": settings.CITY_NAME,
        "contact_email": settings.CONTACT_EMAIL,
    }


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the posted choices (theme, type, density) for a year and go back to where the reader was."""
    answer = HttpResponseRedirect(address_here(request, request.POST.get("next", "")) or "/")
    for name, allowed in CHOICES.items():
        value = request.POST.get(name)
        if value in allowed:
            answer.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer


def _chosen(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else ""
