"""Users, organisations, membership, titles, appointments."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import ADMINISTRATORS, MEMBER_MAY, OF_A_CITY, OFFICE_MAY, May, MemberRole, Office
from accounts.uscc import normalise
from accounts.validators import validate_uscc
from scenemarket.ids import new_id


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class EmailMode(models.TextChoices):
    INSTANT = "instant", _("At once, one letter each")
    DIGEST = "digest", _("Every morning, in one letter")
    WEEKLY = "weekly", _("Every Monday morning, in one letter")
    OFF = "off", _("No e-mail")


class User(AbstractUser):
    """A person, who signs in with an e-mail address."""

    username = None  # type: ignore[assignment]
    first_name = last_name = None  # type: ignore[assignment]
    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    email_mode = models.CharField(max_length=10, choices=EmailMode, default=EmailMode.INSTANT)
    # topics (activity.kinds.TOPICS) for which the person wants something else
    email_modes = models.JSONField(default=dict, blank=True)
    # the secret part of the address of the own calendar feed; None: there is no feed
    calendar_key = models.CharField(max_length=32, unique=True, null=True, editable=False)  # noqa: DJ001
    # names of the help pages whose tour this person has taken or waved away
    tours_seen = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    log_kind = "user"
    log_city = ""

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def email_mode_for(self, topic: str) -> str:
        """How notices of a topic come by e-mail: one of EmailMode."""
        return str(self.email_modes.get(topic) or self.email_mode)

    @property
    def log_title(self) -> str:
        return str(self)

    @property
    def log_organisations(self) -> list[str]:
        return [m.organisation.public_id for m in self.memberships_now]

    @cached_property
    def memberships_now(self) -> list["Membership"]:
        """Own memberships, read once per request."""
        return list(self.memberships.select_related("organisation").order_by("pk"))

    @cached_property
    def appointments_now(self) -> list["Appointment"]:
        """Own appointments, read once per request."""
        return list(self.appointments.all())

    @property
    def organisation(self) -> "Organisation | None":
        """The organisation this person works for (the first, if several)."""
        return self.memberships_now[0].organisation if self.memberships_now else None

    @property
    def organisation_ids(self) -> list[int]:
        return [m.organisation_id for m in self.memberships_now]

    @property
    def cities(self) -> list[str]:
        """Codes of the cities that this person reviews."""
        return [a.city for a in self.appointments_now if a.office == Office.REVIEWER]

    @property
    def figure_cities(self) -> list[str]:
        """Codes of the cities whose figures this person reads."""
        return [a.city for a in self.appointments_now if a.city and May.READ_FIGURES in OFFICE_MAY[a.office]]

    @property
    def only_leads(self) -> bool:
        """Whether figures are all that this person comes for: nothing ever waits on the desk."""
        return bool(self.figure_cities) and not self.cities and not self.memberships_now

    def may_here(self, organisation_id: int | None) -> frozenset[str]:
        """What this person's membership of that organisation allows."""
        return frozenset().union(*(m.permissions for m in self.memberships_now if m.organisation_id == organisation_id))

    def may_for(self, city: str | None) -> frozenset[str]:
        """What this person's appointments allow, in `city` or, with None, anywhere."""
        held = [a for a in self.appointments_now if city is None or a.city in ("", city)]
        return frozenset().union(*(OFFICE_MAY[a.office] for a in held))


class OrganisationKind(models.TextChoices):
    AGENCY = "agency", _("Government agency")
    SOE = "soe", _("State-owned firm")
    FIRM = "firm", _("Firm")
    INSTITUTE = "institute", _("Institute")
    OPERATOR = "operator", _("Operating body")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def verified(self) -> "OrganisationQuerySet":
        return self.exclude(verified_at=None)

    def of_cities(self, cities: list[str]) -> "OrganisationQuerySet":
        return self.filter(city__in=cities)


class Organisation(models.Model):
    """An agency, firm or institute; verified by the reviewer of its city."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    # None only for an organisation that an imported list names without its code
    uscc = models.CharField(  # noqa: DJ001  (unique: two unknown codes are not the same code)
        _("unified social credit code"), max_length=18, unique=True, null=True, validators=[validate_uscc]
    )
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind)
    city = models.CharField(_("city"), max_length=12, db_index=True)
    region = models.CharField(_("region"), max_length=12, blank=True)
    group = models.CharField(_("owner group"), max_length=120, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=12, blank=True)
    summary = models.TextField(_("summary"), blank=True, max_length=2000)
    website = models.URLField(_("website"), blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_public = models.BooleanField(_("contact is public"), default=False)
    suggestions_on = models.BooleanField(_("receive suggestions"), default=True)
    weekly_cap = models.PositiveSmallIntegerField(_("suggestions a week at most"), default=6)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = OrganisationQuerySet.as_manager()
    log_kind = "organisation"

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["city", "kind"])]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.public_id])

    def clean_fields(self, exclude: Any = None) -> None:
        self.uscc = normalise(self.uscc) if self.uscc else None
        super().clean_fields(exclude)

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def identity(self) -> str:
        """What a reviewer vouches for, in one line."""
        return " ".join(filter(None, (self.uscc, self.kind, self.city, self.group, self.name)))

    @property
    def log_title(self) -> str:
        return self.name

    @property
    def log_city(self) -> str:
        return self.city

    @property
    def log_organisations(self) -> list[str]:
        return [self.public_id]


class Membership(models.Model):
    """A person's place in an organisation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=MemberRole, default=MemberRole.EDITOR)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.organisation}"

    @property
    def permissions(self) -> frozenset[str]:
        """What this membership allows inside the organisation."""
        return MEMBER_MAY[self.role]


class Invitation(models.Model):
    """An address asked to join an organisation; whoever proves to own the address may accept."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.EDITOR)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "email"], name="one_invitation_per_address"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.organisation}"


class Appointment(models.Model):
    """An office held for a city (reviewer) or for the platform (city empty)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="appointments")
    office = models.CharField(max_length=10, choices=Office)
    city = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "office", "city"], name="one_appointment_per_office_and_city"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(office__in=ADMINISTRATORS), name="nobody_holds_two_administrations"
            ),
            models.CheckConstraint(
                condition=(Q(office__in=OF_A_CITY) & ~Q(city="")) | (~Q(office__in=OF_A_CITY) & Q(city="")),
                name="reviewers_have_a_city_administrators_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.office} {self.city}"


class TitleLevel(models.TextChoices):
    NATIONAL = "national", _("National")
    PROVINCIAL = "provincial", _("Provincial")
    MUNICIPAL = "municipal", _("Municipal")
    LOCAL = "local", _("Local")


class TitleQuerySet(models.QuerySet["Title"]):
    def valid(self, day: Any = None) -> "TitleQuerySet":
        day = day or timezone.localdate()
        return self.filter(Q(expires=None) | Q(expires__gte=day))


class Title(models.Model):
    """A title that an organisation holds; self-declared is never "verified"."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="titles")
    scheme = models.CharField(_("title held"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(_("level"), max_length=12, choices=TitleLevel, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issued = models.DateField(_("issued on"), null=True, blank=True)
    expires = models.DateField(_("expires on"), null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TitleQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scheme", "name", "number"], name="one_title_per_number"),
            models.CheckConstraint(
                condition=Q(issued=None) | Q(expires=None) | Q(expires__gte=models.F("issued")),
                name="title_expires_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """verified, waiting or expired, as of today."""
        if self.expires and self.expires < timezone.localdate():
            return "expired"
        return "verified" if self.verified_at else "waiting"
