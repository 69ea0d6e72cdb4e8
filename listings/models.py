"""What both sides share, and the lists they come in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from activity import live
from listings.saved_models import SavedSearch as SavedSearch  # Django finds it here
from listings.states import CloseReason, State
from scenemarket.ids import new_id
from scenemarket.leases import Leased


class Kind(models.TextChoices):
    OPPORTUNITY = "opportunity", _("Opportunity")
    CAPABILITY = "capability", _("Capability")


class Batch(models.Model):
    """A numbered list, published by one city: "2026年第一批场景机会清单"."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    city = models.CharField(max_length=12)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    published_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    log_kind = "batch"

    class Meta:
        ordering = ["-published_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "city", "code"], name="one_batch_per_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def log_title(self) -> str:
        return self.name

    @property
    def log_city(self) -> str:
        return self.city

    log_organisations: ClassVar[tuple[str, ...]] = ()


class Programme(models.Model):
    """A city-level programme that groups opportunities and capabilities (超级场景)."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    city = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    field = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    log_kind = "programme"

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="one_programme_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def log_title(self) -> str:
        return self.name

    @property
    def log_city(self) -> str:
        return self.city

    log_organisations: ClassVar[tuple[str, ...]] = ()


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    VERIFIED = "verified", _("Verified organisations")
    ALLIANCE = "alliance", _("Alliance")


def wan(**options: Any) -> models.DecimalField:
    """An amount in 万元 CNY; None is unknown."""
    return models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)], **options
    )


class ListingQuerySet(models.QuerySet[Any]):
    def open(self) -> "ListingQuerySet":
        """Published and not past the deadline."""
        rows = self.filter(state=State.PUBLISHED)
        if any(f.name == "deadline" for f in self.model._meta.get_fields()):
            rows = rows.filter(Q(deadline=None) | Q(deadline__gte=timezone.localdate()))
        return rows

    def past(self) -> "ListingQuerySet":
        """Published, although the deadline was before today (the database's clock, in Shanghai)."""
        return self.filter(state=State.PUBLISHED, deadline__lt=TruncDate(Now()))

    def visible_to(self, user: Any) -> "ListingQuerySet":
        """What this person may read: open to all, to verified organisations, the own, or of a city they review."""
        seen = Q(state__in=[State.PUBLISHED, State.PAUSED, State.CLOSED], visibility=Visibility.PUBLIC)
        if user.is_authenticated:
            shown = Q(state__in=[State.PUBLISHED, State.PAUSED, State.CLOSED])
            if any(m.organisation.is_verified for m in user.memberships_now):
                seen |= shown & Q(visibility=Visibility.VERIFIED)
            seen |= Q(owner__in=user.organisation_ids) | (Q(city__in=user.cities) & ~Q(state=State.DRAFT))
        return self.filter(seen)

    def of(self, organisation: Organisation) -> "ListingQuerySet":
        return self.filter(owner=organisation)


class Listing(models.Model):
    """An opportunity or a capability: title, text, facets, owner, city, state, version."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=40, blank=True, db_index=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    programme = models.ForeignKey(Programme, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    city = models.CharField(max_length=12)
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), max_length=4000, blank=True)
    field = models.CharField(_("application field"), max_length=40, blank=True)
    policy = models.CharField(_("policy category"), max_length=40, blank=True)
    industry = models.CharField(_("industry"), max_length=40, blank=True)
    technologies = ArrayField(
        models.CharField(max_length=120), verbose_name=_("technologies"), default=list, blank=True
    )
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    notes = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    close_reason = models.CharField(max_length=10, choices=CloseReason, blank=True)
    return_reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ListingQuerySet.as_manager()
    log_kind: ClassVar[str]
    # fields that are content: an edit of one of them makes a new version
    CONTENT: ClassVar[tuple[str, ...]] = (
        "title", "summary", "field", "policy", "industry", "technologies", "visibility", "programme_id",
    )  # fmt: skip
    # content that no score reads: an edit of nothing else leaves the version, so that no suggestion falls
    QUIET: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "city", "-published_at"]),
            models.Index(fields=["owner", "state"]),
            models.Index(fields=["-published_at", "-id"]),
            # what was touched since, for what reads the lists again
            models.Index(fields=["updated_at"]),
            GinIndex(fields=["technologies"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="%(class)s_version_counts_from_one"),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False) & ~Q(close_reason="")
                | ~Q(state=State.CLOSED) & Q(closed_at=None, close_reason=""),
                name="%(class)s_closed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.PUBLISHED, State.PAUSED]) | Q(published_at__isnull=False),
                name="%(class)s_published_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(author=None) | ~Q(approved_by=models.F("author")),
                name="%(class)s_author_never_approves",
            ),
            models.UniqueConstraint(
                fields=["city", "number"], condition=~Q(number=""), name="%(class)s_number_is_unique_in_city"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of this listing; it is named like the kind."""
        return reverse(self.log_kind, args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def log_title(self) -> str:
        return self.title

    @property
    def log_city(self) -> str:
        return self.city

    @property
    def log_organisations(self) -> list[str]:
        return [self.owner.public_id]

    def content(self) -> dict[str, Any]:
        """The content fields, as they stand, for a version row."""
        return {name: getattr(self, name) for name in self.CONTENT}


class Version(models.Model):
    """What a listing said in one version."""

    kind = models.CharField(max_length=12, choices=Kind)
    listing_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["kind", "listing_id", "number"], name="one_row_per_version")]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id} v{self.number}"


