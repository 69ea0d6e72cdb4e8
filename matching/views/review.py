"""The reviewer's queue: decide, undo, decide many, release."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import retarget, trigger_client_event

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from matching import fairness_page, pair, review_page, run_page
from matching.access import match_review
from matching.forms import BulkForm, ExclusionForm, NoteForm, QueueForm
from matching.models import Match
from matching.services import exposure
from matching.services import release as releasing
from matching.services import review as reviewing
from matching.states import MatchState
from scenemarket.errors import Invalid, NotFound
from scenemarket.web import address_here, page, show_faults

LAST = "last_decision"


@login_required
@require_GET
def review(request: SignedIn) -> HttpResponse:
    cities = reviewed(request)
    form = QueueForm(request.GET, cities=cities)
    shown = review_page.page(
        Match.objects.of_cities(cities),
        form,
        chosen=request.GET.get("pair", ""),
        address=review_page.address_of(form),
        cities=cities,
    )
    if shown["window"].open:
        shown |= {"pair": pair.of_match(shown["window"].open, reader=request.user), "exclusion_form": ExclusionForm()}
        shown["exposure"] = exposure.of_firm(shown["window"].open.capability.owner_id)
    return page(request, "matching/review.html", shown, fragment="matching/_review_answer.html")


@login_required
@require_POST
def review_approve(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    reviewing.approve(match, by=request.user, note=_note(request))
    _said(request, _("Approved: %(title)s") % {"title": match}, match.public_id)
    return back(request)


@login_required
@require_http_methods(["GET", "POST"])
def review_exclude(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    form = ExclusionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _excluded(request, match, form):
        _said(request, _("Excluded: %(title)s") % {"title": match}, match.public_id)
        return back(request)
    crumbs = [(_("Match review"), reverse("review")), (_("Exclude"), "")]
    shown = {"match": match, "exclusion_form": form, "next": _next(request), "crumbs": crumbs}
    status = 422 if form.errors else 200
    answer = page(request, "matching/exclude.html", shown, fragment="matching/_exclude_fields.html", status=status)
    return retarget(answer, "#exclude-fields")


def _excluded(request: SignedIn, match: Match, form: ExclusionForm) -> bool:
    try:
        reviewing.exclude(match, by=request.user, **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
        return False
    return True


@login_required
@require_POST
def review_undo(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    reviewing.undo(match, by=request.user)
    messages.success(request, _("To be reviewed again: %(title)s") % {"title": match})
    return back(request, pair=public_id)


@login_required
@require_POST
def review_undo_last(request: SignedIn) -> HttpResponse:
    """Take back the own last decision; one that was made for many at once is taken back for all of them."""
    mine = Match.objects.of_cities(reviewed(request)).filter(decided_by=request.user)
    undoable = mine.filter(state__in=[MatchState.APPROVED, MatchState.EXCLUDED])
    together = undoable.filter(public_id__in=request.session.pop(LAST, [])) or undoable.order_by("-decided_at")[:1]
    found = list(together.select_related("opportunity__owner", "capability__owner"))
    if not found:
        raise NotFound(_("None of your decisions can be undone: they have been released, or you have made none yet."))
    for match in found:
        reviewing.undo(match, by=request.user)
    messages.success(request, _("Your last decision was taken back."))
    return back(request, pair=found[0].public_id)


@login_required
@require_POST
def review_note(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    reviewing.write_note(match, by=request.user, note=_note(request))
    said = _("The words to both sides were saved.")
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "toast", {"value": said})
    messages.success(request, said)
    return back(request, pair=public_id)


@login_required
@require_POST
def review_bulk(request: SignedIn) -> HttpResponse:
    """Approve what stands above the line in the queue as it is filtered, and what was ticked by hand."""
    rows = _chosen(request, reviewed(request))
    chosen = list(rows.values_list("public_id", flat=True))
    approved, left_out = reviewing.approve_many(rows, by=request.user)
    said = ngettext("%(n)s pair was approved.", "%(n)s pairs were approved.", approved) % {"n": approved}
    _said(request, said, *(chosen if approved else []))
    if left_out:
        words = ngettext("%(n)s pair was left out: %(why)s", "%(n)s pairs were left out: %(why)s", len(left_out))
        messages.warning(request, words % {"n": len(left_out), "why": _first_reasons(left_out)})
    return back(request)


def _chosen(request: SignedIn, cities: list[str]) -> Any:
    """The pairs of a bulk approval: above the line or ticked, without those on screen that were unticked."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("The line has to be a number from 0 to 100; nothing was approved."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    queue = QueueForm(request.GET, cities=cities)
    every = Match.objects.of_cities(cities).filter(state=MatchState.PROPOSED)
    ticked = set(request.POST.getlist("pick"))
    unticked = set(form.cleaned_data["shown"]) - ticked
    above = queue.narrowed(every).filter(score__gte=form.cleaned_data["line"])
    return (above | every.filter(public_id__in=ticked)).exclude(public_id__in=unticked)


def _first_reasons(left_out: list[Any]) -> str:
    """The first three reasons, each named once."""
    reasons = list(dict.fromkeys(str(why) for _match, why in left_out))
    return " ".join(reasons[:3])


@login_required
@require_http_methods(["GET", "POST"])
def review_release(request: SignedIn) -> HttpResponse:
    city = city_of(request)
    if request.method == "POST":
        pushed = releasing.release(city=city, by=request.user)
        words = ngettext("%(n)s pair was pushed to both sides.", "%(n)s pairs were pushed to both sides.", pushed)
        messages.success(request, words % {"n": pushed})
        return redirect("review")
    crumbs = [(_("Match review"), reverse("review")), (_("Release"), "")]
    context = run_page.outgoing(releasing.preview(city=city)) | {"city": city, "crumbs": crumbs}
    context["sliding"] = fairness_page.latest(city)
    return page(request, "matching/release.html", context)


def reviewed(request: SignedIn) -> list[str]:
    """The cities whose matches this person reviews; NotFound for everybody else, as for any page that is not theirs."""
    if not can(request.user, May.REVIEW_MATCHES):
        raise NotFound(_("This page is for the reviewers of a city."))
    return list(request.user.cities)


def city_of(request: SignedIn) -> str:
    """The city that a reviewer means: ?city= if it is one of theirs, else the first."""
    cities = reviewed(request)
    asked = request.POST.get("city") or request.GET.get("city", "")
    if asked and asked not in cities:
        raise NotFound(_("You do not review that city."))
    return asked or cities[0]


def back(request: SignedIn, *, pair: str = "") -> HttpResponse:
    """To the queue as it was filtered, at `pair` or where the form said."""
    if not pair and (wanted := _next(request)):
        return redirect(wanted)
    query = _queue(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    query |= {"pair": [pair]} if pair else {}
    return redirect(f"{reverse('review')}?{urlencode(query, doseq=True)}")


def _queue(address: str) -> dict[str, list[str]]:
    """The filters in the address of the queue; none in any other address."""
    try:
        came = urlsplit(address)
    except ValueError:
        return {}
    return parse_qs(came.query) if came.path == reverse("review") else {}


def _next(request: SignedIn) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return address_here(request, wanted)


def _note(request: SignedIn) -> str:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("The words to both sides have at most 200 characters; nothing was changed."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    return str(form.cleaned_data["note"])


def _said(request: SignedIn, text: str, *decided: str) -> None:
    """A toast with its undo; what was `decided` (public ids) is what undo takes back."""
    request.session[LAST] = list(decided)
    messages.success(request, text, extra_tags=f"undo:{reverse('review-undo-last')}" if decided else "")
