"""The reviewer's queue: decide, undo, decide many."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import push_url, retarget, trigger_client_event

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from matching import bulk_page, pair, review_page
from matching.access import match_review
from matching.forms import ExclusionForm, NoteForm, QueueForm
from matching.models import Match
from matching.services import exposure
from matching.services import review as reviewing
from matching.states import MatchState
from scenemarket import figures
from scenemarket.errors import Invalid, NotAllowed, NotFound, Refusal, WrongState
from scenemarket.web import address_here, page, show_faults


@login_required
@require_GET
def review(request: SignedIn) -> HttpResponse:
    """The queue; ?part=list is what open pages ask for when a colleague has decided: everything but the open pair."""
    reviewed(request)
    if request.htmx and request.GET.get("part") == "list":
        return page(request, "matching/_review_live.html", _shown(request, request.GET, with_pair=False))
    return desk(request, request.GET)


def desk(request: SignedIn, query: QueryDict) -> HttpResponse:
    """The whole desk for a queue's address, as page or as fragment."""
    return page(request, "matching/review.html", _shown(request, query), fragment="matching/_review_answer.html")


def _shown(request: SignedIn, query: QueryDict, *, with_pair: bool = True) -> dict[str, Any]:
    form = QueueForm(query, cities=request.user.cities)
    shown = review_page.page(request.user, form, chosen=query.get("pair", ""))
    opened = shown["window"].open
    if opened and with_pair:
        shown |= {"pair": pair.of_match(opened, reader=request.user), "exclusion_form": ExclusionForm()}
        shown["exposure"] = exposure.of_firm(opened.capability.owner_id)
    return shown


@login_required
@require_POST
def review_approve(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    try:
        reviewing.approve(match, by=request.user, note=_note(request))
    except (NotAllowed, WrongState) as refused:
        return _not_done(request, match, refused)
    _said(request, _("Approved: %(title)s") % {"title": match}, undo=True)
    return back(request)


@login_required
@require_http_methods(["GET", "POST"])
def review_exclude(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    form = ExclusionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.exclude(match, by=request.user, **form.cleaned_data)
            _said(request, _("Excluded: %(title)s") % {"title": match}, undo=True)
            return back(request)
        except Invalid as error:
            show_faults(form, error)
        except WrongState as refused:
            return _not_done(request, match, refused)
    crumbs = [(_("Match review"), reverse("review")), (_("Exclude"), "")]
    shown = {"match": match, "exclusion_form": form, "next": _next(request), "crumbs": crumbs}
    status = 422 if form.errors else 200
    answer = page(request, "matching/exclude.html", shown, fragment="matching/_exclude_fields.html", status=status)
    return retarget(answer, "#exclude-fields")


def _not_done(request: SignedIn, match: Match, refused: Refusal) -> HttpResponse:
    """A colleague was faster, or the pair is not this person's to decide: a sentence, and on to the next pair."""
    words = request.POST.get("note", "").strip()[:200]
    kept = _("Your words were: “%(words)s”") % {"words": words} if words and words != match.note else ""
    messages.warning(request, " ".join(filter(None, (meanwhile(match) or str(refused), kept))))
    return back(request)


def meanwhile(match: Match) -> str:
    """Who decided on a pair, how and when; "" when nobody did."""
    match.refresh_from_db(fields=["state", "decided_by", "decided_at"])
    if match.state == MatchState.PROPOSED or match.decided_by is None or match.decided_at is None:
        return ""
    return _("%(by)s was faster: “%(title)s” is “%(state)s” since %(at)s. Nothing was changed; the next pair is open.") % {
        "by": match.decided_by, "title": match, "state": MatchState(match.state).label, "at": figures.exact(match.decided_at),
    }  # fmt: skip


@login_required
@require_POST
def review_undo(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    try:
        reviewing.undo(match, by=request.user)
    except WrongState as refused:
        messages.warning(request, str(refused))
        return back(request)
    messages.success(request, _("To be reviewed again: %(title)s") % {"title": match})
    return back(request, pair=public_id)


@login_required
@require_POST
def review_undo_last(request: SignedIn) -> HttpResponse:
    """Take back the own last decision; one that was made for many at once is taken back for all of them."""
    reviewed(request)
    undone, left_out = reviewing.undo_last(by=request.user)
    if not undone:
        messages.warning(
            request, _("None of your decisions can be undone: they have been released, or you have made none yet.")
        )
        return back(request)
    if len(undone) == 1:
        messages.success(request, _("To be reviewed again: %(title)s") % {"title": undone[0]})
    else:
        messages.success(request, _("Your last decision was taken back for %(n)s pairs.") % {"n": len(undone)})
    _tell_left_out(request, left_out)
    return back(request, pair=undone[0].public_id)


@login_required
@require_POST
def review_note(request: SignedIn, public_id: str) -> HttpResponse:
    match = match_review(request.user, public_id)
    reviewing.write_note(match, by=request.user, note=_note(request) or "")
    said = _("The words to both sides were saved.")
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "words-kept", {"pair": public_id})
    messages.success(request, said)
    return back(request, pair=public_id)


@login_required
@require_http_methods(["GET", "POST"])
def review_bulk(request: SignedIn) -> HttpResponse:
    """First what would be approved and what is left out and why; then, said yes to, exactly that."""
    reviewed(request)
    if request.method == "GET":
        shown = bulk_page.preview(request.user, bulk_page.chosen(request.user, request.GET))
        shown |= {"next": _next(request), "crumbs": [(_("Match review"), reverse("review")), (_("Approve many"), "")]}
        return page(request, "matching/bulk.html", shown, fragment="matching/_bulk.html")
    approved, left_out = reviewing.approve_many(
        bulk_page.confirmed(request.user, request.POST.get("ids", "")), by=request.user
    )
    said = ngettext("%(n)s pair was approved.", "%(n)s pairs were approved.", approved) % {"n": approved}
    _said(request, said, undo=approved > 0)
    _tell_left_out(request, left_out)
    return back(request)


def _tell_left_out(request: SignedIn, left_out: list[reviewing.LeftOut]) -> None:
    """How many, and the first three reasons, each named once."""
    if left_out:
        reasons = list(dict.fromkeys(str(why) for _match, why in left_out))
        words = ngettext("%(n)s pair was left out: %(why)s", "%(n)s pairs were left out: %(why)s", len(left_out))
        messages.warning(request, words % {"n": len(left_out), "why": " ".join(reasons[:3])})


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
    """To the queue as it was filtered, at `pair` or where the form said; for HTMX in the same round trip."""
    wanted = "" if pair else _next(request)
    if not wanted:
        query = _queue(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
        query |= {"pair": [pair]} if pair else {}
        wanted = f"{reverse('review')}?{urlencode(query, doseq=True)}"
    there = urlsplit(wanted)
    if not request.htmx or there.path != reverse("review"):
        return redirect(wanted)
    return push_url(desk(request, QueryDict(there.query)), wanted)


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


def _note(request: SignedIn) -> str | None:
    """The words as they were sent; None when none were."""
    if "note" not in request.POST:
        return None
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("The words to both sides have at most 200 characters; nothing was changed."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    return str(form.cleaned_data["note"])


def _said(request: SignedIn, text: str, *, undo: bool) -> None:
    messages.success(request, text, extra_tags=f"undo:{reverse('review-undo-last')}" if undo else "")
