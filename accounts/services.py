"""Every change of people and organisations: check, change, record, tell."""

import secrets
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.access import people_at, proved_addresses
from accounts.models import Appointment, EmailMode, Invitation, Membership, Organisation, Title, User
from accounts.permissions import check_can
from accounts.roles import MEMBER_MAY, May, MemberRole, Office
from activity import kinds, letters, unsubscribing
from activity.services import record, tell
from scenemarket.errors import NotAllowed, NotFound, WrongState
from scenemarket.plaintext import tidy

KEY_BYTES = 16
# what a reviewer vouches for: another one has to be vouched for again
VERIFIED = frozenset({"name", "uscc", "city", "kind", "group"})


@transaction.atomic
def register_organisation(*, by: User, values: dict[str, Any]) -> Organisation:
    """Enter an organisation with validated `values`; `by` becomes its owner, the city's reviewers are asked to verify it."""
    organisation = Organisation.objects.create(**tidy(values))
    Membership.objects.create(user=by, organisation=organisation, role=MemberRole.OWNER)
    _forget(by)
    record(by=by, verb="organisation.registered", subject=organisation)
    tell(
        reviewers(organisation.city),
        kind="organisation.registered",
        key=f"organisation.registered:{organisation.public_id}",
        path=f"/organisations/{organisation.public_id}/",
        params={"name": organisation.name},
    )
    return organisation


@transaction.atomic
def edit_organisation(organisation: Organisation, *, by: User, values: dict[str, Any]) -> Organisation:
    """Change the profile. Another name, credit code, city, kind or owner group has to be verified again."""
    check_can(by, May.EDIT_ORGANISATION, organisation=organisation)
    changed = {k: v for k, v in tidy(values).items() if getattr(organisation, k) != v}
    if not changed:
        return organisation
    if VERIFIED & set(changed):
        changed |= {"verified_at": None, "verified_by": None}
    Organisation.objects.filter(pk=organisation.pk).update(**changed)
    organisation.refresh_from_db()
    record(by=by, verb="organisation.edited", subject=organisation, fields=sorted(changed))
    return organisation


@transaction.atomic
def verify(organisation: Organisation, *, by: User, seen: str = "") -> Organisation:
    """The city's reviewer vouches that the organisation is who it says; nobody does so for the own one.

    `seen` is the `identity` that the reviewer was looking at: raises WrongState when it has changed since.
    """
    _check_may_verify(organisation, by)
    if seen and seen != organisation.identity:
        raise WrongState(
            _("The organisation has changed its name or code meanwhile; nothing was verified. Look again.")
        )
    # what was compared above is what is verified, whoever edits at the same moment
    rows = Organisation.objects.filter(
        pk=organisation.pk, verified_at=None, name=organisation.name, uscc=organisation.uscc
    )
    if rows.update(verified_at=Now(), verified_by=by) != 1:
        raise WrongState(_("“%(name)s” is verified already; nothing was changed.") % {"name": organisation.name})
    organisation.refresh_from_db()
    record(by=by, verb="organisation.verified", subject=organisation, after="verified")
    tell(
        [m.user for m in organisation.memberships.select_related("user")],
        kind="organisation.verified",
        key=f"organisation.verified:{organisation.public_id}:{organisation.verified_at:%Y%m%d%H%M%S}",
        path=f"/organisations/{organisation.public_id}/",
        params={"name": organisation.name},
    )
    return organisation


def _check_may_verify(organisation: Organisation, by: User) -> None:
    check_can(by, May.VERIFY, city=organisation.city)
    if organisation.pk in by.organisation_ids:
        raise NotAllowed(_("This is your own organisation, so another reviewer has to verify it; nothing was changed."))


@transaction.atomic
def add_title(organisation: Organisation, *, by: User, values: dict[str, Any]) -> Title:
    """Enter a title that the organisation says it holds; it counts as stated until the city verifies it."""
    check_can(by, May.EDIT_ORGANISATION, organisation=organisation)
    title = Title.objects.create(organisation=organisation, **tidy(values))
    record(by=by, verb="title.added", subject=organisation, title=title.name)
    return title


@transaction.atomic
def verify_title(title: Title, *, by: User) -> Title:
    """The city's reviewer has seen the certificate."""
    _check_may_verify(title.organisation, by)
    if Title.objects.filter(pk=title.pk, verified_at=None).update(verified_at=Now(), verified_by=by) != 1:
        raise WrongState(_("“%(name)s” is verified already; nothing was changed.") % {"name": title.name})
    record(by=by, verb="title.verified", subject=title.organisation, title=title.name)
    return title


