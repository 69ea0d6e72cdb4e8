"""A conversation: one thread per match between its two sides; messages, files, who has read how far, reports."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.states import ReportReason, ReportState
from matching.models import Match, of_either_side
from matching.states import Side
from scenemarket.ids import new_id


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def of_organisations(self, ids: list[int]) -> "ConversationQuerySet":
        return self.filter(match__in=of_either_side(ids))

    def of_cities(self, cities: list[str]) -> "ConversationQuerySet":
        return self.filter(match__opportunity__city__in=cities)

    def seen_by(self, user: Any) -> "ConversationQuerySet":
        """The conversations of this person's organisations, each with `my_side` and how far they have `read_to`."""
        ids = user.organisation_ids
        side = Case(
            When(match__opportunity__owner__in=ids, then=Value(Side.OPPORTUNITY.value)),
            default=Value(Side.CAPABILITY.value),
        )
        return self.of_organisations(ids).annotate(my_side=side, read_to=read_to(user))

    def fresh(self) -> "ConversationQuerySet":
        """After seen_by(): those that hold something new for this person."""
        return self.filter(Exists(_unread_of()))

    def with_counts(self) -> "ConversationQuerySet":
        """After seen_by(): how many messages are `unread`, and the key of the newest one that is shown."""
        many = _unread_of().order_by().values("conversation").annotate(n=models.Count("pk")).values("n")
        newest = Message.objects.shown().filter(conversation=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        return self.annotate(
            unread=Coalesce(Subquery(many, output_field=models.IntegerField()), 0), newest=Subquery(newest)
        )


def read_to(user: Any) -> Any:
    """The key of the last message that this person has seen in the conversation of the outer row, or 0."""
    rows = Reading.objects.filter(conversation=OuterRef("pk"), person=user.pk).values("up_to")[:1]
    return Coalesce(Subquery(rows), 0)


def _unread_of() -> "MessageQuerySet":
    rows = Message.objects.shown().filter(conversation=OuterRef("pk"), pk__gt=OuterRef("read_to"))
    return rows.exclude(side=OuterRef("my_side"))


class Conversation(models.Model):
    """Opened by the first message; its address carries the public id of the match."""

    match = models.OneToOneField(Match, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ConversationQuerySet.as_manager()
    log_kind = "conversation"

    class Meta:
        ordering = ["-last_at", "-pk"]

    def __str__(self) -> str:
        return str(self.match)

    @property
    def public_id(self) -> str:
        return self.match.public_id

    @property
    def log_title(self) -> str:
        return str(self.match)

    @property
    def log_city(self) -> str:
        return self.match.log_city

    @property
    def log_organisations(self) -> list[str]:
        return self.match.log_organisations

    def get_absolute_url(self) -> str:
        return reverse("conversation", args=[self.public_id])


class MessageQuerySet(models.QuerySet["Message"]):
    def shown(self) -> "MessageQuerySet":
        """Neither taken back nor hidden."""
        return self.filter(withdrawn_at=None, hidden_at=None)


class Message(models.Model):
    """What one side says. Nobody edits it; the writer may take it back for some minutes, a reviewer may hide it."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    side = models.CharField(max_length=12, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # chosen by the sender's page: the same key posts once, however often it is sent
    key = models.CharField(max_length=36)
    text = models.TextField(_("message"), max_length=4000, blank=True)
    at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "by", "key"], name="one_message_per_key"),
            models.CheckConstraint(condition=~Q(key=""), name="message_has_a_key"),
        ]
        indexes = [
            models.Index(fields=["conversation", "side", "id"]),
            models.Index(fields=["by", "-at"]),
            models.Index(fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.side} {self.public_id}"

    @property
    def is_shown(self) -> bool:
        return self.withdrawn_at is None and self.hidden_at is None


class Attachment(models.Model):
    """A file of a message; on disk under a name of ours."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    file = models.FileField(upload_to="messages/%Y/%m/")
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """How far one person has read."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    side = models.CharField(max_length=12, choices=Side)
    up_to = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "person"], name="one_reading_per_person")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.person_id} {self.up_to}"


class ReportQuerySet(models.QuerySet["Report"]):
    def of_cities(self, cities: list[str]) -> "ReportQuerySet":
        return self.filter(message__conversation__match__opportunity__city__in=cities)

    def waiting(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.WAITING)

    def whole(self) -> "ReportQuerySet":
        match = "message__conversation__match"
        rows = self.select_related(
            f"{match}__opportunity__owner", f"{match}__capability__owner", "by", "message__by", "decided_by"
        )
        return rows.prefetch_related("message__files")


class Report(models.Model):
    """The other side's complaint about a message, and what the city's reviewer decided; one for a message."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    message = models.OneToOneField(Message, models.PROTECT, related_name="report")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=12, choices=ReportReason)
    words = models.TextField(max_length=1000, blank=True)
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=12, choices=ReportState, default=ReportState.WAITING)
    decision = models.TextField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReportState.WAITING, decided_at=None)
                | ~Q(state=ReportState.WAITING) & Q(decided_at__isnull=False),
                name="report_decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(reason=ReportReason.OTHER) | ~Q(words=""), name="report_of_something_else_has_words"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("message-report", args=[self.public_id])


def unread_conversations(user: Any) -> Any:
    """How many conversations hold something new for this person, as an expression for one query of many counts."""
    rows = Conversation.objects.seen_by(user).fresh().order_by()
    counted = rows.annotate(n=models.Func(F("pk"), function="COUNT")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)
