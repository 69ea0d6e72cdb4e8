"""Runs in steps, what each pair scored, the match that people decide on, and the two answers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from capabilities.models import Capability
from listings.states import State
from matching.states import BEFORE_AGREED, AnswerState, MatchState, Origin, RunOrigin, RunState, Side, Step
from opportunities.models import Opportunity
from scenemarket.ids import new_id
from scenemarket.leases import Leased, LeasedQuerySet, WorkState


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    def of_cities(self, cities: list[str]) -> "MatchRunQuerySet":
        return self.filter(city__in=cities)

    def full(self) -> "MatchRunQuerySet":
        """Runs over a whole city; increments are about one listing."""
        return self.exclude(origin=RunOrigin.INCREMENT)

    def under_way(self) -> "MatchRunQuerySet":
        return self.filter(state__in=[RunState.QUEUED, RunState.RUNNING])

    def finished(self) -> "MatchRunQuerySet":
        return self.filter(state__in=[RunState.READY, RunState.RELEASED, RunState.WITHDRAWN])


class MatchRun(models.Model):
    """One run of the engine over one city's opportunities, kept with its settings and the texts' fingerprint."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    city = models.CharField(max_length=12, db_index=True)
    origin = models.CharField(max_length=10, choices=RunOrigin, default=RunOrigin.SWEEP)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    engine_settings = models.JSONField()
    engine_version = models.CharField(max_length=40)
    model_id = models.CharField(max_length=80, default="none")
    # fingerprint of the published listings and versions that went in; a run that would repeat it is not made
    snapshot = models.CharField(max_length=64, blank=True)
    # an increment matches one listing against the other side
    listing_kind = models.CharField(max_length=12, choices=Side, blank=True)
    listing_id = models.BigIntegerField(null=True)
    listing_version = models.PositiveIntegerField(null=True)
    opportunities = models.PositiveIntegerField(default=0)
    capabilities = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    failure = models.TextField(blank=True)

    objects = MatchRunQuerySet.as_manager()
    log_kind = "run"

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]) & ~Q(origin=RunOrigin.INCREMENT),
                name="one_full_run_at_a_time_per_city",
            ),
        ]
        indexes = [models.Index(fields=["state", "origin"]), models.Index(fields=["city", "origin", "-id"])]

    def __str__(self) -> str:
        return f"R-{self.pk:04d}"

    @property
    def log_title(self) -> str:
        return str(self)

    @property
    def log_city(self) -> str:
        return self.city

    log_organisations: tuple[str, ...] = ()

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.public_id])


class ShardQuerySet(LeasedQuerySet):
    def unfinished(self) -> "ShardQuerySet":
        return self.exclude(work_state=WorkState.DONE)


class Shard(Leased):
    """One step of a run, the work of one Celery task: freeze the lists, score a range, merge, or an increment."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="shards")
    step = models.CharField(max_length=10, choices=Step, default=Step.SCORE)
    index = models.PositiveIntegerField(default=0)
    start = models.PositiveIntegerField(default=0)
    stop = models.PositiveIntegerField(default=0)
    result = models.BinaryField(null=True)
    # when a worker was last told of it; a message that got lost is sent again, one that waits is not doubled
    nudged_at = models.DateTimeField(null=True)

    objects = ShardQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["run", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "index"], name="one_shard_per_step_and_index"),
            models.CheckConstraint(condition=Q(stop__gte=F("start")), name="shard_range_is_a_range"),
        ]
        indexes = [models.Index(fields=["work_state", "available_at"])]

    def __str__(self) -> str:
        return f"{self.run} {self.step} #{self.index}"


class SnapshotPart(models.Model):
    """A few thousand of the listings that a run reads, as they were when it began: every worker sees the same."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="snapshot_parts")
    side = models.CharField(max_length=12, choices=Side)
    index = models.PositiveIntegerField()
    records = models.BinaryField()

    class Meta:
        ordering = ["run", "side", "index"]
        constraints = [models.UniqueConstraint(fields=["run", "side", "index"], name="one_snapshot_part_per_index")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.side} {self.index}"


class Scored(models.Model):
    """Which version of a listing went last into a run for a city: what is published without it is still to be matched."""

    kind = models.CharField(max_length=12, choices=Side)
    listing_id = models.BigIntegerField()
    city = models.CharField(max_length=12)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "city", "listing_id"], name="one_mark_per_listing_and_city")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id} v{self.version} {self.city}"


class Night(models.Model):
    """The nightly look at a city was taken: two beats look once."""

    city = models.CharField(max_length=12)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "day"], name="one_look_per_city_and_night")]

    def __str__(self) -> str:
        return f"{self.city} {self.day}"


class RunPair(models.Model):
    """What one run found for one pair: kept so that runs can be compared."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="pairs")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    capability = models.ForeignKey(Capability, models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=9, decimal_places=6)
    # None beyond what a run keeps for that side
    rank_for_opportunity = models.PositiveIntegerField(null=True)
    rank_for_capability = models.PositiveIntegerField(null=True)
    eligible = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "opportunity", "capability"], name="one_result_per_pair")]
        indexes = [models.Index(fields=["run", "opportunity", "rank_for_opportunity"])]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.opportunity_id}-{self.capability_id} {self.score}"


class MatchQuerySet(models.QuerySet["Match"]):
    def of_cities(self, cities: list[str]) -> "MatchQuerySet":
        return self.filter(opportunity__city__in=cities)

    def of_organisations(self, ids: list[int]) -> "MatchQuerySet":
        return self.filter(Q(opportunity__owner__in=ids) | Q(capability__owner__in=ids))

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
        mine = Q(side=Side.OPPORTUNITY, match__opportunity__owner__in=organisations)
        return self.filter(mine | Q(side=Side.CAPABILITY, match__capability__owner__in=organisations))

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
