"""The reviewer's slider over a run: what a position would do, and moving it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from matching import fairness_page
from matching.access import run_read
from matching.models import MatchRun
from matching.services import arrange
from scenemarket.errors import Invalid, NotFound
from scenemarket.web import address_here, page


class SliderForm(forms.Form):
    """Where the slider is: 0 most relevant, 100 most even."""

    fairness = forms.IntegerField(min_value=0, max_value=100)


@login_required
@require_http_methods(["GET", "POST"])
def run_fairness(request: SignedIn, public_id: str) -> HttpResponse:
    """The slider with its effect; HTMX asks for the card alone, at the place where the slider is held."""
    found = run_read(request.user, public_id)
    if not fairness_page.shown_for(found):
        raise NotFound(
            _("This run has nothing to arrange: it is not finished, was withdrawn, or is about one listing.")
        )
    if request.method == "POST":
        return _apply(request, found)
    form = SliderForm(request.GET)
    at = form.cleaned_data["fairness"] if form.is_valid() else None
    crumbs = [(_("Match runs"), reverse("runs")), (str(found), found.get_absolute_url()), (_("Fairness"), "")]
    context = fairness_page.card(found, at) | {"crumbs": crumbs}
    return page(request, "matching/fairness.html", context, fragment="matching/_fairness.html")


def _apply(request: SignedIn, found: MatchRun) -> HttpResponse:
    form = SliderForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            _("The slider goes from 0 to 100; nothing was changed."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    choice = arrange.apply(found, fairness=form.cleaned_data["fairness"] / 100, by=request.user)
    words = ngettext("%(n)s pair came, %(gone)s went.", "%(n)s pairs came, %(gone)s went.", choice.coming)
    messages.success(request, words % {"n": choice.coming, "gone": choice.going})
    return redirect(address_here(request, request.POST.get("next", "")) or found.get_absolute_url())
