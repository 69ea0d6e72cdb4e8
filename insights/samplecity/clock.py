"""Sets the stamps of what services have just done back to the day of the story."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Membership, Organisation, Title
from activity.models import Delivery, Event, Notice
from capabilities.models import Capability
from deals.models import Deal, Evidence
from listings.models import Batch, ImportJob, Programme, Version
from matching.models import Answer, Match, MatchRun
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
}


class Clock:
    """Inside one transaction every stamp of the database is the moment the transaction began, and none is older unless set back.

    So "everything stamped since then" is what was done since the last call of set_back(). The log's guard against changes
    is lifted until the end of the transaction, which only the owner of the table can do.
    """

    def __enter__(self) -> "Clock":
        self._guard("DISABLE")
        return self

    def __exit__(self, kind: Any, *_error: Any) -> None:
        if kind is None:
            self._guard("ENABLE")

    def _guard(self, word: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {Event._meta.db_table} {word} TRIGGER USER")

    def set_back(self, moment: datetime) -> None:
        """What was done since the last call happened at `moment`."""
        Answer.objects.filter(pushed_at__gte=Now()).update(due_at=F("due_at") - (Now() - moment))
        for model, names in STAMPS.items():
            for name in names:
                model._default_manager.filter(**{f"{name}__gte": Now()}).update(**{name: moment})

    def quiet(self, since: timedelta = timedelta(hours=20)) -> None:
        """Letters about days gone by are not sent, and what was told before `since` has been read."""
        Delivery.objects.filter(work_state=WorkState.QUEUED).update(
            work_state=WorkState.DONE, done_at=Now(), withheld="the sample city's past"
        )
        Notice.objects.filter(read_at=None, created_at__lt=Now() - since).update(read_at=F("created_at") + timedelta(hours=3))
