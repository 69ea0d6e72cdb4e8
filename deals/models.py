"""A deal: one per agreed match, its stage, and the evidence for each step."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deals.states import Stage
from matching.models import Match, of_either_side
from matching.states import MatchState
from scenemarket.ids import new_id


def agreed_in(cities: list[str]) -> "models.QuerySet[Any, Any]":
    """Keys of the agreed matches of these cities, which are those with a deal; read from an index of their own."""
    agreed = Match._default_manager.filter(state=MatchState.AGREED, opportunity__city__in=cities)
    return agreed.order_by().values("pk")


class DealQuerySet(models.QuerySet["Deal"]):
    def of_organisations(self, ids: list[int]) -> "DealQuerySet":
        return self.filter(match__in=of_either_side(ids))

    def of_cities(self, cities: list[str]) -> "DealQuerySet":
        return self.filter(match__in=agreed_in(cities))

    def whole(self) -> "DealQuerySet":
        return self.select_related("match__opportunity__owner", "match__capability__owner").prefetch_related("evidence")


class Deal(models.Model):
    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    match = models.OneToOneField(Match, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.CONNECTED)
    opened_at = models.DateTimeField(db_default=Now())
    moved_at = models.DateTimeField(db_default=Now())
    stopped_from = models.CharField(max_length=12, choices=Stage, blank=True)

    objects = DealQuerySet.as_manager()
    log_kind = "deal"

    class Meta:
        ordering = ["-moved_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=Stage.STOPPED) & ~Q(stopped_from="") | ~Q(stage=Stage.STOPPED) & Q(stopped_from=""),
                name="stopped_from_a_stage",
            )
        ]

    def __str__(self) -> str:
        return str(self.match)

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
        return reverse("deal", args=[self.public_id])


class Evidence(models.Model):
    """The proof that a deal entered a stage: one row per (deal, stage)."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="evidence")
    stage = models.CharField(max_length=12, choices=Stage)
    words = models.TextField(_("what was done and seen"), max_length=2000, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=80, blank=True)
    amount_wan = models.DecimalField(
        _("amount (万元)"), max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    day = models.DateField(_("day"), null=True, blank=True)
    months_in_use = models.PositiveSmallIntegerField(_("months in use"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["deal", "stage"], name="one_evidence_per_stage")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.stage}"