class ImportState(models.TextChoices):
    READING = "reading", _("Reading")
    PREVIEW = "preview", _("To be confirmed")
    WRITING = "writing", _("Taking over")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Dropped")


class ImportJob(Leased):
    """One uploaded list on its way in. Reading, then a person's confirmation, then writing; both are leased work."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    city = models.CharField(max_length=12)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    batch_name = models.CharField(max_length=200, blank=True)
    publish = models.BooleanField(default=False)
    file = models.FileField(upload_to="imports/%Y/%m/")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    columns = models.JSONField(default=list)
    unknown_columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refusal = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    log_kind = "import"

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    def renew(self, **values: Any) -> None:
        """As of every lease; besides, the page of who uploaded the list follows."""
        super().renew(**values)
        self._tell_progress()

    def finish(self, **values: Any) -> None:
        super().finish(**values)
        self._tell_progress()

    def _tell_progress(self) -> None:
        live.tell("import", people=[self.by_id] if self.by_id else [], public_id=self.public_id)

    @property
    def log_title(self) -> str:
        return self.file_name

    @property
    def log_city(self) -> str:
        return self.city

    @property
    def log_organisations(self) -> list[str]:
        return [self.organisation.public_id] if self.organisation else []


class RowOutcome(models.TextChoices):
    READY = "ready", _("Ready")
    FAULTY = "faulty", _("With a fault")
    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")


class ImportRow(models.Model):
    """One row of an uploaded list: what was read, what is wrong with it, what became of it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=100, blank=True)
    number = models.PositiveIntegerField()
    identity = models.CharField(max_length=200, blank=True)
    values = models.JSONField()
    notes = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=RowOutcome, default=RowOutcome.READY)
    listing_public_id = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "sheet", "number"], name="one_row_per_sheet_and_number")]
        indexes = [models.Index(fields=["job", "outcome"])]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.number}"


class SavedDraft(models.Model):
    """What a person has typed into a form and not yet saved, so that nothing is lost."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    listing_public_id = models.CharField(max_length=12, blank=True)
    data = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    revision = models.PositiveIntegerField(default=1)
    # what another window had typed while this was already further on
    beside = models.JSONField(null=True, blank=True)
    beside_at = models.DateTimeField(null=True, blank=True)
    # public ids of listings that are said to be about something else, until there is a listing that can be told apart
    apart = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "kind", "listing_public_id"], name="one_saved_draft_per_form")
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.kind} {self.listing_public_id}"


class Apart(models.Model):
    """Two listings of a kind that look alike and are not the same, as somebody said; `one` is the smaller public id."""

    kind = models.CharField(max_length=12, choices=Kind)
    one = models.CharField(max_length=12)
    other = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "one", "other"], name="told_apart_once")]
        indexes = [models.Index(fields=["kind", "other"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.one} {self.other}"
