"""Beside the form of a listing: what the lists say of the text as it is kept so far."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedIn
from listings import access
from listings.apart import tell_apart, tell_typed_apart
from matching import writing_page
from matching.services.writing import NotPrepared
from matching.tasks import prepare_for_writing
from scenemarket.errors import Invalid
from scenemarket.web import page

PREPARING = 60  # seconds


@login_required
@require_GET
def fit(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """How many suppliers fit now, and which condition costs how many; of a capability, what would open opportunities."""
    made, listing, _kept = writing_page.opened(request.user, kind, public_id)
    try:
        context = writing_page.fit(request.user, made, listing)
    except NotPrepared as error:
        return _later(request, error)
    return page(
        request,
        "matching/writing.html",
        {**context, "part": f"matching/_fit_{kind}.html"},
        fragment=f"matching/_fit_{kind}.html",
    )


@login_required
@require_GET
def near(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """Listings here and in other cities that say nearly the same."""
    made, listing, kept = writing_page.opened(request.user, kind, public_id, reviews=True)
    reviewing = listing is not None and listing.owner_id not in request.user.organisation_ids
    try:
        context = writing_page.near(request.user, made, listing, kept, reviewing=reviewing)
    except NotPrepared as error:
        return _later(request, error)
    return page(
        request, "matching/writing.html", {**context, "part": "matching/_near.html"}, fragment="matching/_near.html"
    )


@login_required
@require_POST
def apart(request: SignedIn, kind: str, public_id: str = "") -> HttpResponse:
    """Keep that a similar listing is another one, so that it is not asked again."""
    _made, listing, kept = writing_page.opened(request.user, kind, public_id, reviews=True)
    other = access.listing_read(request.user, kind, request.POST.get("other", ""))
    if listing is not None:
        tell_apart(listing, [other.public_id], by=request.user)
    elif kept is not None:
        tell_typed_apart(kept, other.public_id)
    else:
        raise Invalid(writing_page.NOTHING_TYPED)
    near_url = (
        reverse("writing-near", args=[kind, public_id]) if public_id else reverse("writing-near-new", args=[kind])
    )
    return redirect(near_url)


def _later(request: SignedIn, error: NotPrepared) -> HttpResponse:
    """The lists are being measured by a worker; the page asks again."""
    for run in error.runs:
        # whoever asks meanwhile asks for the same work
        if not cache.add(f"prepare-for-writing:{run.pk}", True, PREPARING):
            continue
        prepare_for_writing.delay(run.pk)
    context: dict[str, Any] = {"again": request.get_full_path(), "part": "matching/_preparing.html"}
    return page(request, "matching/writing.html", context, fragment="matching/_preparing.html")
