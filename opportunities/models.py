"""An opportunity: a need, what is offered with it, what is asked of the other side, and the route to adoption."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import search
from listings.models import Listing, wan


class Opportunity(Listing):
    need = models.TextField(_("need"), max_length=4000, blank=True)
    deliverables = models.TextField(_("deliverables"), max_length=4000, blank=True)
    site = models.TextField(_("site offered"), max_length=1000, blank=True)
    data_offered = models.TextField(_("data offered"), max_length=1000, blank=True)
    equipment = models.TextField(_("equipment offered"), max_length=1000, blank=True)
    users_offered = models.TextField(_("users offered"), max_length=1000, blank=True)
    scene_type = models.CharField(_("scene type"), max_length=40, blank=True)
    region = models.CharField(_("region"), max_length=12, blank=True)
    lead = models.CharField(_("lead department"), max_length=120, blank=True)
    cooperation = ArrayField(
        models.CharField(max_length=40), verbose_name=_("cooperation modes"), default=list, blank=True
    )
    budget_min_wan = wan(verbose_name=_("budget from (万元)"))
    budget_max_wan = wan(verbose_name=_("budget to (万元)"))
    budget_source = models.CharField(_("budget source"), max_length=200, blank=True)
    min_trl = models.PositiveSmallIntegerField(
        _("technology readiness at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
    )
    required_titles = ArrayField(
        models.CharField(max_length=120), verbose_name=_("required titles"), default=list, blank=True
    )
    required_certs = ArrayField(
        models.CharField(max_length=120), verbose_name=_("required certificates"), default=list, blank=True
    )
    # None: anyone; "local" or regions: only suppliers from or serving there
    supplier_regions = ArrayField(
        models.CharField(max_length=40), verbose_name=_("where the supplier may come from"), default=list, blank=True
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    procurement = models.CharField(_("procurement mode"), max_length=40, blank=True)
    approval = models.CharField(_("approval status"), max_length=200, blank=True)
    decider = models.CharField(_("decision maker"), max_length=120, blank=True)
    reference_case = models.TextField(_("reference case"), max_length=2000, blank=True)
    handles_at_most = models.PositiveSmallIntegerField(
        _("suggestions at most"), default=10, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)

    log_kind = "opportunity"
    SEARCHED = ("title", "summary", "need")
    CONTENT = (
        *Listing.CONTENT, "need", "deliverables", "site", "data_offered", "equipment", "users_offered", "scene_type",
        "region", "lead", "cooperation", "budget_min_wan", "budget_max_wan", "budget_source", "min_trl",
        "required_titles", "required_certs", "supplier_regions", "deadline", "procurement", "approval", "decider",
        "reference_case", "handles_at_most", "contact_name", "contact_phone",
    )  # fmt: skip
    QUIET = ("handles_at_most",)

    class Meta(Listing.Meta):
        indexes = [
            *[i.clone() for i in Listing.Meta.indexes],
            models.Index(fields=["state", "deadline"]),
            # the counts of a list page are read from this index alone; every column of it is short
            models.Index(
                fields=["state", "visibility"],
                include=[
                    "field",
                    "cooperation",
                    "budget_max_wan",
                    "budget_min_wan",
                    "region",
                    "deadline",
                    "scene_type",
                    "industry",
                    "owner",
                    "city",
                ],
                name="opportunity_facets",
            ),
            # from a pair to its city without the row
            models.Index(fields=["city", "id"], name="opportunity_of_city"),
            search.index("opportunity_words", "title", "summary", "need"),
        ]
        constraints = [
            *Listing.Meta.constraints,
            models.CheckConstraint(
                condition=Q(budget_min_wan=None) | Q(budget_max_wan=None) | Q(budget_max_wan__gte=F("budget_min_wan")),
                name="budget_from_not_above_to",
            ),
            models.CheckConstraint(condition=Q(min_trl=None) | Q(min_trl__range=(1, 9)), name="min_trl_one_to_nine"),
            models.CheckConstraint(condition=Q(handles_at_most__range=(1, 50)), name="handles_one_to_fifty"),
        ]

    @property
    def days_left(self) -> int | None:
        """Days until the deadline in Shanghai; negative when past; None when open-ended."""
        return (self.deadline - timezone.localdate()).days if self.deadline else None

    @property
    def is_open(self) -> bool:
        return super().is_open and not (self.deadline and self.deadline < timezone.localdate())
