"""Pages for everybody: home, and one search over both lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from insights import home as facts


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "figures": facts.figures(),
        "batches": facts.newest_batches(),
        "programmes": facts.programmes(),
        "newest": facts.newest_opportunities(),
    }
    return render(request, "home/home.html", context)
