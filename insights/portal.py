"""Pages for everybody: home, and one search over both lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from insights import home as facts
from scenemarket.figures import money_parts


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
