"""A capability: what an organisation can deliver, how ripe it is, where, for how much, and what proves it."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from listings import search
from listings.models import Listing, wan
from listings.states import State


class Capability(Listing):
    scenes = models.TextField(_("where it can be used"), max_length=4000, blank=True)
    category = models.CharField(_("category"), max_length=120, blank=True)
    trl = models.PositiveSmallIntegerField(
        _("technology readiness"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    trl13 = models.PositiveSmallIntegerField(
        _("readiness on the 13-level scale"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(13)],
    )  # fmt: skip
    certs = ArrayField(models.CharField(max_length=120), verbose_name=_("certificates"), default=list, blank=True)
    service_regions = ArrayField(
        models.CharField(max_length=40), verbose_name=_("service regions"), default=list, blank=True
    )
    price_min_wan = wan(verbose_name=_("price from (万元)"))
    price_max_wan = wan(verbose_name=_("price to (万元)"))
    capacity = models.PositiveSmallIntegerField(_("projects at once"), null=True, blank=True)
    cases = ArrayField(models.CharField(max_length=300), verbose_name=_("cases"), default=list, blank=True)
    test_technical = models.TextField(_("technical test"), max_length=1000, blank=True)
    test_infrastructure = models.TextField(_("infrastructure test"), max_length=1000, blank=True)
    test_business = models.TextField(_("business model test"), max_length=1000, blank=True)
    test_rules = models.TextField(_("rules test"), max_length=1000, blank=True)
    # titles as an imported list states them; the organisation's own, verified titles are accounts.Title
    stated_titles = models.JSONField(_("titles as stated"), default=list, blank=True)

    log_kind = "capability"
    SEARCHED = ("title", "summary", "scenes")
    CONTENT = (
        *Listing.CONTENT, "scenes", "category", "trl", "trl13", "certs", "service_regions", "price_min_wan",
        "price_max_wan", "capacity", "cases", "test_technical", "test_infrastructure", "test_business", "test_rules",
        "stated_titles",
    )  # fmt: skip

    class Meta(Listing.Meta):
        verbose_name_plural = "capabilities"
        indexes = [
            *[i.clone() for i in Listing.Meta.indexes],
            # from a pair to its firm without the row
            models.Index(fields=["id"], include=["owner"], name="capability_owner"),
            search.index("capability_words", "title", "summary", "scenes"),
        ]
        constraints = [
            *Listing.Meta.constraints,
            models.CheckConstraint(
                condition=Q(price_min_wan=None) | Q(price_max_wan=None) | Q(price_max_wan__gte=F("price_min_wan")),
                name="price_from_not_above_to",
            ),
            models.CheckConstraint(condition=Q(trl=None) | Q(trl__range=(1, 9)), name="trl_one_to_nine"),
        ]

    def get_state_display(self) -> str:  # type: ignore[no-redef, unused-ignore]  # the plugin adds one
        """Its state in words: what is open on this side is "listed", as nobody answers a call with it."""
        return gettext("Listed") if self.state == State.PUBLISHED else str(State(self.state).label)
