"""Why a pair fits, why not, and what is unknown: for any two listings that the person may read."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from capabilities.models import Capability
from listings.access import listing_read, listing_write
from matching import pair
from matching.access import visible
from matching.forms import OfferForm
from matching.services import answers
from scenemarket.errors import Invalid
from scenemarket.web import page


@login_required
@require_GET
def why(request: SignedIn, opportunity_id: str, capability_id: str) -> HttpResponse:
    opportunity = listing_read(request.user, "opportunity", opportunity_id)
    capability = listing_read(request.user, "capability", capability_id)
    known = visible(request.user).filter(opportunity=opportunity, capability=capability).first()
    context = {
        "opportunity": opportunity, "capability": capability, "match": known, "pair": pair.of_listings(opportunity, capability),
        "may_invite": can(request.user, May.ANSWER, organisation=opportunity.owner_id),
        "may_apply": can(request.user, May.ANSWER, organisation=capability.owner_id), "form": OfferForm(),
        "crumbs": [(opportunity.title, opportunity.get_absolute_url()), (_("Why, and why not"), "")],
    }  # fmt: skip
    return page(request, "matching/why.html", context)


@login_required
@require_GET
def why_mine(request: SignedIn, opportunity_id: str) -> HttpResponse:
    """The own capabilities beside one opportunity, the best first."""
    opportunity = listing_read(request.user, "opportunity", opportunity_id)
    own = Capability.objects.filter(owner__in=request.user.organisation_ids).open()
    mine = list(own.select_related("owner").prefetch_related("owner__titles"))
    told = pair.short([(opportunity, c) for c in mine])
    rows = [{"capability": c, "pair": why} for c, why in zip(mine, told, strict=True)]
    crumbs = [(opportunity.title, opportunity.get_absolute_url()), (_("What of ours fits"), "")]
    rows.sort(key=lambda row: (-row["pair"]["value"], row["capability"].pk))
    return page(request, "matching/why_mine.html", {"opportunity": opportunity, "rows": rows, "crumbs": crumbs})


@login_required
@require_POST
def invite(request: SignedIn, opportunity_id: str, capability_id: str) -> HttpResponse:
    opportunity = listing_write(request.user, "opportunity", opportunity_id, May.ANSWER)
    capability = listing_read(request.user, "capability", capability_id)
    made = answers.invite(opportunity=opportunity, capability=capability, by=request.user, words=_words(request))
    messages.success(
        request, _("Invited: %(name)s. They have been told and can answer now.") % {"name": capability.owner}
    )
    return redirect(made)


@login_required
@require_POST
def apply(request: SignedIn, opportunity_id: str, capability_id: str) -> HttpResponse:
    opportunity = listing_read(request.user, "opportunity", opportunity_id)
    capability = listing_write(request.user, "capability", capability_id, May.ANSWER)
    made = answers.apply(opportunity=opportunity, capability=capability, by=request.user, words=_words(request))
    messages.success(
        request, _("Sent to %(name)s. They have been told and can answer now.") % {"name": opportunity.owner}
    )
    return redirect(made)


def _words(request: SignedIn) -> Any:
    form = OfferForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("Your words are too long; nothing was sent."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    return form.cleaned_data["words"]
