"""Rankers learned from decisions: one row for each training, its figures, and who switched it on and off."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from matching.states import RankerState
from scenemarket.ids import new_id
from scenemarket.leases import Leased, LeasedQuerySet


class RankerQuerySet(LeasedQuerySet):
    def of_cities(self, cities: list[str]) -> "RankerQuerySet":
        return self.filter(city__in=cities)

    def active(self) -> "RankerQuerySet":
        return self.filter(state=RankerState.ACTIVE)

    def in_use(self, city: str) -> str | None:
        """The public id of the ranker that is switched on for a city."""
        return self.active().filter(city=city).values_list("public_id", flat=True).first()


class Ranker(Leased):
    """One training for one city, the work of one Celery task; kept with its figures, whether it is used or not."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    city = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=RankerState, default=RankerState.TRAINING)
    # of which night; empty when a person asked for it
    night = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    # what it was trained for: scores of another engine or model are left as they are
    engine_version = models.CharField(max_length=40, blank=True)
    model_id = models.CharField(max_length=80, blank=True)
    opportunities = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    # how many decisions there were: the nightly look asks for more of them
    decisions = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=10, blank=True)
    figures = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    trained_with = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    nudged_at = models.DateTimeField(null=True)
    switched_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    switched_on_at = models.DateTimeField(null=True)
    switched_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    switched_off_at = models.DateTimeField(null=True)

    objects = RankerQuerySet.as_manager()  # type: ignore[misc]
    log_kind = "ranker"

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city"], condition=Q(state=RankerState.TRAINING), name="one_training_at_a_time_per_city"
            ),
            models.UniqueConstraint(
                fields=["city"], condition=Q(state=RankerState.ACTIVE), name="one_active_ranker_per_city"
            ),
            models.UniqueConstraint(fields=["city", "night"], name="one_training_per_city_and_night"),
            models.CheckConstraint(
                condition=~Q(state__in=[RankerState.OFFERED, RankerState.ACTIVE]) | ~Q(text=""),
                name="offered_ranker_has_its_text",
            ),
        ]
        indexes = [models.Index(fields=["city", "state"])]

    def __str__(self) -> str:
        return f"L-{self.pk:04d}"

    @property
    def log_title(self) -> str:
        return str(self)

    @property
    def log_city(self) -> str:
        return self.city

    log_organisations: tuple[str, ...] = ()

    def get_absolute_url(self) -> str:
        return reverse("ranker", args=[self.public_id])
