"""The queue of listings that wait for a reviewer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from listings import review_page
from scenemarket.errors import NotFound
from scenemarket.web import page


@login_required
@require_GET
def review(request: SignedIn) -> HttpResponse:
    """Listings that wait, one of them open; nobody else than reviewers finds this page."""
    if not can(request.user, May.REVIEW_LISTINGS):
        raise NotFound("")
    return page(request, "listings/review.html", review_page.context(request), fragment="listings/_review.html")
