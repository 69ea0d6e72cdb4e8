"""Organisations, their titles, and the people who sign in."""

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts.models import Appointment, Membership, Organisation, Title, User
from accounts.roles import MemberRole, Office
from activity.models import Event
from activity.services import event
from insights.samplecity.clock import Clock
from scenemarket.ids import new_id

if TYPE_CHECKING:
    from insights.samplecity import Sample

COPIED = (
    "name",
    "short_name",
    "uscc",
    "kind",
    "city",
    "region",
    "group",
    "industry",
    "summary",
    "contact_name",
    "contact_phone",
)
FOUNDED = -90


class People:
    """Who is in the sample city. One password for all, made anew for every city."""

    def __init__(self, sample: "Sample", clock: Clock) -> None:
        self.sample, self.clock = sample, clock
        self.password = f"hucheng-{new_id()[:6]}"
        self.organisations: dict[str, Organisation] = {}
        self.users: dict[str, User] = {}

    def settle(self) -> None:
        """Enter everybody."""
        self._organisations()
        self._titles()
        self._users()
        self._places()
        self.clock.set_back(self.sample.days.moment(FOUNDED))

    def _organisations(self) -> None:
        founded = self.sample.days.moment(FOUNDED)
        rows = [
            Organisation(**{name: row[name] for name in COPIED}, verified_at=founded if row["verified"] else None)
            for row in self.sample.organisations
        ]
        for made in Organisation.objects.bulk_create(rows):
            self.organisations[made.name] = made
        verified = [o for o in rows if o.verified_at]
        Event.objects.bulk_create(
            [event(by=None, verb="organisation.verified", subject=o, after="verified") for o in verified]
        )

    def _titles(self) -> None:
        days = self.sample.days
        Title.objects.bulk_create(
            Title(
                organisation=self.organisations[row["name"]], scheme=t["scheme"], name=t["name"], level=t["level"],
                issuer=t["issuer"], number=t["number"], issued=days.moved(t["issued"]), expires=days.moved(t["expires"]),
                verified_at=days.moment(FOUNDED) if t["verified"] else None,
            )
            for row in self.sample.organisations for t in row["titles"]
        )  # fmt: skip

    def _users(self) -> None:
        # one hash for all: a password hash is slow on purpose, and ninety of them would be half a minute
        known, nobodys = make_password(self.password), make_password(None)
        rows = [
            User(email=p["email"], name=p["name"], password=known if p["shown"] else nobodys)
            for p in self.sample.city["people"]
        ]
        for made in User.objects.bulk_create(rows):
            self.users[made.email] = made
        EmailAddress.objects.bulk_create(EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in rows)

    def _places(self) -> None:
        people = self.sample.city["people"]
        Membership.objects.bulk_create(
            Membership(user=self.users[p["email"]], organisation=self.organisations[p["organisation"]], role=p["role"])
            for p in people if p["organisation"]
        )  # fmt: skip
        Appointment.objects.bulk_create(
            Appointment(user=self.users[p["email"]], office=o["office"], city=o["city"])
            for p in people
            for o in p["offices"]
        )

    def reviewers(self, city: str) -> list[User]:
        """Who reviews for a city, in the order of the story."""
        wanted = {"office": Office.REVIEWER, "city": city}
        return [self.users[p["email"]] for p in self.sample.city["people"] if wanted in p["offices"]]

    def writer(self, organisation: Organisation) -> User:
        """Somebody who writes for an organisation: an editor if there is one, else the owner."""
        rows = [p for p in self.sample.city["people"] if p["organisation"] == organisation.name]
        editors = [p for p in rows if p["role"] == MemberRole.EDITOR] + [
            p for p in rows if p["role"] == MemberRole.OWNER
        ]
        return self.users[editors[0]["email"]]

    def sign_ins(self) -> list[dict[str, str]]:
        """Who may be tried out: e-mail, password, what the person is there."""
        shown = [p for p in self.sample.city["people"] if p["shown"]]
        return [
            {"email": p["email"], "password": self.password, "role": self._role(p), "name": p["name"]} for p in shown
        ]

    def _role(self, person: dict[str, Any]) -> str:
        return f"{person['name']}，{person['note']}" if person["note"] else _("Member")
