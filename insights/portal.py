"""Pages for everybody: home, and one search over both lists."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from insights import home as facts
from listings import faces
from listings.access import visible
from listings.search import LONGEST
from scenemarket.figures import money_parts

SHOWN = 8


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    figures = facts.figures()
    value, unit = money_parts(figures.signed_wan)
    context = {
        "figures": figures,
        "signed": {"value": value, "unit": unit},
        "batches": facts.newest_batches(),
        "programmes": facts.programmes(),
        "newest": facts.newest_opportunities(),
    }
    return render(request, "home/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The first of each list for the same words; each part leads to its own list, with facets."""
    words, where = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("in", "")
    kinds = [face for face in faces.every() if where in ("", face.code)]
    parts = [_part(face, words, request.user) for face in kinds] if words else []
    context = {"words": words, "where": where, "parts": parts, "total": sum(part["count"] for part in parts)}
    return render(request, "home/search.html", context)


def _part(face: faces.Face, words: str, user: Any) -> dict[str, Any]:
    rows = face.filters({"q": words}, queryset=visible(face.code, user)).qs
    return {
        "face": face,
        "count": rows.count(),
        "rows": [face.row(listing) for listing in rows[:SHOWN]],
        "url": f"{reverse(face.many)}?{urlencode({'q': words})}",
    }
