"""Record what happened; tell people. Callers are inside their own transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models.functions import Now

from activity import kinds, letters, live
from activity.models import Event, Heartbeat, Notice


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
        if new:
            letters.promise(notice, person)
            told.append(person.pk)
    for topic in {"inbox", live.SUBJECTS.get(kind.partition(".")[0], "inbox")}:
        live.tell(topic, people=told)
    return len(told)


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
