"""A search that a person keeps, and how they want to hear what is new in it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scenemarket.ids import new_id


class Alert(models.TextChoices):
    OFF = "off", _("Not at all")
    INSTANT = "instant", _("At once")
    DAILY = "daily", _("Every morning")
    WEEKLY = "weekly", _("Every Monday")


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def due(self) -> "SavedSearchQuerySet":
        """Those whose owner is to be told now, if there is anything new."""
        return self.exclude(alert=Alert.OFF).filter(next_at__lte=Now())


class SavedSearch(models.Model):
    """`query` is the address of the list in one fixed order, so that the same search is kept once.

    Listings published up to `told_until` have been told of, and those in `told`; `unseen` is how many since the owner looked.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # "" for both kinds
    kind = models.CharField(max_length=12, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    name = models.CharField(_("name"), max_length=80)
    alert = models.CharField(_("tell me what is new"), max_length=10, choices=Alert, default=Alert.DAILY)
    next_at = models.DateTimeField(db_default=Now())
    told_until = models.DateTimeField(db_default=Now())
    told = models.JSONField(default=list, blank=True)
    unseen = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())

    objects = SavedSearchQuerySet.as_manager()
    log_kind = "saved_search"
    log_city = ""
    log_organisations: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "query"], name="one_saved_search_per_person")]
        indexes = [models.Index(fields=["next_at"], condition=~models.Q(alert="off"), name="saved_search_due")]

    def __str__(self) -> str:
        return self.name

    def asked(self) -> QueryDict:
        """Its parts."""
        return QueryDict(self.query)

    @property
    def log_title(self) -> str:
        return self.name
