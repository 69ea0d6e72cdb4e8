"""Conversations: list, one thread, saying something, taking back, reporting; the reviewer's reports."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May
from conversations import services, thread_page
from conversations.access import Seat, file_read, message_read, report_read, reports_visible, seat
from conversations.forms import DecisionForm, MessageForm, ReportForm
from conversations.models import Conversation, Message, Report
from conversations.states import ReportState
from scenemarket.errors import Invalid, NotFound, TooMany
from scenemarket.web import page, show_faults

PAGE = 20


@login_required
@require_GET
def conversations(request: SignedIn) -> HttpResponse:
    rows, unread_only = Conversation.objects.seen_by(request.user), request.GET.get("show") == "unread"
    reviews = can(request.user, May.REVIEW_MATCHES)
    if reviews and not rows.exists():
        return redirect("message-reports")
    fresh = rows.fresh()
    found = thread_page.page_rows((fresh if unread_only else rows).with_counts())
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": shown, "rows": thread_page.rows(request.user, shown), "unread_only": unread_only,
        "tabs": _tabs(unread_only, shown.paginator.count, rows, fresh), "reviews": reviews,
    }  # fmt: skip
    return page(request, "conversations/list.html", context)


def _tabs(unread_only: bool, count: int, rows: Any, fresh: Any) -> list[dict[str, Any]]:
    everything, unread = (rows.count(), count) if unread_only else (count, fresh.count())
    return [
        {"label": _("All"), "url": "?", "count": everything, "active": not unread_only},
        {"label": _("Unread"), "url": "?show=unread", "count": unread, "active": unread_only},
    ]


@login_required
@require_GET
def conversation(request: SignedIn, public_id: str) -> HttpResponse:
    here = seat(request.user, public_id)
    context = thread_page.whole(request.user, here)
    services.read(here, by=request.user, up_to=context["up_to"])
    context["crumbs"] = _crumbs(here)
    return page(request, "conversations/conversation.html", context, fragment="conversations/_thread.html")


def _crumbs(here: Seat) -> list[tuple[Any, str]]:
    above = (
        (_("Messages"), reverse("conversations")) if here.side else (_("Reported messages"), reverse("message-reports"))
    )
    return [above, (here.match.opportunity.title, "")]


@login_required
@require_POST
def message_post(request: SignedIn, public_id: str) -> HttpResponse:
    here, form = seat(request.user, public_id), MessageForm(request.POST, request.FILES)
    if form.is_valid() and _posted(request, here, form):
        if not request.htmx:
            return redirect(f"{reverse('conversation', args=[public_id])}#last")
        here, form = seat(request.user, public_id), MessageForm()
    context = thread_page.whole(request.user, here, form) | {"crumbs": _crumbs(here)}
    status = 422 if form.errors else 200
    return page(request, "conversations/conversation.html", context, fragment="conversations/_talk.html", status=status)


def _posted(request: SignedIn, here: Seat, form: MessageForm) -> bool:
    try:
        services.post(here, by=request.user, **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
    except TooMany as error:
        form.add_error(None, str(error))
    return not form.errors


@login_required
@require_POST
def message_withdraw(request: SignedIn, public_id: str, message_id: str) -> HttpResponse:
    here, message = message_read(request.user, public_id, message_id)
    services.withdraw(here, message, by=request.user)
    messages.success(request, _("The message was taken back."))
    return redirect("conversation", public_id)


@login_required
@require_http_methods(["GET", "POST"])
def message_report_new(request: SignedIn, public_id: str, message_id: str) -> HttpResponse:
    here, message = message_read(request.user, public_id, message_id)
    services.check_reportable(here, message, by=request.user)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _reported(request, here, message, form):
        messages.success(request, _("Reported. The city's reviewers will look at it, and you will be told."))
        return redirect("conversation", public_id)
    context = {
        "message": message,
        "match": here.match,
        "form": form,
        "crumbs": [*_crumbs(here)[:1], (_("Report a message"), "")],
    }
    return page(request, "conversations/report_new.html", context, status=422 if form.errors else 200)


def _reported(request: SignedIn, here: Seat, message: Message, form: ReportForm) -> bool:
    try:
        services.report(here, message, by=request.user, **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
    return not form.errors


@login_required
@require_GET
def message_file(request: SignedIn, public_id: str, file_id: str) -> FileResponse:
    """A file of a message, always as something to keep: no browser opens it inside this house."""
    file = file_read(request.user, public_id, file_id)
    answer = FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name)
    answer["Content-Type"], answer["X-Content-Type-Options"] = "application/octet-stream", "nosniff"
    return answer


@login_required
@require_GET
def message_reports(request: SignedIn) -> HttpResponse:
    rows = _reports(request)
    done = request.GET.get("show") == "decided"
    waiting = rows.waiting()
    found = rows.exclude(state=ReportState.WAITING) if done else waiting
    shown = Paginator(found.whole(), PAGE).get_page(request.GET.get("page"))
    tabs = [
        {"label": _("Waiting"), "url": "?", "count": waiting.count(), "active": not done},
        {"label": _("Decided"), "url": "?show=decided", "count": None, "active": done},
    ]
    return page(request, "conversations/reports.html", {"page_obj": shown, "tabs": tabs, "done": done})


def _reports(request: SignedIn) -> Any:
    if not can(request.user, May.REVIEW_MATCHES):
        raise NotFound(_("There is no such page, or it is not open to you."))
    return reports_visible(request.user)


@login_required
@require_http_methods(["GET", "POST"])
def message_report(request: SignedIn, public_id: str) -> HttpResponse:
    found = report_read(request.user, public_id)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _decided(request, found, form):
        messages.success(
            request, _("Decided: %(decision)s. Both sides have been told.") % {"decision": found.get_state_display()}
        )
        return redirect("message-reports")
    crumbs = [(_("Reported messages"), reverse("message-reports")), (found.message.conversation.log_title, "")]
    context = thread_page.passage(request.user, found) | {"form": form, "crumbs": crumbs}
    return page(request, "conversations/report.html", context, status=422 if form.errors else 200)


def _decided(request: SignedIn, found: Report, form: DecisionForm) -> bool:
    try:
        services.decide(found, by=request.user, **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
    return not form.errors
