"""Runs: their list, one run with its shards, comparison, withdrawal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import SignedIn
from matching import run_page
from matching.access import run_read
from matching.models import MatchRun
from matching.services import runs as running
from matching.views.review import city_of, reviewed
from scenemarket.errors import NotFound
from scenemarket.web import page

PAGE = 20


@login_required
@require_GET
def runs(request: SignedIn) -> HttpResponse:
    rows = run_page.listed(MatchRun.objects.of_cities(reviewed(request)), request.GET.get("kind", ""))
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    rows_shown = run_page.rows(shown)
    going = any(row["going"] for row in rows_shown)
    context = {
        "page_obj": shown,
        "rows": rows_shown,
        "tabs": run_page.tabs(request.GET.get("kind", "")),
        "any_going": going,
    }
    return page(request, "matching/runs.html", context, fragment="matching/_runs.html")


@login_required
@require_POST
def run_start(request: SignedIn) -> HttpResponse:
    run = running.start_run(city=city_of(request), by=request.user)
    messages.success(request, _("The run has started. You can leave this page and come back."))
    return redirect(run)


@login_required
@require_GET
def run(request: SignedIn, public_id: str) -> HttpResponse:
    found = run_read(request.user, public_id)
    if request.htmx and found.state not in run_page.GOING:
        return HttpResponseClientRefresh()
    context = run_page.one(found) | {"crumbs": crumbs_of(str(found))}
    against = request.GET.get("against", "")
    other = running.before(found) if against == "last" else against and run_read(request.user, against)
    if other:
        context |= {"other": other, "compared": run_page.compared(found, other)}
    return page(request, "matching/run.html", context, fragment="matching/_run_progress.html")


@login_required
@require_GET
def run_compared(request: SignedIn, public_id: str, other_id: str) -> HttpResponse:
    """What is new, gone or moved against another run, each as a list in full."""
    found, other = run_read(request.user, public_id), run_read(request.user, other_id)
    if found.city != other.city:
        raise NotFound(_("Only runs over the same city can be compared."))
    context = run_page.compared_list(found, other, request.GET.get("kind", ""), request.GET.get("page"))
    context["crumbs"] = crumbs_of(str(found), found.get_absolute_url(), _("Against %(other)s") % {"other": other})
    return page(request, "matching/run_compared.html", context)


@login_required
@require_POST
def run_again(request: SignedIn, public_id: str) -> HttpResponse:
    """Put the shards that were set aside back to work."""
    found = run_read(request.user, public_id)
    n = running.try_again(found, by=request.user)
    messages.success(request, _("%(n)s parts of the run are tried again.") % {"n": n})
    return redirect(found)


def crumbs_of(name: str, url: str = "", last: str = "") -> list[tuple[str, str]]:
    """The way to a page of a run, or to one below it."""
    return [(_("Match runs"), reverse("runs")), (name, url), *([(last, "")] if last else [])]
