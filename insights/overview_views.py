"""The leaders' page, its panels, the lists behind its numbers, and its workbook."""

import time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.requests import SignedIn
from codelists import names, regions
from insights import keeping, overview_figures, overview_lists, overview_page, overview_scope, overview_sheet
from insights import overview_words as words
from insights.overview_scope import Asked, Scope
from scenemarket import figures
from scenemarket.errors import NotFound
from scenemarket.web import page

PAGE, MOST = 20, 20_000
# once a page has counted for this long, its other panels come by themselves
PATIENCE_SECONDS = 0.4


def _asked(request: SignedIn) -> Asked:
    """What the address asks for; NotFound for who reads no city's figures."""
    cities = sorted(request.user.figure_cities)
    if not cities:
        raise NotFound(_("There is nothing at this address, or it is not open to you."))
    wanted = request.GET.get("city", "")
    city = wanted if wanted in cities else cities[0]
    district = request.GET.get("district", "")
    district = district if district and regions.contains(city, district) else ""
    owner = Organisation.objects.filter(public_id=request.GET.get("department", "")[:12]).first()
    scope = Scope(city, district, owner.pk if owner else None, owner.public_id if owner else "")
    return Asked(scope, overview_scope.period(request.GET))


def _frame(asked: Asked) -> dict[str, Any]:
    """What every page of these shows about what was asked."""
    made, chosen = keeping.as_of(), asked.period
    return {
        "asked": asked, "city": names.name("region", asked.scope.city), "stretch": words.stretch(chosen), "as_of": made,
        "period_name": words.period(chosen), "before": chosen.year_before().first.year,
    }  # fmt: skip


def _choices(request: SignedIn, asked: Asked) -> dict[str, Any]:
    """What can be chosen: periods, cities, districts, departments; and what is chosen, to be taken away."""
    scope, here = asked.scope, asked.period.name
    departments = overview_figures.departments(scope)
    by_id = {public_id: name for _key, public_id, name in departments}
    chips = [
        {"name": label, "value": value, "url": f"?{asked.address(**{key: ''})}"}
        for label, key, value in (
            (_("District"), "district", words.region(scope.region, scope.city) if scope.region else ""),
            (_("Department"), "department", by_id.get(scope.owner_id, "")),
        )
        if value
    ]
    return {
        "periods": [{"name": label, "url": f"?{asked.address(period=name if name != overview_scope.YEAR else '', from_='', to='')}",
                     "active": name == here} for name, label in overview_scope.choices()],
        "cities": [(code, names.name("region", code)) for code in sorted(request.user.figure_cities)],
        "districts": [(c, words.region(c, scope.city)) for c in names.codes("region") if regions.contains(scope.city, c)],
        "departments": [(public_id, name) for _key, public_id, name in departments], "chips": chips,
    }  # fmt: skip


@login_required
@require_GET
def overview(request: SignedIn) -> HttpResponse:
    asked = _asked(request)
    heads = overview_page.heads(asked)
    began = time.monotonic()
    panels = []
    for name in overview_page.PANELS:
        late = time.monotonic() - began > PATIENCE_SECONDS
        panels.append({"name": name, "late": True} if late else overview_page.panel(name, asked))
    context = {**_frame(asked), **_choices(request, asked), "heads": heads, "panels": panels}
    return page(request, "insights/overview.html", context)


@login_required
@require_GET
def overview_panel(request: SignedIn, name: str) -> HttpResponse:
    """One panel: as a part of the page, or by itself where no script runs."""
    if name not in overview_page.PANELS:
        raise NotFound(_("There is no such panel."))
    asked = _asked(request)
    context = {**_frame(asked), "panel": overview_page.panel(name, asked)}
    return page(request, "insights/panel.html", context, fragment="insights/_panel.html")


@login_required
@require_GET
def overview_list(request: SignedIn, what: str) -> HttpResponse:
    asked = _asked(request)
    more = {
        key: request.GET.get(key, "")[:60]
        for key in ("step", "by", "open", "side", "outcome", "reason", "field", "industry")
    }
    found = overview_lists.find(what, asked, more)
    if request.GET.get("form") == "xlsx":
        book = overview_sheet.Book(_about(asked))
        rows = found.shown(found.rows[:MOST], request.user)
        book.sheet(found.title, found.heads, ([c.text if c.value is None else c.value for c in row] for row in rows))
        return book.answer(found.title)
    shown = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    rows = found.shown(shown, request.user)
    scoped = {
        **_frame(asked),
        "list": found,
        "page_obj": shown,
        "rows": rows,
        "total": shown.paginator.count,
        "open": more["open"],
    }
    return page(request, "insights/list.html", {**scoped, "sheet": _again(request, form="xlsx")})


def _again(request: SignedIn, **more: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.update(more)
    return f"?{query.urlencode()}"


def _about(asked: Asked) -> str:
    scope = asked.scope
    said = [names.name("region", scope.city), words.region(scope.region, scope.city) if scope.region else "",
            words.stretch(asked.period), _("as of %(moment)s") % {"moment": figures.exact(keeping.as_of().at)}]  # fmt: skip
    return " · ".join(part for part in said if part)


@login_required
@require_GET
def overview_sheet_file(request: SignedIn) -> HttpResponse:
    """The whole page as .xlsx."""
    asked = _asked(request)
    panels = {name: overview_page.panel(name, asked) for name in overview_page.PANELS}
    title = _("Overview of %(city)s") % {"city": names.name("region", asked.scope.city)}
    return overview_sheet.figures(title, _about(asked), overview_page.heads(asked), panels)
