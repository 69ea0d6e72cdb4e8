"""The pages of both kinds of listing; `kind` comes from the address table."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from listings import access, compare_page, faces, form_page, list_page, mine_page, moves, notice_page
from listings.states import CloseReason
from scenemarket.errors import Invalid, WrongState
from scenemarket.web import address_here, page

PERSONS_REASONS = (CloseReason.MATCHED, CloseReason.WITHDRAWN)


@require_GET
def index(request: HttpRequest, kind: str) -> HttpResponse:
    """The public list."""
    context = list_page.context(request, kind)
    return page(request, "listings/list.html", context, fragment="listings/_list.html")


@require_GET
def compare(request: HttpRequest, kind: str) -> HttpResponse:
    """Up to four listings side by side."""
    return page(request, "listings/compare.html", compare_page.context(request, kind))


@require_GET
def detail(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """One listing as its notice."""
    listing = access.listing_read(request.user, kind, public_id)
    return page(request, "listings/detail.html", notice_page.context(request.user, listing))


@login_required
@require_http_methods(["GET", "POST"])
def move(request: SignedIn, kind: str, public_id: str, word: str) -> HttpResponse:
    """One change of state; GET asks, POST does it."""
    name = moves.named(word)
    listing = moves.listing_for(request.user, kind, public_id, name)
    if request.method == "GET":
        return page(request, "listings/move.html", _asked(kind, listing, name))
    title = listing.title
    try:
        moves.make(listing, name, by=request.user, reason=request.POST.get("reason", ""))
    except Invalid as error:
        if name == "submit":
            return form_page.refused(request, faces.of(kind), listing, error)
        return page(request, "listings/move.html", _asked(kind, listing, name, error), status=error.status)
    except WrongState as error:
        # in a queue: a colleague was faster, so a sentence and on to the next one
        if not request.POST.get("next"):
            raise
        messages.warning(request, str(error))
        return HttpResponseRedirect(_after(request, listing, name))
    messages.success(request, moves.DONE[name] % {"title": title})
    return HttpResponseRedirect(_after(request, listing, name))


def _asked(kind: str, listing: Any, name: str, error: Invalid | None = None) -> dict[str, Any]:
    action = notice_page.action(listing, name)
    reasons = [(reason, reason.label) for reason in PERSONS_REASONS] if name == "close" else []
    possible = moves.possible(name, listing.state)
    return {
        "listing": listing,
        "kind": kind,
        "face": faces.of(kind),
        "action": action,
        "reasons": reasons,
        "error": error,
        "possible": possible,
    }


def _after(request: HttpRequest, listing: Any, name: str) -> str:
    if wanted := address_here(request, request.POST.get("next", "")):
        return wanted
    return reverse("my-listings") if moves.is_gone(name) else str(listing.get_absolute_url())


@login_required
@require_GET
def mine(request: SignedIn) -> HttpResponse:
    """The own organisation's listings, by state."""
    return page(request, "listings/mine.html", mine_page.context(request), fragment="listings/_mine.html")
