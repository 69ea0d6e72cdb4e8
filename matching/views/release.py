"""What goes out to both sides and what is taken back: a summary before, a result after."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from matching import fairness_page, release_page
from matching.access import run_read
from matching.services import release as releasing
from matching.views.review import city_of, reviewed
from matching.views.runs import crumbs_of
from scenemarket.errors import NotFound
from scenemarket.web import page

# notices carry the database's time
SLACK = timedelta(seconds=2)
# the page is a receipt; what is older stands in the log
LOOK_BACK = timedelta(days=31)


@login_required
@require_http_methods(["GET", "POST"])
def review_release(request: SignedIn) -> HttpResponse:
    """All approved pairs of a city."""
    city = city_of(request)
    if request.method == "POST":
        began = timezone.now()
        return _released(request, releasing.release(city=city, by=request.user), began)
    crumbs = [(_("Match review"), reverse("review")), (_("Release"), "")]
    context = release_page.outgoing(releasing.preview(city=city)) | {"city": city, "crumbs": crumbs}
    return page(request, "matching/release.html", context | {"sliding": fairness_page.latest(city)})


@login_required
@require_http_methods(["GET", "POST"])
def run_release(request: SignedIn, public_id: str) -> HttpResponse:
    """The approved pairs of one run."""
    found = run_read(request.user, public_id)
    if request.method == "POST":
        began = timezone.now()
        return _released(request, releasing.release(city=found.city, by=request.user, run=found), began)
    context = release_page.outgoing(releasing.preview(city=found.city, run=found)) | {"run": found, "city": found.city}
    context["crumbs"] = crumbs_of(str(found), found.get_absolute_url(), _("Release"))
    context["sliding"] = found if fairness_page.shown_for(found) else None
    return page(request, "matching/release.html", context)


def _released(request: SignedIn, pushed: int, began: datetime) -> HttpResponse:
    if not pushed:
        messages.warning(request, _("Nothing went out: no approved pair may go to both sides now."))
        return redirect("review-release")
    words = ngettext("%(n)s pair was pushed to both sides.", "%(n)s pairs were pushed to both sides.", pushed)
    messages.success(request, words % {"n": pushed})
    return _told(began, "pushed")


@login_required
@require_http_methods(["GET", "POST"])
def run_withdraw(request: SignedIn, public_id: str) -> HttpResponse:
    """Take a released run back, after the summary of who will be told."""
    found = run_read(request.user, public_id)
    if request.method == "POST":
        began = timezone.now()
        taken = releasing.withdraw(found, by=request.user, reason=request.POST.get("reason", "")[:500])
        words = ngettext(
            "The run was withdrawn; %(n)s suggestion no longer counts.",
            "The run was withdrawn; %(n)s suggestions no longer count.",
            taken,
        )
        messages.success(request, words % {"n": taken})
        return _told(began, "withdrawn") if taken else redirect(found)
    crumbs = crumbs_of(str(found), found.get_absolute_url(), _("Withdraw"))
    return page(request, "matching/withdraw.html", release_page.coming_back(found) | {"crumbs": crumbs})


def _told(began: datetime, kind: str) -> HttpResponse:
    since = urlencode({"since": (began - SLACK).isoformat()})
    return redirect(f"{reverse('review-told', args=[kind])}?{since}")


@login_required
@require_GET
def review_told(request: SignedIn, kind: str) -> HttpResponse:
    """The result: which organisation was told of what since ?since=, and where the e-mails are."""
    cities = reviewed(request)
    if kind not in release_page.TOLD:
        raise NotFound(_("There is no such page."))
    since = _moment(request.GET.get("since", ""))
    heading = _("What was released") if kind == "pushed" else _("What was withdrawn")
    context: dict[str, Any] = release_page.arrived(cities, kind, since) | {
        "kind": kind,
        "since": since,
        "heading": heading,
    }
    context["crumbs"] = [(_("Match review"), reverse("review")), (heading, "")]
    return page(request, "matching/told.html", context, fragment="matching/_told.html")


def _moment(said: str) -> datetime:
    """The moment in the address, at most a month ago; without a readable one the beginning of today."""
    try:
        found = parse_datetime(said)
    except ValueError:
        found = None
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if found is None or not 2000 <= found.year <= 2100:
        return today
    found = found if timezone.is_aware(found) else timezone.make_aware(found)
    return max(found, today - LOOK_BACK)
