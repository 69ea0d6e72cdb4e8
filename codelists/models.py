"""One table for all code lists: a code never disappears, it ends on a day."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _


class List(models.TextChoices):
    FIELD = "field", _("Application field")
    POLICY = "policy", _("Policy category")
    INDUSTRY = "industry", _("Industry")
    TECHNOLOGY = "technology", _("Technology")
    REGION = "region", _("Region")
    SCENE_TYPE = "scene_type", _("Scene type")
    COOPERATION = "cooperation", _("Cooperation mode")
    TITLE = "title", _("Title of a firm")
    CERTIFICATE = "certificate", _("Certificate")
    PROCUREMENT = "procurement", _("Procurement mode")
    DECLINE_OPPORTUNITY = "decline_opportunity", _("Why an opportunity's side declines")
    DECLINE_CAPABILITY = "decline_capability", _("Why a capability's side declines")
    EXCLUSION = "exclusion", _("Why a match is excluded")
    CLOSE_REASON = "close_reason", _("Why a listing is closed")
    ORGANISATION_KIND = "organisation_kind", _("Organisation kind")
    TRL = "trl", _("Technology readiness level")
    HEADER = "header", _("Column of a list")


class CodeQuerySet(models.QuerySet["Code"]):
    def valid(self, day: date | None = None) -> "CodeQuerySet":
        """Codes that are valid on `day` (today in Shanghai when not given)."""
        day = day or timezone.localdate()
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))

    def of(self, name: str) -> "CodeQuerySet":
        return self.filter(list_name=name)


class Code(models.Model):
    """One entry of one list."""

    list_name = models.CharField(max_length=24, choices=List)
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    parent = models.CharField(max_length=40, blank=True)
    synonyms = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["list_name", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["list_name", "code"], name="one_entry_per_code"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="code_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if translation.get_language() == "zh-hans" or not self.name_en else self.name_en

    log_kind = "code"

    @property
    def public_id(self) -> str:
        return f"{self.list_name}:{self.code}"

    @property
    def log_title(self) -> str:
        return self.name_zh

    log_city = ""
    log_organisations: tuple[str, ...] = ()
