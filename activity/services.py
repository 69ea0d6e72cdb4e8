"""Record what happened; tell people; send what waits. Callers are inside their own transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from activity import kinds, live
from activity.models import Channel, Delivery, Event, Heartbeat, Notice

DIGEST_HOUR = 8


class Subject(Protocol):
    """What an event is about; models give these as fields or properties."""

    @property
    def public_id(self) -> str: ...
    @property
    def log_kind(self) -> str: ...
    @property
    def log_title(self) -> str: ...
    @property
    def log_city(self) -> str: ...
    @property
    def log_organisations(self) -> Sequence[str]: ...


def record(
    *, by: Any, verb: str, subject: Subject, before: str = "", after: str = "", reason: str = "", **data: Any
) -> Event:
    """Write one log row: who (`by`, a user, or None for the platform), what, from where to where, why."""
    row = event(by=by, verb=verb, subject=subject, before=before, after=after, reason=reason, **data)
    row.save()
    return row


def event(
    *, by: Any, verb: str, subject: Subject, before: str = "", after: str = "", reason: str = "", **data: Any
) -> Event:
    """A log row that is not written yet, for callers that write thousands with Event.objects.bulk_create."""
    return Event(
        actor_id=by.pk if by else None,
        actor_name=str(by) if by else "SceneMarket",
        verb=verb,
        subject_kind=subject.log_kind,
        subject_id=subject.public_id,
        subject_title=subject.log_title[:300],
        from_state=before,
        to_state=after,
        reason=reason,
        city=subject.log_city,
        organisations=list(subject.log_organisations),
        data=data,
    )


def tell(
    people: Iterable[Any], *, kind: str, key: str, path: str, params: dict[str, Any], due_at: datetime | None = None
) -> int:
    """Give each person one notice and, as they wish, one e-mail. Telling again with the same key does nothing.

    Returns how many people were told now.
    """
    kinds.of(kind).check(params)
    told: list[int] = []
    for person in people:
        notice, new = Notice.objects.get_or_create(
            recipient=person, key=key, defaults={"kind": kind, "params": params, "path": path, "due_at": due_at}
        )
        if new and person.email_mode != "off":
            digest = person.email_mode == "digest"
            due = {"available_at": next_digest()} if digest else {}
            Delivery.objects.get_or_create(notice=notice, channel=Channel.EMAIL, defaults={"digest": digest, **due})
        if new:
            told.append(person.pk)
    for topic in {"inbox", live.SUBJECTS.get(kind.partition(".")[0], "inbox")}:
        live.tell(topic, people=told)
    return len(told)


def next_digest() -> datetime:
    """The next 08:00 in Shanghai."""
    now = timezone.localtime()
    today = timezone.make_aware(datetime.combine(now.date(), time(DIGEST_HOUR)))
    return today if now < today else today + timedelta(days=1)


def deliver_due(limit: int = 50) -> int:
    """Send what is due; returns how many rows were dealt with. Safe to run anywhere, any number of times at once."""
    rows = Delivery.objects.claim(limit)
    letters: dict[tuple[int, bool], list[Delivery]] = {}
    for row in Delivery.objects.filter(pk__in=[r.pk for r in rows]).select_related("notice__recipient"):
        letters.setdefault(_letter(row), []).append(row)
    for together in letters.values():
        _send(together)
    return len(rows)


def _letter(row: Delivery) -> tuple[int, bool]:
    """Digest rows of one person share a letter; every other row is its own."""
    return (row.notice.recipient_id, True) if row.digest else (row.pk, False)


def _send(rows: list[Delivery]) -> None:
    wanted = [row for row in rows if not _withheld(row)]
    if not wanted:
        return
    person = wanted[0].notice.recipient
    try:
        with translation.override(person.language):
            _message(person, wanted).send()
    except OSError as error:
        for row in wanted:
            row.fail(f"{type(error).__name__}: {error}")
        return
    with transaction.atomic():
        for row in wanted:
            row.finish()


def _withheld(row: Delivery) -> bool:
    """Ask the kind once more, at the moment of sending, whether this may and should still go out."""
    why = "the receiver switched e-mail off" if row.notice.recipient.email_mode == "off" else ""
    why = why or kinds.of(row.notice.kind).withhold(row.notice)
    if why:
        row.finish(withheld=why)
    return bool(why)


def _message(person: Any, rows: list[Delivery]) -> EmailMessage:
    notices = [row.notice for row in rows]
    parts = [f"{n.title}\n\n{n.body}\n\n{kinds.of(n.kind).action}: {settings.SITE_URL}{n.path}" for n in notices]
    title = (
        notices[0].title
        if len(notices) == 1
        else translation.ngettext("%(n)s notice from SceneMarket", "%(n)s notices from SceneMarket", len(notices))
        % {"n": len(notices)}
    )
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=" ".join(title.split()),
        body="\n\n———\n\n".join(parts) + "\n",
        to=[person.email],
        headers={"Message-ID": f"<{notices[0].public_id}@{host}>"},
    )


@transaction.atomic
def read(notices: Any) -> int:
    """Mark notices as read; returns how many were unread."""
    unread = notices.filter(read_at=None)
    people = list(unread.order_by().values_list("recipient", flat=True).distinct())
    live.tell("inbox", people=people)
    return int(unread.update(read_at=Now()))


def tick(name: str = "beat") -> None:
    """Say that tasks really run."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()})
