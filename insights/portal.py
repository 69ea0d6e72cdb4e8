"""Pages for everybody: home, and one search over both lists."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from insights import home as facts
from listings import faces, held, list_page, popular
from listings.access import visible
from listings.saved_models import Alert
from listings.search import LONGEST
from scenemarket.figures import money_parts
from scenemarket.web import page

SHOWN, SUGGESTED = 8, 4


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
        "popular": popular.technologies(),
    }
    return render(request, "home/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The first of each list for the same words; each part leads to its own list, with facets."""
    return page(request, "home/search.html", _searched(request, SHOWN), fragment="home/_results.html")


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """The same, a few lines only, below the box in which one types."""
    return render(request, "home/_suggestions.html", _searched(request, SUGGESTED))


def _searched(request: HttpRequest, shown: int) -> dict[str, Any]:
    words, where = " ".join(request.GET.get("q", "").split())[:LONGEST], request.GET.get("in", "")
    exact = "1" if request.GET.get("exact") else ""
    asked = {name: value for name, value in (("q", words), ("exact", exact)) if value}
    kinds = [face for face in faces.every() if where in ("", face.code)]
    parts = [_part(face, asked, request.user, shown) for face in kinds] if words else []
    here = next((part["found"] for part in parts if part["found"]), None)
    address = urlencode({**asked, **({"in": where} if where else {})})
    return {
        "words": words, "where": where, "parts": parts, "total": sum(part["count"] for part in parts), "typed": words,
        "understood": here, "whole": any(part["found"] and part["found"].whole for part in parts), "search": urlencode(asked), "alerts": Alert.choices,
        "all_url": f"{reverse('search')}?{address}", "literal_url": f"{reverse('search')}?{address}&exact=1",
        "popular": popular.technologies(), "kinds": faces.every(),
    }  # fmt: skip


def _part(face: faces.Face, asked: dict[str, str], user: Any, shown: int) -> dict[str, Any]:
    filters = face.filters(asked, queryset=visible(face.code, user))
    listed = held.listed(face.code, user, filters)
    rows = held.page(face.code, user, listed.keys[:shown].tolist())
    return {
        "face": face,
        "count": listed.counts.total,
        "found": filters.found,
        "rows": [list_page.row(face, listing, filters) for listing in rows],
        "url": f"{reverse(face.many)}?{urlencode(asked)}",
    }
