"""The public figures, the public lists behind them, and their workbook."""

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from codelists import names, regions
from insights import figures_public, keeping, overview_lists, overview_sheet
from insights import overview_words as words
from insights.models import Course
from insights.overview_scope import Asked
from scenemarket import figures as said
from scenemarket.errors import NotFound
from scenemarket.web import page

PAGE = 20
LISTS = ("opportunities", "capabilities")


def _asked(request: HttpRequest) -> tuple[Asked | None, list[str]]:
    """What is asked for, and the cities that have figures; nothing while there are none."""
    cities = sorted(Course.objects.filter(public=True).order_by().values_list("city", flat=True).distinct())
    wanted = request.GET.get("city", "")
    city = wanted if wanted in cities else next(iter(cities), "")
    return (figures_public.asked(city) if city else None), cities


def _frame(asked: Asked) -> dict[str, Any]:
    return {
        "asked": asked, "city": names.name("region", asked.scope.city), "stretch": words.stretch(asked.period), "as_of": keeping.as_of(),
        "least": figures_public.LEAST,
    }  # fmt: skip


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    asked, cities = _asked(request)
    if asked is None:
        return page(request, "insights/figures.html", {"nothing": True})
    panels = {panel["name"]: panel for panel in figures_public.panels(asked)}
    named = [(code, names.name("region", code)) for code in cities]
    context = {**_frame(asked), "heads": figures_public.heads(asked), "panels": panels, "cities": named}
    return page(request, "insights/figures.html", context)


@require_GET
def figures_list(request: HttpRequest, what: str) -> HttpResponse:
    """The public opportunities or capabilities behind a number."""
    asked, _cities = _asked(request)
    if asked is None or what not in LISTS:
        raise NotFound(_("There is no such list."))
    district = request.GET.get("district", "")
    if district and regions.contains(asked.scope.city, district):
        asked = replace(asked, scope=replace(asked.scope, region=district))
    more = {key: request.GET.get(key, "")[:60] for key in ("open", "field", "industry")}
    found = overview_lists.find(what, asked, more)
    shown = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    context = {**_frame(asked), "list": found, "page_obj": shown, "rows": found.shown(shown, request.user), "total": shown.paginator.count,
               "open": more["open"] or what == "capabilities", "public": True}  # fmt: skip
    return page(request, "insights/list.html", context)


@require_GET
def figures_sheet(request: HttpRequest) -> HttpResponse:
    """The public figures as .xlsx."""
    asked, _cities = _asked(request)
    if asked is None:
        raise NotFound(_("There are no figures yet."))
    city, moment = names.name("region", asked.scope.city), said.exact(keeping.as_of().at)
    book = overview_sheet.Book(
        " · ".join((city, words.stretch(asked.period), _("as of %(moment)s") % {"moment": moment}))
    )
    for title, heads, rows in figures_public.tables(asked):
        book.sheet(title, heads, rows)
    return book.answer(_("Figures of %(city)s") % {"city": city})
