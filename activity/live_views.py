"""The stream of a browser, the same for asking now and then, and the bell."""

import json
import random
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from activity import live
from activity.models import Notice

# The list in which a server that can keep a stream open takes what it needs to go on after this answer.
OPEN_STREAMS = "scenemarket.open_streams"
ASK_AGAIN_SECONDS = 30


@dataclass(frozen=True)
class Ticket:
    """Who listens, and on which session."""

    person: int
    session: str


def signed_in_only(view: Any) -> Any:
    """401 without a page: what asks here is a script, which must not be shown a sign-in form."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        return view(request, *args, **more) if request.user.is_authenticated else HttpResponse(status=401)

    return guarded


@require_GET
@signed_in_only
def stream(request: HttpRequest) -> HttpResponse:
    """What the browser has missed, as server-sent events; a server that can keeps the answer open for what comes.

    One that cannot ends it, and the browser asks again by itself after ASK_AGAIN_SECONDS.
    """
    missed = live.since(request.user, live.moment(request.headers.get("Last-Event-ID") or request.GET.get("after", "")))
    streams = request.META.get(OPEN_STREAMS)
    retry = ASK_AGAIN_SECONDS * 1000 if streams is None else random.randint(2000, 6000)  # not all at once
    if streams is not None:
        streams.append(Ticket(request.user.pk or 0, request.session.session_key or ""))
    now = live.now_ms()
    events = "".join(event("live", {"topic": topic, "id": ""}, now) for topic in missed)
    answer = HttpResponse(f"retry: {retry}\n{event('hello', {}, now)}{events}", content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


@require_GET
@signed_in_only
def since(request: HttpRequest) -> JsonResponse:
    """The same for asking now and then."""
    now = live.now_ms()
    topics = live.since(request.user, live.moment(request.GET.get("after", "")))
    answer = JsonResponse({"at": now, "topics": topics})
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@signed_in_only
def bell(request: HttpRequest) -> HttpResponse:
    """The bell of the top bar with its number."""
    unread = Notice.objects.filter(recipient_id=request.user.pk).unread().count()
    return render(request, "_components/bell.html", {"unread": unread})


def event(name: str, data: dict[str, str], at: int) -> str:
    """One server-sent event."""
    return f"id: {at}\nevent: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
