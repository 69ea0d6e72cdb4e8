"""What people are told about organisations and teams."""

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, register


def register_kinds() -> None:
    """Called once when Django starts."""
    register(
        Kind(
            "organisation.registered",
            title=_("To be verified: %(name)s"),
            body=_("%(name)s has registered and waits for your verification."),
            action=_("Look at it"),
        )
    )
    register(
        Kind(
            "organisation.verified",
            title=_("Verified: %(name)s"),
            body=_("%(name)s is verified now. Its capabilities can be reviewed and matched."),
            action=_("Open it"),
        )
    )
    register(
        Kind(
            "team.invited",
            title=_("%(organisation)s invites you"),
            body=_("%(by)s asks you to join %(organisation)s."),
            action=_("Accept in your preferences"),
        )
    )
