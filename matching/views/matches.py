"""Suggestions: an organisation's list, one pair, the answers, comparison."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import can, check_can
from accounts.requests import SignedIn
from accounts.roles import May
from activity import log_page
from activity.models import Event
from listings import table_file
from matching import matches_file as matches_file_of
from matching import pair
from matching import suggestion_page as shown
from matching.access import match_answer, match_read, side_of
from matching.forms import DeclineForm
from matching.models import Answer, Match
from matching.services import answers, exposure
from matching.services.moves import refusal
from matching.states import MatchState, other
from scenemarket.errors import Invalid, WrongState
from scenemarket.web import page, show_faults

PAGE = 10


@login_required
@require_GET
def matches(request: SignedIn) -> HttpResponse:
    asked, every = shown.Asked.of(request.GET), shown.own(request.user.organisation_ids)
    rows = shown.of_listing(every, asked.listing)
    found = Paginator(shown.narrowed(rows, asked), PAGE).get_page(request.GET.get("page"))
    organisation = request.user.organisation
    context = {
        "page_obj": found, "cards": _cards(request, list(found)), "tabs": shown.tabs(rows, asked), "asked": asked,
        "organisation": organisation, "exposure": exposure.of_firm(organisation.pk) if organisation else None,
        "listings": shown.listings(every), "orders": [(code, label) for code, (label, _by) in shown.ORDERS.items()],
    }  # fmt: skip
    return page(request, "matching/matches.html", context)


@login_required
@require_GET
def matches_file(request: SignedIn) -> HttpResponse:
    """What the list shows, with its filters, as .xlsx or .csv."""
    asked = shown.Asked.of(request.GET)
    rows = shown.of_listing(shown.own(request.user.organisation_ids), asked.listing)
    table = matches_file_of.rows(request.user, shown.narrowed(rows, asked))
    title = f"{_('Suggestions')}-{shown.TABS[asked.tab][0]}"
    return table_file.answer(title, matches_file_of.head(), table, form=request.GET.get("form", ""))


def _cards(request: SignedIn, found: list[Answer]) -> list[dict[str, Any]]:
    reasons = pair.short([(a.match.opportunity, a.match.capability) for a in found])
    names = [pair.names_owner(request.user, a.match, other(a.side)) for a in found]
    may = {pk for pk in request.user.organisation_ids if can(request.user, May.ANSWER, organisation=pk)}
    return [
        shown.card(a, why, shows_owner=name) | {"may_answer": a.match.listing(a.side).owner_id in may}
        for a, why, name in zip(found, reasons, names, strict=True)
    ]


@login_required
@require_GET
def match(request: SignedIn, public_id: str) -> HttpResponse:
    return page(request, "matching/match.html", _one(request, match_read(request.user, public_id)))


def _one(request: SignedIn, found: Match, form: DeclineForm | None = None) -> dict[str, Any]:
    side, reviews = side_of(request.user, found), can(request.user, May.REVIEW_MATCHES, city=found.opportunity.city)
    owner = found.listing(side).owner_id if side else None
    open_ = shown.may_answer(found, side) and can(request.user, May.ANSWER, organisation=owner)
    events = Event.objects.about("match", found.public_id)[:20] if reviews else []
    return {
        "match": found, "pair": pair.of_match(found, reader=request.user), "side": side,
        "answer": found.answer_of(side) if side else None, "open": open_, "log": [log_page.row(e, request.user) for e in events],
        "steps": shown.thread(found, side=side, reviews=reviews, names=pair.side_names(request.user, found)),
        "form": form or (DeclineForm(side=side) if open_ else None), "crumbs": _crumbs(found, reviews and not side),
    }  # fmt: skip


def _crumbs(found: Match, reviews: bool) -> list[tuple[Any, str]]:
    above = (_("Match review"), reverse("review")) if reviews else (_("Suggestions"), reverse("matches"))
    return [above, (found.opportunity.title, "")]


@login_required
@require_GET
def match_reply(request: SignedIn, public_id: str) -> HttpResponse:
    """The answer in place, for a row of the desk or a card; without script the page of the pair is where one answers."""
    found, side = match_answer(request.user, public_id)
    check_can(request.user, May.ANSWER, organisation=found.listing(side).owner_id)
    if not request.htmx:
        return redirect(f"{found.get_absolute_url()}#answer")
    if not shown.may_answer(found, side):
        raise WrongState(refusal(found))
    return page(request, "matching/_reply.html", _reply(request, found, side, DeclineForm(side=side)))


def _reply(request: SignedIn, found: Match, side: str, form: DeclineForm) -> dict[str, Any]:
    return {
        "match": found, "form": form, "their": found.listing(other(side)), "name": pair.side_names(request.user, found)[other(side)],
        "why": None if request.GET.get("brief") else pair.short([(found.opportunity, found.capability)])[0],
    }  # fmt: skip


@login_required
@require_POST
def match_accept(request: SignedIn, public_id: str) -> HttpResponse:
    found, side = match_answer(request.user, public_id)
    now = answers.accept(found, side=side, by=request.user)
    said = _("Accepted: %(title)s") % {"title": found}
    if now.state == MatchState.AGREED:
        said = _("Both sides agree: %(title)s. A deal opens.") % {"title": found}
    return _answered(request, found, said)


def _answered(request: SignedIn, found: Match, said: str) -> HttpResponse:
    """Back to the pair; in place: nothing is left of the answer, a toast says it, and the lists look again."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(found)
    answer = HttpResponse("")
    answer["HX-Trigger-After-Swap"] = json.dumps({"toast": said, "live:matches": {"id": found.public_id}})
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def match_decline(request: SignedIn, public_id: str) -> HttpResponse:
    found, side = match_answer(request.user, public_id)
    check_can(request.user, May.ANSWER, organisation=found.listing(side).owner_id)
    form = DeclineForm(request.POST if request.method == "POST" else None, side=side)
    if request.method == "POST" and form.is_valid() and _declined(request, found, side, form):
        return _answered(request, found, _("Declined: %(title)s") % {"title": found})
    context = {"crumbs": _crumbs(found, False)} | _reply(request, found, side, form)
    status = 422 if form.errors else 200
    return page(request, "matching/decline.html", context, fragment="matching/_reply.html", status=status)


def _declined(request: SignedIn, found: Match, side: str, form: DeclineForm) -> bool:
    try:
        answers.decline(found, side=side, by=request.user, **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
        return False
    return True


@login_required
@require_GET
def compare(request: SignedIn) -> HttpResponse:
    """Up to four of the own suggestions side by side."""
    ids = request.GET.getlist("ids")[: shown.MOST_COMPARED]
    found = [match_read(request.user, i) for i in ids]
    if len(found) < 2:
        messages.info(request, _("Tick two to four suggestions first, then compare them."))
        return redirect("matches")
    columns = pair.of_matches(found, reader=request.user)
    context = pair.side_by_side(columns) | {"crumbs": [(_("Suggestions"), reverse("matches")), (_("Compare"), "")]}
    return page(request, "matching/compare.html", context)
