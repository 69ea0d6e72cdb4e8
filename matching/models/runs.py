"""Runs in steps, the lists as a run read them, and what each pair scored."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from capabilities.models import Capability
from matching.states import RunOrigin, RunState, Side, Step
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
    # sum of the frozen parts as they lie in the database: names the folder that is built from them
    content = models.CharField(max_length=64, blank=True)
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
    """One step of a run, the work of one Celery task; `result` is what it hands on, or, for a step that writes, what it is to write."""

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
    # with which model: what was matched without one is matched again when its vectors have come
    model_id = models.CharField(max_length=80, default="none")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "city", "listing_id"], name="one_mark_per_listing_and_city")
        ]
        indexes = [models.Index(fields=["city", "model_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id} v{self.version} {self.city}"


class Worded(models.Model):
    """Which texts the present version of a listing consists of, and which model has vectors of all of them.

    Nobody has to read or hash the texts again to know that.
    """

    kind = models.CharField(max_length=12, choices=Side)
    listing_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    hashes = ArrayField(models.CharField(max_length=64), default=list)
    # empty while vectors are missing
    model_id = models.CharField(max_length=80, blank=True)
    asked_of = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "listing_id"], name="one_note_of_texts_per_listing")]
        indexes = [models.Index(fields=["model_id", "asked_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id} v{self.version} {self.model_id or '…'}"


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

    # the composite keys below begin with it
    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="pairs", db_index=False)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    capability = models.ForeignKey(Capability, models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=9, decimal_places=6)
    # None beyond what a run keeps for that side
    rank_for_opportunity = models.PositiveIntegerField(null=True)
    rank_for_capability = models.PositiveIntegerField(null=True)
    eligible = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "opportunity", "capability"], name="one_result_per_pair")]
        indexes = [
            models.Index(fields=["run", "opportunity", "rank_for_opportunity"]),
            models.Index(fields=["run", "capability", "rank_for_capability"]),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.opportunity_id}-{self.capability_id} {self.score}"


class Proposal(models.Model):
    """A pair that a run will put forward: written by ranges, seen by nobody, turned into matches in one step at the end.

    The columns are those of a match that a run fills in (proposals.SCORED).
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="proposals", db_index=False)
    public_id = models.CharField(max_length=12, default=new_id)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    capability = models.ForeignKey(Capability, models.CASCADE, related_name="+")
    opportunity_version = models.PositiveIntegerField()
    capability_version = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=9, decimal_places=6)
    rank_for_opportunity = models.PositiveIntegerField(null=True)
    rank_for_capability = models.PositiveIntegerField(null=True)
    eligible = models.BooleanField(null=True)
    barred_by = models.JSONField(default=list)
    parts = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "opportunity", "capability"], name="one_proposal_per_run_and_pair")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.opportunity_id}-{self.capability_id}"
