"""What has changed, told to open pages at once: a topic and for whom, never the content. Pages ask for that as ever.

Valkey only carries it. Whoever did not hear asks `since`, which reads the notices and the log.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from activity.models import Event, Notice

TOPICS = ("inbox", "matches", "messages", "run", "import", "listings")
# what a log row about such a subject, or a notice of such a kind, means for pages
SUBJECTS = {
    "match": "matches", "deal": "matches", "conversation": "messages", "run": "run", "import": "import",
    "listing": "listings", "opportunity": "listings", "capability": "listings",
}  # fmt: skip
REFRESH = "refresh"
# a row carries the time at which its transaction began, a page the time at which it was made
SLACK = timedelta(seconds=2)
LONGEST = timedelta(hours=1)
QUIET_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """One message: the topic, the keys of the people it is for, the public id it is about (or ""), when (ms)."""

    topic: str
    people: tuple[int, ...]
    public_id: str
    at: int

    def packed(self) -> str:
        return json.dumps([self.topic, self.people, self.public_id, self.at], separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str | bytes) -> "Change":
        topic, people, public_id, at = json.loads(text)
        return cls(topic, tuple(people), public_id, at)


def tell(topic: str, *, people: Iterable[int] = (), public_id: str = "") -> None:
    """Let the open pages of these people (user keys) know, after commit, that `topic` has changed; nobody else hears it.

    Raises ValueError for a topic that is not in TOPICS. A broker that is away is no fault: pages ask `since`.
    """
    if topic not in TOPICS:
        raise ValueError(f"there is no topic {topic}")
    if heard_by := tuple(sorted(set(people))):
        transaction.on_commit(partial(_publish, topic, heard_by, public_id), robust=True)


def channel() -> str:
    """The broker's channel of this installation: channels are not kept apart by the number of a Redis database."""
    return f"live:{settings.DATABASES['default']['NAME']}"


class _Silence:
    """After a failure nothing is published for some seconds: work must not wait for a broker that is away."""

    def __init__(self) -> None:
        self.until = 0.0
        self.lock = threading.Lock()

    def holds(self) -> bool:
        return time.monotonic() < self.until

    def begin(self) -> None:
        with self.lock:
            self.until = time.monotonic() + QUIET_SECONDS


_silence = _Silence()


@cache
def _broker(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def _publish(topic: str, people: tuple[int, ...], public_id: str) -> None:
    if _silence.holds():
        return
    change = Change(topic, people, public_id, now_ms())
    try:
        _broker(settings.REDIS_URL).publish(channel(), change.packed())
    except redis.RedisError as error:
        _silence.begin()
        logger.warning("open pages were not told of %s: %s", topic, type(error).__name__)


def now_ms() -> int:
    """The time in milliseconds, the form in which pages remember what they have heard."""
    return time.time_ns() // 1_000_000


def moment(milliseconds: str) -> datetime | None:
    """The time that a page says it has heard up to; None when it says none, or nonsense."""
    if not milliseconds.isascii() or not milliseconds.isdigit() or len(milliseconds) > 14:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=timezone.get_default_timezone())


_looks: dict[str, Callable[[Any, datetime], bool]] = {}


def register_look(topic: str, look: Callable[[Any, datetime], bool]) -> None:
    """For what is neither logged nor always told of: `look(person, after)` says whether there is anything new."""
    _looks[topic] = look


def since(person: Any, at: datetime | None) -> list[str]:
    """The topics in which something happened for this person after `at`, from the notices, the log and what is registered.

    One query for each. `refresh` alone when that is too long ago to tell; nothing when no time is given.
    """
    if at is None:
        return []
    if not timezone.now() - LONGEST < at:
        return [REFRESH]
    after = at - SLACK
    own = Notice.objects.filter(recipient=person)
    found = {"inbox"} if own.filter(Q(created_at__gt=after) | Q(read_at__gt=after)).exists() else set()
    mine = Q(organisations__overlap=person.log_organisations) | Q(city__in=person.cities) | Q(actor_id=person.pk)
    rows = Event.objects.filter(mine, at__gt=after).order_by().values_list("subject_kind", flat=True).distinct()
    found |= {SUBJECTS.get(kind, "") for kind in rows}
    return [topic for topic in TOPICS if topic in found or (topic in _looks and _looks[topic](person, after))]


def still_signed_in(sessions: Iterable[str]) -> set[str]:
    """Which of these session keys still stand for an active person with the same password, in two queries."""
    rows = Session.objects.filter(session_key__in=list(sessions), expire_date__gt=timezone.now())
    reader = SessionStore()
    held = {row.session_key: reader.decode(row.session_data) for row in rows}
    keys = {str(values.get(SESSION_KEY) or 0) for values in held.values()}
    people = {str(p.pk): p for p in get_user_model()._default_manager.filter(pk__in=keys, is_active=True)}
    return {key for key, values in held.items() if _stands(values, people.get(str(values.get(SESSION_KEY))))}


def _stands(session: dict[str, Any], person: Any) -> bool:
    """Whether Django would let this session in as that person."""
    if person is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
