"""A public list: facets with counts, chips of what is active, rows or table, order, pages; all of it in the address."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from codelists import names
from listings import access, address, faces, facets, held, marks, table
from listings.facets import SHOWN
from listings.filters import ListingFilter
from listings.models import Batch, Programme
from listings.saved_models import Alert

PER_PAGE = 20
TABLE = "table"
_NAMED = {"owner": Organisation, "batch": Batch, "programme": Programme}
KEPT = ("owner", "batch", "programme", "city", "policy", "technology")


def context(request: HttpRequest, kind: str) -> dict[str, Any]:
    """Everything that templates/listings/list.html draws for this address."""
    face = faces.of(kind)
    rows = access.visible(kind, request.user).filter(state__in=SHOWN)
    filters = face.filters(request.GET, queryset=rows, request=request)
    listed = held.listed(kind, request.user, filters)
    found = Paginator(listed.keys, PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = held.page(kind, request.user, [int(key) for key in found.object_list])
    counts = listed.counts
    chips = _chips(request, filters)
    return {
        "face": face, "kind": kind, "page_obj": found, "counts": counts, "chips": chips,
        "rows": [row(face, listing, filters) for listing in found],
        "groups": facets.groups(filters.facets, counts, filters.chosen),
        "q": filters.asked.get("q", ""), "ignored": bool(filters.errors), "orders": _orders(filters),
        "kept": [(name, filters.asked[name]) for name in KEPT if name in filters.asked],
        **_taken_away(request, face.many), "alerts": Alert.choices, "clear_url": _cleared(request),
        "search": search_of(request.GET, filters), "search_name": "、".join(chip["value"] for chip in chips),
        **understanding(request.GET, filters), **_look(request.GET, face, filters), **_compare(request.GET, face, found),
    }  # fmt: skip


def row(face: faces.Face, listing: Any, filters: ListingFilter) -> dict[str, Any]:
    """One row, with the words of the search marked."""
    drawn = {**face.row(listing), "id": listing.public_id, "listing": listing}
    words = filters.found.marks if filters.found else str(filters.asked.get("q", "")).split()
    if words:
        drawn["title"] = marks.marked(listing.title, words)
        drawn["summary"] = marks.passage(face.searched(listing), words)
    return drawn


def understanding(query: QueryDict, filters: ListingFilter) -> dict[str, Any]:
    """How the words were taken, and the address that takes them as they stand."""
    here = filters.found
    if here is None:
        return {"understood": None}
    literal_url = address.with_parts(query, exact="1")
    return {
        "understood": here,
        "literal_url": literal_url,
        "typed": filters.asked["q"],
        "exact": bool(filters.asked.get("exact")),
    }


def search_of(query: QueryDict, filters: ListingFilter) -> str:
    """The search of an address as it can be saved."""
    return address.normal(filters.asked, filters.chosen)


def _look(query: QueryDict, face: faces.Face, filters: ListingFilter) -> dict[str, Any]:
    view = TABLE if query.get("view") == TABLE else ""
    columns = table.chosen(face.columns, query.getlist("columns"))
    heads = [
        {"column": c, "url": address.with_parts(query, sort=c.order) if c.order else "", "sorted": filters.sort_name == c.order}
        for c in columns
    ]  # fmt: skip
    return {
        "view": view, "rows_url": address.with_parts(query, view="", columns=()), "table_url": address.with_parts(query, view=TABLE),
        "columns": columns, "heads": heads, "all_columns": [c for c in face.columns if c.table],
    }  # fmt: skip


def _compare(query: QueryDict, face: faces.Face, found: Any) -> dict[str, Any]:
    ids = address.compared(query)
    here = {listing.public_id for listing in found}
    chosen = QueryDict(mutable=True)
    chosen.setlist("compare", ids)
    url = f"{reverse(f'{face.many}-compare')}?{chosen.urlencode()}"
    return {
        "compared": ids, "compared_elsewhere": [each for each in ids if each not in here], "most_compared": address.MOST_COMPARED,
        "compare_full": len(ids) >= address.MOST_COMPARED, "compare_url": url, "uncompare_url": address.with_parts(query, compare=()),
    }  # fmt: skip


def _cleared(request: HttpRequest) -> str:
    """The list with nothing asked for, looked at in the same way."""
    rest = QueryDict(mutable=True)
    for name in ("view", "columns", "compare"):
        if request.GET.getlist(name):
            rest.setlist(name, request.GET.getlist(name))
    return f"{request.path}?{rest.urlencode()}" if rest else request.path


def _orders(filters: ListingFilter) -> list[dict[str, Any]]:
    return [
        {"value": name, "label": title, "chosen": name == filters.sort_name} for name, (title, _order) in filters.offered.items()
    ]  # fmt: skip


def _taken_away(request: HttpRequest, many: str) -> dict[str, Any]:
    """The same list as files and as a feed."""
    query = request.GET.copy()
    for name in ("page", "view", "columns", "compare"):
        query.pop(name, None)
    feed = f"{reverse(f'{many}-feed')}?{query.urlencode()}".rstrip("?")
    links = []
    for label, form in ((_("Excel (.xlsx)"), "xlsx"), (_("Text (.csv)"), "csv")):
        query["format"] = form
        links.append((label, f"{reverse(f'{many}-export')}?{query.urlencode()}"))
    return {"downloads": [*links, (_("Feed (Atom)"), feed)], "feed_url": feed}


def _chips(request: HttpRequest, filters: ListingFilter) -> list[dict[str, str]]:
    chips = [_chip(request, name, label, _word(name, value)) for name, label, value in _titled(filters)]
    for facet in filters.facets:
        values = filters.chosen[facet.name]
        if values:
            chips.append(_chip(request, facet.name, str(facet.title), "、".join(facet.label(v) for v in values)))
    return chips


def _titled(filters: ListingFilter) -> list[tuple[str, str, str]]:
    titles = {
        "q": _("Search"), "owner": _("Organisation"), "batch": _("Batch"), "programme": _("Programme"),
        "city": _("City"), "policy": _("Policy category"), "technology": _("Technology"),
    }  # fmt: skip
    return [(name, titles[name], str(value)) for name, value in filters.asked.items() if name in titles]


def in_words(filters: ListingFilter) -> str:
    """What a search asks for, in words: "City: Hucheng; Budget: 50 to 200"; without asking the database for names."""
    asked = [(title, "" if name in _NAMED else _word(name, value)) for name, title, value in _titled(filters)]
    chosen = [
        (str(f.title), "、".join(f.label(v) for v in filters.chosen[f.name]))
        for f in filters.facets
        if filters.chosen[f.name]
    ]
    return "；".join(f"{title} {value}".strip() for title, value in [*asked, *chosen])


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
    for gone in (name, "page", *(("exact",) if name == "q" else ())):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}" if rest else ""
