"""The log (append-only), the inbox, and what is to be sent. No foreign key points upwards; people are AUTH_USER_MODEL."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from activity import kinds
from scenemarket.ids import new_id
from scenemarket.leases import Leased


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, kind: str, public_id: str) -> "EventQuerySet":
        return self.filter(subject_kind=kind, subject_id=public_id)

    def of_organisation(self, public_id: str) -> "EventQuerySet":
        return self.filter(organisations__contains=[public_id])


class Event(models.Model):
    """One thing that happened. The database refuses UPDATE and DELETE (migration 0002)."""

    at = models.DateTimeField(db_default=Now(), db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_title = models.CharField(max_length=300, blank=True)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    city = models.CharField(max_length=12, blank=True, db_index=True)
    organisations = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    address = models.GenericIPAddressField(null=True)
    data = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"])]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.subject_title}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(models.Model):  # type: ignore[django-manager-missing, unused-ignore]  # deliveries: the manager comes from an abstract class
    """One person is told one thing, once: (recipient, key) is unique. Words come from the kind, in the reader's language."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict, blank=True)
    path = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="one_notice_per_person_and_event")]
        indexes = [models.Index(fields=["recipient", "read_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return kinds.of(self.kind).say_title(self.params)

    @property
    def body(self) -> str:
        return kinds.of(self.kind).say_body(self.params)


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class Delivery(Leased):
    """A notice on its way over one channel: exactly one row per (notice, channel)."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    digest = models.BooleanField(default=False)
    withheld = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_notice_and_channel")
        ]
        indexes = [models.Index(fields=["work_state", "available_at"])]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id} {self.work_state}"


class Digest(Leased):
    """One letter to one person at one time, with all that waits for it then: exactly one row per (person, time)."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    # the mail server may have it from here on: a letter that was cut off after this is not sent again
    handed_over_at = models.DateTimeField(null=True)
    notices = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "due_at"], name="one_digest_per_person_and_time")]
        indexes = [models.Index(fields=["work_state", "available_at"])]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.due_at} {self.work_state}"


class Heartbeat(models.Model):
    """When a task last really ran: a worker that answers ping but takes nothing does not move it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
