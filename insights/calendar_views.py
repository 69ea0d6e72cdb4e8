"""The calendar: page, feed, and the feed's secret address."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.models import User
from accounts.requests import SignedIn
from insights import calendar_file, calendar_page
from insights.agenda import entries
from scenemarket.errors import NotFound
from scenemarket.web import page

BACK, AHEAD = timedelta(days=31), timedelta(days=366)


@login_required
@require_GET
def calendar(request: SignedIn) -> HttpResponse:
    view = "list" if request.GET.get("view") == "list" else "month"
    first = calendar_page.month_of(request.GET.get("month", ""))
    return page(request, "calendar/calendar.html", calendar_page.context(request.user, first, view))


@login_required
@require_POST
def calendar_key(request: SignedIn) -> HttpResponse:
    """A new secret address for the feed, or none; the old one is dead at once."""
    off = request.POST.get("to") == "off"
    services.set_calendar_key(request.user, on=not off)
    said = (
        _("The address of your feed no longer works.")
        if off
        else _("Your feed has a new address; an older one no longer works.")
    )
    messages.success(request, said)
    return redirect("calendar")


@require_GET
def calendar_feed(request: HttpRequest, key: str) -> HttpResponse:
    """The same entries for a calendar program, which knows the secret address and cannot sign in."""
    user = User.objects.filter(calendar_key=key, is_active=True).first()
    if user is None:
        raise NotFound(_("There is no such calendar."))
    today = timezone.localdate()
    with translation.override(user.language):
        found = calendar_file.written(entries(user, today - BACK, today + AHEAD), site=settings.SITE_URL)
    answer = HttpResponse(found, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"], answer["Cache-Control"] = (
        'inline; filename="scenemarket.ics"',
        "private, max-age=300",
    )
    answer["X-Robots-Tag"], answer["Referrer-Policy"] = "noindex", "no-referrer"
    return answer
