"""The door-keepers: the only way for a page or the API to get an organisation. A stranger gets 404."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.permissions import can, check_can
from accounts.roles import May
from scenemarket.errors import NotFound


def visible(user: Any) -> QuerySet[Organisation]:
    """Organisations that this person may see: verified ones, the own, and those of the cities they review."""
    rows = Q(verified_at__isnull=False)
    if user.is_authenticated:
        rows |= Q(pk__in=user.organisation_ids) | Q(city__in=user.cities)
    return Organisation.objects.filter(rows)


def organisation_read(user: Any, public_id: str) -> Organisation:
    """The organisation, or NotFound."""
    found = visible(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such organisation, or it is not open to you."))
    return found


def organisation_write(user: Any, public_id: str, may: May = May.EDIT_ORGANISATION) -> Organisation:
    """The organisation if this person may do `may` there; NotFound for strangers, NotAllowed for colleagues."""
    found = organisation_read(user, public_id)
    if not can(user, May.SEE, organisation=found) and not can(user, May.VERIFY, city=found.city):
        raise NotFound(_("There is no such organisation, or it is not open to you."))
    check_can(user, may, organisation=found, city=found.city)
    return found


def organisations_of(user: Any, may: May) -> list[Organisation]:
    """The own organisations in which this person may `may`, the first joined first."""
    return [m.organisation for m in user.memberships_now if can(user, may, organisation=m.organisation_id)]


def people_at(email: str) -> QuerySet[User]:
    """The active person who has confirmed to own this address, if there is one."""
    owners = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return User.objects.filter(pk__in=owners, is_active=True)


def proved_addresses(user: Any) -> list[str]:
    """E-mail addresses, in small letters, that this person has confirmed to own."""
    owned = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [address.lower() for address in owned]
