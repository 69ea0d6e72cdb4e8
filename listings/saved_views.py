"""The pages of saved searches: only their owner ever sees them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedIn
from listings import access, faces, list_page, saved
from listings.saved_models import Alert, SavedSearch
from scenemarket.errors import Invalid
from scenemarket.web import page


@login_required
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """All of this person's searches, newest first."""
    return _index(request)


@login_required
@require_POST
def new(request: SignedIn) -> HttpResponse:
    """Keep a search, then show all."""
    asked = {name: request.POST.get(name, "") for name in ("kind", "query", "name", "alert")}
    try:
        found, fresh = saved.save(by=request.user, **asked)
    except Invalid as error:
        return _index(request, error)
    said = _("Saved as “%(name)s”.") if fresh else _("You keep this search already, as “%(name)s”.")
    messages.success(request, said % {"name": found.name})
    return redirect("saved-searches")


@login_required
@require_GET
def follow(request: SignedIn, public_id: str) -> HttpResponse:
    """Go to the list with this search; what is new counts as seen from then on."""
    search = saved.own(request.user, public_id)
    saved.seen(search)
    return redirect(_address(search))


@login_required
@require_POST
def change(request: SignedIn, public_id: str) -> HttpResponse:
    """Rename it, or choose when to be told."""
    search = saved.own(request.user, public_id)
    try:
        saved.change(search, by=request.user, name=request.POST.get("name", ""), alert=request.POST.get("alert", ""))
    except Invalid as error:
        return _index(request, error)
    messages.success(request, _("Saved."))
    return redirect("saved-searches")


@login_required
@require_POST
def delete(request: SignedIn, public_id: str) -> HttpResponse:
    """Forget it."""
    search = saved.own(request.user, public_id)
    saved.delete(search, by=request.user)
    messages.success(request, _("“%(name)s” was deleted.") % {"name": search.name})
    return redirect("saved-searches")


def _index(request: SignedIn, error: Invalid | None = None) -> HttpResponse:
    rows = [_row(request, search) for search in SavedSearch.objects.filter(owner=request.user)]
    context = {"rows": rows, "alerts": Alert.choices, "most": saved.MOST, "error": error}
    return page(request, "listings/saved.html", context, status=error.status if error else 200)


def _row(request: SignedIn, search: SavedSearch) -> dict[str, object]:
    kind = saved.kinds_of(search)[0]
    filters = faces.of(kind).filters(search.asked(), queryset=access.visible(kind, request.user))
    where = faces.of(kind).title if search.kind else _("Both lists")
    return {"search": search, "where": where, "said": list_page.in_words(filters), "url": saved.path(search)}


def _address(search: SavedSearch) -> str:
    where = reverse(faces.of(search.kind).many) if search.kind else reverse("search")
    return f"{where}?{search.query}".rstrip("?")
