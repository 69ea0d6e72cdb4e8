"""The inbox of a person, and the log for those who may read it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from activity import inbox_page, kinds, log_page, services
from activity.forms import LogForm
from activity.models import Event, Notice
from scenemarket.errors import NotFound
from scenemarket.web import page

EVENTS = 50
READ_LOG = "read_log"


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Notices by day, all or unread, of all topics or one; HTMX gets the list alone when something new has come."""
    context = inbox_page.context(_person(request), request.GET)
    return page(request, "activity/inbox.html", context, fragment="activity/_inbox.html")


@login_required
@require_GET
def inbox_open(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to what a notice is about; it counts as read from then on."""
    own = Notice.objects.filter(recipient=_person(request), public_id=public_id)
    notice = own.first()
    if notice is None:
        raise NotFound(_("There is no such notice, or it is not yours."))
    services.read(own)
    return redirect(notice.path)


@login_required
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark the ticked notices as read, or all of the topic that is shown."""
    own = Notice.objects.filter(recipient=_person(request))
    ticked = request.POST.getlist("pick")
    topic = request.POST.get("topic", "")
    whole = own.filter(kind__in=kinds.codes_of(topic)) if topic in kinds.TOPICS else own
    services.read(own.filter(public_id__in=ticked) if ticked else whole)
    return redirect("inbox")


@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    form = LogForm(request.GET)
    rows = _readable(request)
    rows = log_page.narrowed(rows, form.cleaned_data) if form.is_valid() else rows
    shown = Paginator(rows, EVENTS).get_page(request.GET.get("page"))
    context = {"page_obj": shown, "rows": [log_page.row(e, request.user) for e in shown], "form": form}
    return page(request, "activity/log.html", context, status=422 if form.errors else 200)


def _readable(request: HttpRequest) -> QuerySet[Event]:
    """The audit administrator reads all; a reviewer the city's; for everybody else there is no log."""
    person = _person(request)
    if READ_LOG not in person.may_for(None):
        raise NotFound(_("There is no such page, or it is not open to you."))
    return Event.objects.filter(city__in=person.cities) if person.cities else Event.objects.all()


def _person(request: HttpRequest) -> Any:
    """The signed-in person; people belong to a room above this one."""
    return request.user