@transaction.atomic
def invite(organisation: Organisation, *, by: User, email: str, role: str) -> Invitation:
    """Ask an address to join. Says nothing about whether the address has an account."""
    check_can(by, May.MANAGE_TEAM, organisation=organisation)
    invitation, _new = Invitation.objects.update_or_create(
        organisation=organisation, email=email.strip().lower(), defaults={"role": role, "by": by, "at": Now()}
    )
    record(by=by, verb="team.invited", subject=organisation, email=invitation.email, role=role)
    tell(
        people_at(invitation.email),
        kind="team.invited",
        key=f"team.invited:{invitation.public_id}",
        path="/preferences/",
        params={"organisation": organisation.name, "by": str(by)},
    )
    return invitation


def invitations_of(user: User) -> list[Invitation]:
    """Invitations to addresses that this person has proved to own."""
    addressed = Invitation.objects.filter(email__in=proved_addresses(user))
    return list(addressed.select_related("organisation", "by"))


@transaction.atomic
def accept_invitation(public_id: str, *, by: User) -> Membership:
    """Join; raises NotFound unless the invitation is to one of the person's own, proved addresses."""
    invitation = next((i for i in invitations_of(by) if i.public_id == public_id), None)
    if invitation is None:
        raise NotFound(_("There is no such invitation to one of your confirmed addresses."))
    membership, _new = Membership.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
    )
    invitation.delete()
    _forget(by)
    record(by=by, verb="team.joined", subject=membership.organisation, role=membership.role)
    return membership


@transaction.atomic
def set_role(membership: Membership, *, by: User, role: str) -> Membership:
    """Change a colleague's role; the last owner stays owner."""
    check_can(by, May.MANAGE_TEAM, organisation=membership.organisation_id)
    _keep_an_owner(membership, losing=role != MemberRole.OWNER)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    record(
        by=by, verb="team.role", subject=membership.organisation, before=before, after=role, person=str(membership.user)
    )
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take a colleague out of the team; the last owner stays."""
    check_can(by, May.MANAGE_TEAM, organisation=membership.organisation_id)
    _keep_an_owner(membership, losing=True)
    record(by=by, verb="team.removed", subject=membership.organisation, person=str(membership.user))
    membership.delete()


def _keep_an_owner(membership: Membership, *, losing: bool) -> None:
    owners = Membership.objects.select_for_update().filter(
        organisation=membership.organisation_id, role=MemberRole.OWNER
    )
    if losing and [m.pk for m in owners] == [membership.pk]:
        raise WrongState(_("An organisation needs an owner; name another owner first. Nothing was changed."))


@transaction.atomic
def set_preferences(user: User, *, values: dict[str, Any]) -> User:
    """Change the own name, language and e-mail mode."""
    User.objects.filter(pk=user.pk).update(**tidy(values))
    user.refresh_from_db()
    record(by=user, verb="user.preferences", subject=user, fields=sorted(values))
    return user


@transaction.atomic
def set_calendar_key(user: User, *, on: bool) -> User:
    """Give the own calendar feed a new secret address, or none; the old address is dead at once."""
    User.objects.filter(pk=user.pk).update(calendar_key=secrets.token_hex(KEY_BYTES) if on else None)
    user.refresh_from_db(fields=["calendar_key"])
    record(by=user, verb="user.calendar", subject=user, after="on" if on else "off")
    return user


@transaction.atomic
def end_letters(user: User, *, topic: str) -> None:
    """No more e-mail about a topic, or with unsubscribing.DIGEST no more letters that gather notices. The inbox stays."""
    person = User.objects.select_for_update().get(pk=user.pk)
    ended = [topic]
    if topic == unsubscribing.DIGEST:
        ended = [name for name in kinds.TOPICS if person.email_mode_for(name) in letters.TOGETHER]
    ended = [name for name in ended if person.email_mode_for(name) != EmailMode.OFF]
    if ended:
        person.email_modes = {**person.email_modes, **dict.fromkeys(ended, EmailMode.OFF.value)}
        person.save(update_fields=["email_modes"])
        record(by=person, verb="user.preferences", subject=person, ended=ended)


def reviewers(city: str) -> list[User]:
    """Who reviews for a city."""
    return list(User.objects.filter(appointments__office=Office.REVIEWER, appointments__city=city, is_active=True))


def members_with(organisation: Organisation, may: May) -> list[User]:
    """Active members whose role allows `may`."""
    roles = [role for role, allowed in MEMBER_MAY.items() if may in allowed]
    members = organisation.memberships.filter(user__is_active=True, role__in=roles).select_related("user")
    return [m.user for m in members]


@transaction.atomic
def appoint(user: User, *, by: User | None, office: Office, city: str = "") -> Appointment:
    """Give an office; the security administrator does this (or the command line, `by` None)."""
    if by is not None:
        check_can(by, May.MANAGE_ROLES)
    appointment, _new = Appointment.objects.get_or_create(user=user, office=office, city=city)
    record(by=by, verb="user.appointed", subject=user, after=office, for_city=city)
    return appointment


def _forget(user: User) -> None:
    """Drop the memberships read earlier in this request."""
    user.__dict__.pop("memberships_now", None)
