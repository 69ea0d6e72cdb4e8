"""Is the process up, and can it work?"""

from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activity.models import Delivery, Heartbeat
from matching.services import embedding
from scenemarket.leases import WorkState

TICK_AT_MOST = timedelta(seconds=60)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker, last tick of a task, age of the oldest unsent notice; 503 when one of them is not well.

    Told besides: the model that embeds texts, and how many wait for it. Without it matching goes on by words.
    """
    report = {"database": _database(), "broker": _broker()}
    if report["database"]["ok"]:
        report |= {"tick": _tick(), "notices": _notices()}
    good = all(part["ok"] for part in report.values())
    if report["database"]["ok"]:
        report["meaning"] = embedding.state()
    return JsonResponse({"ok": good, **report}, status=200 if good else 503)


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _broker() -> dict[str, Any]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return {"ok": bool(client.ping())}
    except redis.RedisError as error:
        return {"ok": False, "error": type(error).__name__}
    finally:
        client.close()


def _tick() -> dict[str, Any]:
    """A task wrote this time: a worker that lives but takes nothing does not."""
    beat = Heartbeat.objects.filter(name="beat").first()
    age = timezone.now() - beat.at if beat else None
    return {"ok": age is not None and age < TICK_AT_MOST, "seconds": age.total_seconds() if age is not None else None}


def _notices() -> dict[str, Any]:
    waiting = Delivery.objects.filter(
        work_state__in=[WorkState.QUEUED, WorkState.WORKING], available_at__lte=timezone.now()
    )
    oldest = waiting.order_by("available_at").values_list("available_at", flat=True).first()
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return {"ok": age < 300, "oldest_seconds": age, "set_aside": Delivery.objects.dead().count()}
