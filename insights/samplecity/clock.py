"""Sets the stamps of what services have just done back to the day of the story."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership, Organisation, Title
from activity.models import Delivery, Event, Notice
from capabilities.models import Capability
from conversations.models import Conversation, Message, Reading
from deals.models import Deal, Evidence
from listings.models import Batch, ImportJob, Programme, Version
from matching.models import Answer, Match, MatchRun
from matching.states import AnswerState, MatchState
from opportunities.models import Opportunity
from scenemarket.leases import WorkState

_LISTING = ("created_at", "updated_at", "submitted_at", "published_at", "closed_at")
STAMPS: dict[type[models.Model], tuple[str, ...]] = {
    Event: ("at",),
    Notice: ("created_at", "read_at"),
    Organisation: ("created_at", "verified_at"),
    Membership: ("since",),
    Title: ("verified_at",),
    Batch: ("created_at",),
    Programme: ("created_at",),
    ImportJob: ("at",),
    Opportunity: _LISTING,
    Capability: _LISTING,
    Version: ("at",),
    MatchRun: ("at", "started_at", "ready_at", "released_at"),
    Match: ("created_at", "updated_at", "decided_at", "pushed_at", "agreed_at"),
    Answer: ("pushed_at", "reminded_at", "answered_at"),
    Deal: ("opened_at", "moved_at"),
    Evidence: ("at",),
    Conversation: ("opened_at", "last_at"),
    Message: ("at",),
    Reading: ("at",),
}


class Clock:
    """The city is made in an empty database, so a stamp later than `began` belongs to what was done since the last set_back().

    The log's guard against changes is lifted until the end of the transaction, which only the owner of the table can do.
    """

    def __enter__(self) -> "Clock":
        self._guard("DISABLE")
        self.began = timezone.now()
        return self

    def __exit__(self, kind: Any, *_error: Any) -> None:
        if kind is None:
            self._guard("ENABLE")

    def _guard(self, word: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {Event._meta.db_table} {word} TRIGGER USER")

    def set_back(self, moment: datetime) -> None:
        """What was done since the last call happened at `moment`, which lies before the making of the city."""
        moment = min(moment, self.began - timedelta(minutes=1))
        # all columns in one round trip: this is called a few hundred times
        columns = [(model._meta.db_table, name) for model, names in STAMPS.items() for name in names]
        statements = [f"UPDATE {table} SET {name} = %(moment)s WHERE {name} >= %(began)s" for table, name in columns]
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements), {"moment": moment, "began": self.began})

    def due_dates(self) -> list[datetime]:
        """Set due dates back too, once all answers are given; returns those that have passed without an answer, oldest first.

        Services refuse an answer after its due date, so it has to lie ahead until then.
        """
        allowed = timedelta(days=settings.ANSWER_DAYS)
        Notice.objects.exclude(due_at=None).update(due_at=F("created_at") + allowed)
        Answer.objects.exclude(state=AnswerState.WAITING).update(due_at=F("pushed_at") + allowed)
        waiting = Answer.objects.filter(state=AnswerState.WAITING, match__state=MatchState.PUSHED)
        waiting.filter(pushed_at__gte=self.began - allowed).update(due_at=F("pushed_at") + allowed)
        late = waiting.filter(pushed_at__lt=self.began - allowed).values_list("pushed_at", flat=True).distinct()
        return sorted(pushed + allowed for pushed in late)

    def let_pass(self, due: datetime) -> None:
        """Give the answers that were due at this moment their due date."""
        pushed = due - timedelta(days=settings.ANSWER_DAYS)
        Answer.objects.filter(state=AnswerState.WAITING, pushed_at=pushed).update(due_at=due)

    def quiet(self, since: timedelta = timedelta(hours=20)) -> None:
        """Letters about days gone by are not sent, and what was told before `since` has been read."""
        Delivery.objects.filter(work_state=WorkState.QUEUED).update(
            work_state=WorkState.DONE, done_at=Now(), withheld="the sample city's past"
        )
        Notice.objects.filter(read_at=None, created_at__lt=Now() - since).update(
            read_at=F("created_at") + timedelta(hours=3)
        )
