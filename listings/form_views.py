"""Writing a listing: new, edit, and the work that saves itself."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from listings import access, faces, form_page, services
from listings.models import Listing


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedIn, kind: str) -> HttpResponse:
    """Write a new listing for the own organisation."""
    owner = access.writing_organisation(request.user)
    return form_page.answer(request, faces.of(kind), owner, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, kind: str, public_id: str) -> HttpResponse:
    """Change a listing of the own organisation."""
    listing = access.listing_write(request.user, kind, public_id)
    services.check_editable(listing)
    return form_page.answer(request, faces.of(kind), listing.owner, listing)


@login_required
@require_POST
def keep(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """Keep what has been typed so far; answers with the time in words."""
    listing = _mine(request, kind, public_id)
    draft = form_page.keep(request, faces.of(kind), listing)
    said = _("Saved by itself at %(time)s") % {"time": timezone.localtime(draft.at).strftime("%H:%M")}
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


@login_required
@require_POST
def discard(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """Give up unsaved work and start again from what is saved."""
    listing = _mine(request, kind, public_id)
    services.forget_typed(by=request.user, kind=kind, listing=listing)
    return redirect(reverse(f"{kind}-edit", args=[public_id]) if public_id else reverse(f"{kind}-new"))


def _mine(request: SignedIn, kind: str, public_id: str) -> Listing | None:
    if public_id:
        return access.listing_write(request.user, kind, public_id)
    access.writing_organisation(request.user)
    return None
