"""Runs: their list, one run with its shards, comparison, withdrawal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import SignedIn
from matching import fairness_page, run_page
from matching.access import run_read
from matching.models import MatchRun
from matching.services import release as releasing
from matching.services import runs as running
from matching.views.review import city_of, reviewed
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
    context = run_page.one(found) | {"crumbs": _crumbs(str(found))}
    against = request.GET.get("against", "")
    other = run_page.before(found) if against == "last" else against and run_read(request.user, against)
    if other:
        context |= {"other": other, "compared": run_page.compared(found, other)}
    return page(request, "matching/run.html", context, fragment="matching/_run_progress.html")


@login_required
@require_POST
def run_again(request: SignedIn, public_id: str) -> HttpResponse:
    """Put the shards that were set aside back to work."""
    found = run_read(request.user, public_id)
    n = running.try_again(found, by=request.user)
    messages.success(request, _("%(n)s parts of the run are tried again.") % {"n": n})
    return redirect(found)


@login_required
@require_http_methods(["GET", "POST"])
def run_release(request: SignedIn, public_id: str) -> HttpResponse:
    found = run_read(request.user, public_id)
    if request.method == "POST":
        pushed = releasing.release(city=found.city, by=request.user, run=found)
        messages.success(request, _("%(n)s pairs were pushed to both sides.") % {"n": pushed})
        return redirect(found)
    context = run_page.outgoing(releasing.preview(city=found.city, run=found)) | {"run": found, "city": found.city}
    context["crumbs"] = _crumbs(str(found), found.get_absolute_url(), _("Release"))
    context["sliding"] = found if fairness_page.shown_for(found) else None
    return page(request, "matching/release.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def run_withdraw(request: SignedIn, public_id: str) -> HttpResponse:
    found = run_read(request.user, public_id)
    if request.method == "POST":
        taken = releasing.withdraw(found, by=request.user, reason=request.POST.get("reason", "")[:500])
        messages.success(request, _("The run was withdrawn. %(n)s suggestions no longer count.") % {"n": taken})
        return redirect(found)
    crumbs = _crumbs(str(found), found.get_absolute_url(), _("Withdraw"))
    return page(
        request, "matching/withdraw.html", {"run": found, "affected": run_page.open_pushes(found), "crumbs": crumbs}
    )


def _crumbs(name: str, url: str = "", last: str = "") -> list[tuple[str, str]]:
    return [(_("Match runs"), reverse("runs")), (name, url), *([(last, "")] if last else [])]
