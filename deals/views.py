"""Deals: list, one deal with its steps, evidence, contacts, stopping."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from activity import log_page
from activity.models import Event
from deals import deal_page, services
from deals.access import deal_read, deal_write, may_write, visible
from deals.forms import EvidenceForm
from deals.models import Deal, DealQuerySet
from deals.states import STAGE_MOVES, Stage
from listings import table_file
from scenemarket.errors import Invalid, NotFound
from scenemarket.web import page, show_faults

PAGE = 20


@login_required
@require_GET
def deals(request: SignedIn) -> HttpResponse:
    rows, narrowed, stage = _asked(request)
    shown = Paginator(narrowed, PAGE).get_page(request.GET.get("page"))
    # only what is shown is joined to its match, listings and owners
    keys: Any = shown.object_list
    whole = Deal.objects.filter(pk__in=keys.values("pk")).whole()
    rows_shown = [{"deal": d, "next": deal_page.next_stage(d)} for d in whole]
    context = {
        "page_obj": shown,
        "rows": rows_shown,
        "tabs": deal_page.tabs(rows, stage, request.GET.get("listing", "")),
        "query": request.GET.urlencode(),
    }
    return page(request, "deals/deals.html", context)


def _asked(request: SignedIn) -> tuple[DealQuerySet, DealQuerySet, str]:
    """The deals of the listing that the address names, those at its stage, and the stage."""
    stage, listing = request.GET.get("stage", ""), request.GET.get("listing", "")
    rows = visible(request.user)
    if listing:
        rows = rows.filter(Q(match__opportunity__public_id=listing) | Q(match__capability__public_id=listing))
    return rows, rows.filter(stage=stage) if stage in Stage.values else rows, stage


@login_required
@require_GET
def deals_file(request: SignedIn) -> HttpResponse:
    """What the list shows, with its filters, as .xlsx or .csv."""
    _rows, narrowed, _stage = _asked(request)
    table = deal_page.file_rows(narrowed.whole())
    return table_file.answer(_("Deals"), deal_page.head(), table, form=request.GET.get("form", ""))


@login_required
@require_GET
def deal(request: SignedIn, public_id: str) -> HttpResponse:
    return page(request, "deals/deal.html", _one(request, deal_read(request.user, public_id)))


def _one(request: SignedIn, found: Deal, **more: Any) -> dict[str, Any]:
    following = deal_page.next_stage(found)
    return {
        "deal": found, "steps": deal_page.steps(found), "next": following, "may_write": may_write(request.user, found),
        "may_stop": Stage.STOPPED in STAGE_MOVES.get(found.stage, ()), "log": [log_page.row(e, request.user) for e in Event.objects.about("deal", found.public_id)[:20]],
        "form": EvidenceForm(stage=following) if following else None,
        "crumbs": [(_("Deals"), reverse("deals")), (found.match.opportunity.title, "")], **more,
    }  # fmt: skip


@login_required
@require_POST
def deal_advance(request: SignedIn, public_id: str) -> HttpResponse:
    found = deal_write(request.user, public_id)
    to = deal_page.next_stage(found)
    if to is None:
        raise NotFound(_("This deal has no further step."))
    form = EvidenceForm(request.POST, request.FILES, stage=to)
    if form.is_valid() and _advanced(request, found, to, form):
        messages.success(request, _("The deal has reached “%(stage)s”.") % {"stage": to.label})
        return redirect(found)
    return page(request, "deals/deal.html", _one(request, found, form=form), status=422)


def _advanced(request: SignedIn, found: Deal, to: Stage, form: EvidenceForm) -> bool:
    try:
        services.advance(found, to=to, by=request.user, evidence=form.evidence(), file=form.cleaned_data.get("file"))
    except Invalid as error:
        show_faults(form, error)
        return False
    return True


@login_required
@require_http_methods(["GET", "POST"])
def deal_stop(request: SignedIn, public_id: str) -> HttpResponse:
    found = deal_write(request.user, public_id)
    form = EvidenceForm(request.POST if request.method == "POST" else None, stage=Stage.STOPPED)
    if request.method == "POST" and form.is_valid():
        services.stop(found, by=request.user, words=form.cleaned_data["words"])
        messages.success(request, _("The deal was stopped; the other side has been told."))
        return redirect(found)
    return page(request, "deals/stop.html", {"deal": found, "form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def deal_contacts(request: SignedIn, public_id: str) -> HttpResponse:
    """Show both contact persons; every look is logged."""
    found = deal_read(request.user, public_id)
    shown = services.contacts(found, by=request.user)
    return page(request, "deals/deal.html", _one(request, found, contacts=shown), fragment="deals/_contacts.html")


@login_required
@require_GET
def deal_file(request: SignedIn, public_id: str, stage: str) -> FileResponse:
    """The file that proves a stage."""
    found = deal_read(request.user, public_id)
    proof = found.evidence.filter(stage=stage).exclude(file="").first()
    if proof is None:
        raise NotFound(_("There is no such file."))
    return FileResponse(proof.file.open("rb"), as_attachment=True, filename=str(proof.file).rpartition("/")[2])
