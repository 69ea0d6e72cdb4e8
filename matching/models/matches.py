"""The match that people decide on, and the two answers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from capabilities.models import Capability
from listings.states import State
from matching.models.runs import MatchRun
from matching.states import BEFORE_AGREED, IN_REVIEW, AnswerState, MatchState, Origin, Side
from opportunities.models import Opportunity
from scenemarket.ids import new_id


def of_either_side(ids: list[int]) -> "models.QuerySet[Any, Any]":
    """Keys of the matches of which these organisations own a side.

    Each side is read by its own index; one condition over both listings could use none, and would read all matches.
    """
    rows = Match._default_manager.order_by().values("pk")
    return rows.filter(opportunity__owner__in=ids).union(rows.filter(capability__owner__in=ids), all=True)


class MatchQuerySet(models.QuerySet["Match"]):
    def of_cities(self, cities: list[str]) -> "MatchQuerySet":
        return self.filter(opportunity__city__in=cities)

    def of_organisations(self, ids: list[int]) -> "MatchQuerySet":
        return self.filter(pk__in=of_either_side(ids))

    def before_agreed(self) -> "MatchQuerySet":
        return self.filter(state__in=BEFORE_AGREED)

    def standing(self) -> "MatchQuerySet":
        """Both listings are published, and say what they said when the pair was scored."""
        return self.filter(
            opportunity__state=State.PUBLISHED,
            capability__state=State.PUBLISHED,
            opportunity__version=F("opportunity_version"),
            capability__version=F("capability_version"),
        )

    def fallen(self) -> "MatchQuerySet":
        """Not yet agreed, and a side was edited, paused or closed since."""
        return self.before_agreed().filter(
            ~Q(opportunity__state=State.PUBLISHED)
            | ~Q(capability__state=State.PUBLISHED)
            | ~Q(opportunity__version=F("opportunity_version"))
            | ~Q(capability__version=F("capability_version"))
        )

    def whole(self) -> "MatchQuerySet":
        """With all that a card or a row shows, in one query more for the answers."""
        return self.select_related("opportunity__owner", "capability__owner", "run").prefetch_related("answers")


class Match(models.Model):
    """One pair: its score and reasons, the review, and the two answers. A person's decision survives every later run."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    capability = models.ForeignKey(Capability, models.CASCADE, related_name="+")
    # the versions that were scored; nothing is pushed for another version
    opportunity_version = models.PositiveIntegerField()
    capability_version = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.ENGINE)
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.PROPOSED)
    run = models.ForeignKey(MatchRun, models.SET_NULL, null=True, related_name="matches")
    score = models.DecimalField(max_digits=9, decimal_places=6)
    rank_for_opportunity = models.PositiveIntegerField(null=True)
    rank_for_capability = models.PositiveIntegerField(null=True)
    eligible = models.BooleanField(null=True)
    barred_by = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    # both owners belong to the same owner group
    conflict = models.BooleanField(default=False)
    # counts how often the pair was put forward; what people are told carries it, so a second time is told again
    round = models.PositiveSmallIntegerField(default=1)
    # what the score was in the run before, for new / up / down
    score_before = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    note = models.CharField(_("words to both sides"), max_length=200, blank=True)
    exclusion = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    # told by the deal: what landed teaches the ranker most
    landed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = MatchQuerySet.as_manager()
    log_kind = "match"

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "capability"], name="one_match_per_pair"),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None) | Q(decided_at__isnull=False),
                name="decision_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatchState.EXCLUDED) | ~Q(exclusion=""), name="excluded_with_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MatchState.PUSHED, MatchState.AGREED]) | Q(pushed_at__isnull=False),
                name="pushed_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-score", "id"]),
            models.Index(fields=["capability", "state"]),
            models.Index(fields=["run", "state"]),
            models.Index(fields=["run"], condition=Q(state=MatchState.PROPOSED, parts=[]), name="parts_to_come"),
            # what the review queue counts and lists is read from this index alone
            models.Index(
                fields=["state", "-score", "id"],
                include=["opportunity", "capability", "score_before", "conflict"],
                condition=Q(state__in=IN_REVIEW),
                name="in_review",
            ),
            # the deals of a city
            models.Index(fields=["opportunity", "id"], condition=Q(state=MatchState.AGREED), name="agreed_of"),
            # the week of each firm, and the front page, from the index alone
            models.Index(
                fields=["pushed_at"],
                include=["id", "opportunity", "capability", "state"],
                condition=Q(pushed_at__isnull=False),
                name="pushed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity} × {self.capability}"

    @property
    def log_title(self) -> str:
        return str(self)

    @property
    def log_city(self) -> str:
        return self.opportunity.city

    @property
    def log_organisations(self) -> list[str]:
        return [self.opportunity.owner.public_id, self.capability.owner.public_id]

    @property
    def stands(self) -> bool:
        """Both listings, as loaded here, are open in the versions that were scored; a deadline that has passed closes."""
        versions = (self.opportunity.version, self.capability.version)
        same = versions == (self.opportunity_version, self.capability_version)
        return same and self.opportunity.is_open and self.capability.is_open

    def listing(self, side: str) -> Any:
        return self.opportunity if side == Side.OPPORTUNITY else self.capability

    def answer_of(self, side: str) -> "Answer | None":
        return next((a for a in self.answers.all() if a.side == side), None)

    def get_absolute_url(self) -> str:
        return reverse("match", args=[self.public_id])


class AnswerQuerySet(models.QuerySet["Answer"]):
    def waiting(self) -> "AnswerQuerySet":
        return self.filter(state=AnswerState.WAITING)

    def asked_of(self, organisations: list[int]) -> "AnswerQuerySet":
        """The answers of these organisations' own sides, once the pair was put before them."""
        rows = Answer._default_manager.order_by().values("pk")
        needs = rows.filter(side=Side.OPPORTUNITY, match__opportunity__owner__in=organisations)
        offers = rows.filter(side=Side.CAPABILITY, match__capability__owner__in=organisations)
        # a union, so that each side is read by its own index
        return self.filter(pk__in=needs.union(offers, all=True))

    def overdue(self) -> "AnswerQuerySet":
        return self.waiting().filter(due_at__lt=Now())


class Answer(models.Model):
    """The push to one side of a match, and what that side says: one row per (match, side)."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    match = models.ForeignKey(Match, models.CASCADE, related_name="answers")
    side = models.CharField(max_length=12, choices=Side)
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.WAITING)
    pushed_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True, max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["match", "side"]
        constraints = [
            models.UniqueConstraint(fields=["match", "side"], name="one_push_per_match_and_side"),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.DECLINED) | ~Q(reason=""), name="declined_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AnswerState.WAITING, AnswerState.EXPIRED], answered_at=None)
                | Q(state__in=[AnswerState.ACCEPTED, AnswerState.DECLINED], answered_at__isnull=False),
                name="answer_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.match_id} {self.side} {self.state}"
