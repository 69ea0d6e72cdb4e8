"""Writing a listing: new, edit, and the work that saves itself."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from listings import access, drafts, faces, form_page, services, writing
from listings.models import Listing
from scenemarket.web import address_here, page


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
    """Keep what has been typed so far; answers with the time in words, 409 when another window is further on."""
    listing = _mine(request, kind, public_id)
    seen = request.POST.get("revision", "")
    kept = form_page.keep(
        request, faces.of(kind), listing, revision=int(seen) if seen.isdecimal() and len(seen) < 9 else None
    )
    at = timezone.localtime(kept.draft.at).strftime("%H:%M")
    if kept.beside:
        said = _(
            "In another window you were further on at %(time)s. Both texts are kept; choose which one you go on with."
        )
    else:
        said = _("Saved by itself at %(time)s")
    plain = "text/plain; charset=utf-8"
    answer = HttpResponse(said % {"time": at}, content_type=plain, status=409 if kept.beside else 200)
    answer["X-Revision"] = str(kept.draft.revision)
    return answer


@login_required
@require_GET
def advice(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """What could be said more plainly, what is missing, and how far each step is; of the text as it is kept."""
    listing, face = _mine(request, kind, public_id), faces.of(kind)
    made, _kept = writing.written_by(request.user, kind, listing)
    sections = [{"id": anchor, "title": title, "names": names} for anchor, title, _lead, names in face.form.sections]
    context = {
        "face": face,
        "kind": kind,
        "listing": listing,
        "made": made,
        **writing.advice(face, made, listing, sections),
    }
    return page(request, "listings/advice.html", context, fragment="listings/_advice.html")


@login_required
@require_POST
def discard(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """Give up unsaved work and start again from what is saved."""
    listing = _mine(request, kind, public_id)
    drafts.forget(by=request.user, kind=kind, listing=listing)
    if wanted := address_here(request, request.POST.get("next", "")):
        return redirect(wanted)
    return redirect(reverse(f"{kind}-edit", args=[public_id]) if public_id else reverse(f"{kind}-new"))


def _mine(request: SignedIn, kind: str, public_id: str) -> Listing | None:
    if public_id:
        return access.listing_write(request.user, kind, public_id)
    access.writing_organisation(request.user)
    return None
