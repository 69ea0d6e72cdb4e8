"""Work that survives any crash: a row is the work, a lease on the database's clock lets one worker through.

The attempt is counted and committed before the work begins, so work that kills its worker is set aside after MAX_ATTEMPTS.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MAX_ATTEMPTS = 5


class LeaseLost(Exception):
    """Another worker took the row over; what was done here must not be written."""


class WorkState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    WORKING = "working", _("Working")
    DONE = "done", _("Done")
    DEAD = "dead", _("Set aside")


class LeasedQuerySet(models.QuerySet[Any]):
    """Claims and finishes rows of work."""

    def free(self) -> "LeasedQuerySet":
        """Rows that nobody works on: queued and due, or left by a worker whose lease has run out."""
        due = Q(work_state=WorkState.QUEUED, available_at__lte=Now())
        return self.filter(due | Q(work_state=WorkState.WORKING, lease_until__lt=Now()))

    def claim(self, limit: int = 1, order: str = "pk") -> list[Any]:
        """Take up to `limit` free rows for LEASE_SECONDS, the first in `order`; the attempt is committed when this returns."""
        token = uuid.uuid4()
        with transaction.atomic():
            keys = list(
                self.free().order_by(order).select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
            )
            rows = self.model._default_manager.filter(pk__in=keys)
            rows.filter(attempts__gte=MAX_ATTEMPTS).update(work_state=WorkState.DEAD, lease_until=None, done_at=Now())
            rows.filter(attempts__lt=MAX_ATTEMPTS).update(
                work_state=WorkState.WORKING,
                lease_token=token,
                lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS),
                attempts=F("attempts") + 1,
            )
        return list(self.model._default_manager.filter(pk__in=keys, lease_token=token).order_by("pk"))

    def dead(self) -> "LeasedQuerySet":
        return self.filter(work_state=WorkState.DEAD)


class Leased(models.Model):
    """A row of work. `finish` and `fail` refuse (LeaseLost) when the lease has passed to another worker."""

    work_state = models.CharField(max_length=10, choices=WorkState, default=WorkState.QUEUED)
    available_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True, editable=False)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        abstract = True

    def mine(self) -> "LeasedQuerySet":
        """This row, while the lease is still ours."""
        rows = type(self)._default_manager.filter(
            pk=self.pk, lease_token=self.lease_token, work_state=WorkState.WORKING
        )
        return rows

    def renew(self, **values: Any) -> None:
        """Keep the lease for another LEASE_SECONDS, and save `values` (progress) with it."""
        until = Now() + timedelta(seconds=settings.LEASE_SECONDS)
        if self.mine().update(lease_until=until, **values) != 1:
            raise LeaseLost(f"{self._meta.label} {self.pk}")

    def finish(self, **values: Any) -> None:
        """Mark the work done and save `values` with it, in the caller's transaction."""
        done = self.mine().update(work_state=WorkState.DONE, lease_until=None, done_at=Now(), last_error="", **values)
        if done != 1:
            raise LeaseLost(f"{self._meta.label} {self.pk}")

    def fail(self, error: str) -> None:
        """Give the row back with its error; it is due again after 2, 4, 8 … seconds, or set aside after MAX_ATTEMPTS."""
        last = self.attempts >= MAX_ATTEMPTS
        changed = self.mine().update(
            work_state=WorkState.DEAD if last else WorkState.QUEUED,
            available_at=Now() + timedelta(seconds=2**self.attempts),
            lease_until=None,
            last_error=error[:2000],
        )
        if changed != 1:
            raise LeaseLost(f"{self._meta.label} {self.pk}")

    @classmethod
    def again(cls, rows: models.QuerySet[Any]) -> int:
        """Put rows that were set aside back into the queue, with their attempts forgotten."""
        return rows.filter(work_state=WorkState.DEAD).update(
            work_state=WorkState.QUEUED, attempts=0, available_at=Now(), lease_until=None
        )
