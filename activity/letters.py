"""Letters about notices: at once, or together every morning or every Monday morning, as each person wishes.

A letter at once is one Delivery; kill -9 in the moment between the mail server and our row sends it again under the same
Message-ID. A digest is one Digest row; it is marked before it is handed over, so nobody is told twice.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from activity import kinds, unsubscribing
from activity.models import Channel, Delivery, Digest, Notice
from scenemarket.leases import WorkState

DIGEST_HOUR = 8
TOGETHER = ("digest", "weekly")
READ = "it was read before"


def promise(notice: Notice, person: Any) -> None:
    """Put a new notice on its way by e-mail, in the caller's transaction, as the person wishes for its kind."""
    mode = person.email_mode_for(kinds.of(notice.kind).topic)
    if mode == "off":
        return
    due = {"available_at": next_digest(weekly=mode == "weekly")} if mode in TOGETHER else {}
    Delivery.objects.create(notice=notice, channel=Channel.EMAIL, digest=mode in TOGETHER, **due)
    if due:
        at = due["available_at"]
        Digest.objects.get_or_create(recipient=person, due_at=at, defaults={"available_at": at})


def next_digest(*, weekly: bool = False) -> datetime:
    """The next 08:00 in Shanghai, of any day or of a Monday."""
    now = timezone.localtime()
    day = timezone.make_aware(datetime.combine(now.date(), time(DIGEST_HOUR)))
    days = -now.weekday() % 7 if weekly else 0
    found = day + timedelta(days=days)
    return found if now < found else found + timedelta(days=7 if weekly else 1)


def deliver_due(limit: int = 50) -> int:
    """Send what is due; returns how many letters were dealt with. Safe to run anywhere, any number of times at once."""
    rows = Delivery.objects.filter(digest=False).claim(limit)
    for row in Delivery.objects.filter(pk__in=[r.pk for r in rows]).select_related("notice__recipient"):
        _send_one(row)
    _catch_up()
    digests = Digest.objects.claim(limit)
    for digest in Digest.objects.filter(pk__in=[d.pk for d in digests]).select_related("recipient"):
        _send_digest(digest)
    return len(rows) + len(digests)


def _catch_up() -> None:
    """What was told while its letter was being sent, or whose letter was set aside, goes with the next one."""
    late = Delivery.objects.filter(
        digest=True, work_state=WorkState.QUEUED, available_at__lt=Now() - timedelta(minutes=4)
    )
    for person in late.order_by().values_list("notice__recipient", flat=True).distinct():
        if not Digest.objects.free().filter(recipient=person).exists():
            at = next_digest()
            Digest.objects.get_or_create(recipient_id=person, due_at=at, defaults={"available_at": at})
            late.filter(notice__recipient=person).update(available_at=at)


def _send_one(row: Delivery) -> None:
    if why := _withheld(row.notice):
        row.finish(withheld=why)
        return
    try:
        _single(row.notice).send()
    except OSError as error:
        row.fail(f"{type(error).__name__}: {error}")
        return
    row.finish()


def _send_digest(digest: Digest) -> None:
    """Send what waits for this letter, unless it was handed over before; nothing, when nothing is left to tell."""
    waiting = _waiting(digest)
    wanted = []
    for row in waiting:
        row.withheld = _withheld(row.notice) or (READ if row.notice.read_at else "")
        wanted += [] if row.withheld else [row.notice]
    if wanted and digest.handed_over_at is None:
        letter = _together(digest, wanted)
        digest.renew(handed_over_at=Now())
        try:
            letter.send()
        except OSError as error:
            digest.mine().update(handed_over_at=None)
            digest.fail(f"{type(error).__name__}: {error}")
            return
    with transaction.atomic():
        Delivery.objects.bulk_update(waiting, ["withheld"])
        done = Delivery.objects.filter(pk__in=[row.pk for row in waiting])
        done.update(work_state=WorkState.DONE, done_at=Now())
        digest.finish(notices=len(wanted))


def _waiting(digest: Digest) -> list[Delivery]:
    """Deliveries to this person that go with this letter or should have gone with one before."""
    rows = Delivery.objects.filter(
        digest=True, work_state=WorkState.QUEUED, notice__recipient=digest.recipient_id, available_at__lte=digest.due_at
    )
    found = list(rows.select_related("notice").order_by("pk"))
    for row in found:
        row.notice.recipient = digest.recipient
    return found


def _withheld(notice: Notice) -> str:
    """Ask the person's wishes and the kind once more, at the moment of sending, whether this may and should still go out."""
    kind, person = kinds.of(notice.kind), notice.recipient
    if not person.is_active:
        return "the receiver's account is closed"
    if person.email_mode_for(kind.topic) == "off":
        return "the receiver switched e-mail off"
    return kind.withhold(notice)


def _single(notice: Notice) -> EmailMultiAlternatives:
    """The letter about one notice."""
    with translation.override(notice.recipient.language):
        kind = kinds.of(notice.kind)
        return _letter(notice.recipient, notice.title, notice.public_id, kind.topic, "notice", {"item": _item(notice)})


def _together(digest: Digest, notices: list[Notice]) -> EmailMultiAlternatives:
    """The letter about all that happened since the last one, by topic."""
    with translation.override(digest.recipient.language):
        n = len(notices)
        title = ngettext("%(n)s notice from SceneMarket", "%(n)s notices from SceneMarket", n) % {"n": n}
        groups = list(_by_topic(notices))
        return _letter(
            digest.recipient, title, notices[0].public_id, unsubscribing.DIGEST, "digest", {"groups": groups}
        )


def _by_topic(notices: Iterable[Notice]) -> Iterable[tuple[Any, list[dict[str, Any]]]]:
    order = list(kinds.TOPICS)
    ordered = sorted(notices, key=lambda notice: order.index(kinds.of(notice.kind).topic))
    for topic, rows in groupby(ordered, key=lambda notice: kinds.of(notice.kind).topic):
        yield kinds.TOPICS[topic], [_item(notice) for notice in rows]


def _item(notice: Notice) -> dict[str, Any]:
    return {
        "title": notice.title, "body": notice.body, "action": kinds.of(notice.kind).action,
        "url": settings.SITE_URL + notice.path, "at": notice.created_at,
    }  # fmt: skip


def _letter(person: Any, title: str, key: str, topic: str, name: str, more: dict[str, Any]) -> EmailMultiAlternatives:
    """Text and simple HTML; mail programmes show a button that unsubscribes at once (RFC 8058)."""
    leave = settings.SITE_URL + reverse("unsubscribe", args=[unsubscribing.token(person, topic)])
    context = {
        "title": title, "person": person, "leave": leave, "site": settings.SITE_URL,
        "preferences": settings.SITE_URL + reverse("preferences"), "language": person.language, **more,
    }  # fmt: skip
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    letter = EmailMultiAlternatives(
        subject=" ".join(title.split()),
        body=render_to_string(f"activity/mail/{name}.txt", context),
        to=[person.email],
        headers={
            "Message-ID": f"<{key}@{host}>",
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    letter.attach_alternative(render_to_string(f"activity/mail/{name}.html", context), "text/html")
    return letter
