"""A public list: facets with counts, chips of what is active, order, pages; all of it in the address."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from codelists import names
from listings import access, faces, facets
from listings.facets import SHOWN
from listings.filters import ListingFilter
from listings.models import Batch, Programme

PER_PAGE = 20
_NAMED = {"owner": Organisation, "batch": Batch, "programme": Programme}


class Counted(Paginator):
    """A paginator that is told the total, because the facets have counted it already."""

    def __init__(self, rows: Any, per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = total


def context(request: HttpRequest, kind: str) -> dict[str, Any]:
    """Everything that templates/listings/list.html draws for this address."""
    face = faces.of(kind)
    rows = access.visible(kind, request.user).filter(state__in=SHOWN)
    filters = face.filters(request.GET, queryset=rows, request=request)
    counts = facets.count(filters.wide(rows), filters.facets, filters.chosen)
    found = Counted(filters.qs, PER_PAGE, counts.total).get_page(request.GET.get("page"))
    chips = _chips(request, filters)
    return {
        "face": face, "kind": kind, "page_obj": found, "rows": [face.row(listing) for listing in found],
        "counts": counts, "groups": facets.groups(filters.facets, counts, filters.chosen), "chips": chips,
        "q": filters.asked.get("q", ""), "ignored": bool(filters.errors), "orders": _orders(filters),
        "kept": [(name, filters.asked[name]) for name in ("owner", "batch", "programme", "city", "policy", "technology") if name in filters.asked],
        "downloads": _downloads(request, face.many), "clear_url": request.path,
    }  # fmt: skip


def _orders(filters: ListingFilter) -> list[dict[str, Any]]:
    return [
        {"value": name, "label": title, "chosen": name == filters.sort_name} for name, (title, _order) in filters.offered.items()
    ]  # fmt: skip


def _downloads(request: HttpRequest, many: str) -> list[tuple[str, str]]:
    query = request.GET.copy()
    query.pop("page", None)
    links = []
    for label, form in ((_("Excel (.xlsx)"), "xlsx"), (_("Text (.csv)"), "csv")):
        query["format"] = form
        links.append((label, f"{reverse(f'{many}-export')}?{query.urlencode()}"))
    return links


def _chips(request: HttpRequest, filters: ListingFilter) -> list[dict[str, str]]:
    chips = [_chip(request, name, label, value) for name, label, value in _asked(filters)]
    for facet in filters.facets:
        values = filters.chosen[facet.name]
        if values:
            chips.append(_chip(request, facet.name, str(facet.title), "、".join(facet.label(v) for v in values)))
    return chips


def _asked(filters: ListingFilter) -> list[tuple[str, str, str]]:
    titles = {
        "q": _("Search"), "owner": _("Organisation"), "batch": _("Batch"), "programme": _("Programme"),
        "city": _("City"), "policy": _("Policy category"), "technology": _("Technology"),
    }  # fmt: skip
    return [(name, titles[name], _word(name, str(value))) for name, value in filters.asked.items() if name in titles]


def _word(name: str, value: str) -> str:
    if name in _NAMED:
        found = _NAMED[name].objects.filter(public_id=value).first()  # type: ignore[attr-defined]
        return str(found) if found else value
    lists = {"city": "region", "policy": "policy"}
    return names.name(lists[name], value) if name in lists else value


def _chip(request: HttpRequest, name: str, label: str, value: str) -> dict[str, str]:
    return {"name": label, "value": value, "url": _without(request.GET, name) or request.path}


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    for gone in (name, "page"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}" if rest else ""
