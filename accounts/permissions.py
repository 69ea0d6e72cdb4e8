"""May this person do that? One question; the answer for people is a sentence."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from scenemarket.errors import NotAllowed

if TYPE_CHECKING:
    from accounts.models import Organisation, User


def can(
    user: "User | AnonymousUser", may: May, *, organisation: "Organisation | int | None" = None, city: str | None = None
) -> bool:
    """Does membership of `organisation` (the row or its key), or an appointment for `city`, allow `may`?

    With neither given, an appointment anywhere is enough.
    """
    if not user.is_authenticated or not user.is_active:
        return False
    here = organisation if organisation is None or isinstance(organisation, int) else organisation.pk
    if here is not None and may in user.may_here(here):
        return True
    return (city is not None or organisation is None) and may in user.may_for(city)


def check_can(
    user: "User | AnonymousUser", may: May, *, organisation: "Organisation | int | None" = None, city: str | None = None
) -> None:
    """Raise NotAllowed with a sentence unless can()."""
    if not can(user, may, organisation=organisation, city=city):
        raise NotAllowed(
            _("Your role does not allow you to %(may)s here. Nothing was changed; ask the owner of your organisation.")
            % {"may": May(may).label}
        )
