"""Why a pair fits, why not, and what is unknown: for any two listings that the person may read."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from capabilities.models import Capability
from listings.access import listing_read, listing_write
from matching import pair, why_page
from matching.access import visible
from matching.forms import OfferForm
from matching.services import answers
from opportunities.models import Opportunity
from scenemarket.errors import Invalid
from scenemarket.web import page

MOST = 50  # own listings beside another one


@login_required
@require_GET
def why(request: SignedIn, opportunity_id: str, capability_id: str) -> HttpResponse:
    user = request.user
    opportunity = listing_read(user, "opportunity", opportunity_id)
    capability = listing_read(user, "capability", capability_id)
    may_edit = can(user, May.WRITE, organisation=capability.owner_id)
    told = pair.of_listings(opportunity, capability)
    sees_changes = why_page.inside(user, capability, opportunity.city)
    # how a firm ranks is not for its competitors
    sees_place = sees_changes or can(user, May.SEE, organisation=opportunity.owner_id)
    context = {
        "opportunity": opportunity, "capability": capability, "pair": told, "unlike": why_page.unlike(told),
        "match": visible(user).filter(opportunity=opportunity, capability=capability).first(),
        "may_invite": can(user, May.ANSWER, organisation=opportunity.owner_id),
        "may_apply": can(user, May.ANSWER, organisation=capability.owner_id), "form": OfferForm(),
        "place": why_page.place(opportunity, capability) if sees_place else None, "sees_changes": sees_changes,
        "changes": why_page.changes(opportunity, capability, may_edit=may_edit) if sees_changes else [],
        "crumbs": [(opportunity.title, opportunity.get_absolute_url()), (_("Why, and why not"), "")],
    }  # fmt: skip
    return page(request, "matching/why.html", context)


@login_required
@require_GET
def why_mine(request: SignedIn, opportunity_id: str) -> HttpResponse:
    """The own capabilities beside one opportunity, the best first, and any other that is looked for."""
    opportunity = listing_read(request.user, "opportunity", opportunity_id)
    own = Capability.objects.filter(owner__in=request.user.organisation_ids).open()
    mine = list(own.select_related("owner").prefetch_related("owner__titles")[:MOST])
    context = _beside(request, opportunity, "capability", [(opportunity, each) for each in mine], mine)
    return page(request, "matching/why_mine.html", context)


@login_required
@require_GET
def why_ours(request: SignedIn, capability_id: str) -> HttpResponse:
    """The own opportunities beside one capability, the best first, and any other that is looked for."""
    capability = listing_read(request.user, "capability", capability_id)
    own = Opportunity.objects.filter(owner__in=request.user.organisation_ids).open()
    ours = list(own.select_related("owner")[:MOST])
    context = _beside(request, capability, "opportunity", [(each, capability) for each in ours], ours)
    return page(request, "matching/why_mine.html", context)


def _beside(
    request: SignedIn, listing: Any, other: str, pairs: list[tuple[Any, Any]], own: list[Any]
) -> dict[str, Any]:
    rows = [{"listing": each, "pair": told} for each, told in zip(own, pair.short(pairs), strict=True)]
    rows.sort(key=lambda row: (-row["pair"]["value"], row["listing"].pk))
    asked = request.GET.get("q", "")
    ours = why_page.inside(request.user, listing, listing.city) and not rows
    heading = _("Why, and why not") if ours else _("Which of ours fits, and why not")
    return {
        "ours": ours, "listing": listing, "other": other, "rows": rows, "asked": asked, "found": why_page.search(other, request.user, asked),
        "heading": heading, "crumbs": [(listing.title, listing.get_absolute_url()), (heading, "")],
    }  # fmt: skip


@login_required
@require_GET
def doors(request: SignedIn, capability_id: str) -> HttpResponse:
    """What would open most opportunities to one of the own capabilities."""
    capability = listing_read(request.user, "capability", capability_id)
    why_page.check_inside(request.user, capability)
    crumbs = [
        (_("Capabilities"), reverse("capabilities")),
        (capability.title, capability.get_absolute_url()),
        (_("What would open most doors"), ""),
    ]
    context = why_page.doors(capability, request.user) | {"crumbs": crumbs}
    return page(request, "matching/doors.html", context, fragment="matching/_doors.html")


@login_required
@require_GET
def conditions(request: SignedIn, opportunity_id: str) -> HttpResponse:
    """What the conditions of one of the own opportunities cost."""
    opportunity = listing_read(request.user, "opportunity", opportunity_id)
    why_page.check_inside(request.user, opportunity)
    crumbs = [
        (_("Opportunities"), reverse("opportunities")),
        (opportunity.title, opportunity.get_absolute_url()),
        (_("What the conditions cost"), ""),
    ]
    context = why_page.costs(opportunity) | {"crumbs": crumbs}
    return page(request, "matching/conditions.html", context, fragment="matching/_conditions.html")


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
