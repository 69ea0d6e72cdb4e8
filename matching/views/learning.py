"""Learning: agreement between engine and reviewers, rankers with their figures, the switch."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedIn
from matching import learning_page
from matching.access import ranker_read
from matching.models import MatchRun
from matching.services import learning as learn
from matching.views.review import city_of, reviewed
from scenemarket.web import page


@login_required
@require_GET
def learning(request: SignedIn) -> HttpResponse:
    return page(request, "matching/learning.html", learning_page.overview(city_of(request), reviewed(request)))


@login_required
@require_POST
def train(request: SignedIn) -> HttpResponse:
    city = city_of(request)
    learn.start_training(city, by=request.user)
    messages.success(request, _("The training has started. You can leave this page and come back."))
    return redirect(f"{reverse('learning')}?city={city}")


@login_required
@require_GET
def ranker(request: SignedIn, public_id: str) -> HttpResponse:
    return page(request, "matching/ranker.html", learning_page.one(ranker_read(request.user, public_id)))


@login_required
@require_POST
def ranker_on(request: SignedIn, public_id: str) -> HttpResponse:
    found = ranker_read(request.user, public_id)
    run = learn.switch_on(found, by=request.user)
    messages.success(request, _("The ranker is switched on.") + " " + _effect(run))
    return redirect(run or found)


@login_required
@require_POST
def ranker_off(request: SignedIn, public_id: str) -> HttpResponse:
    found = ranker_read(request.user, public_id)
    run = learn.switch_off(found, by=request.user)
    messages.success(request, _("The ranker is switched off; the fixed weights count again.") + " " + _effect(run))
    return redirect(run or found)


def _effect(run: MatchRun | None) -> str:
    if run is None:
        return _("A run is under way; the change counts from the next one on.")
    return _("A run has started with it; when it is ready, compare it with the one before.")
