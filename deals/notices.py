"""What people are told about deals."""

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, register


def register_kinds() -> None:
    """Called once when Django starts."""
    register(
        Kind(
            "deal.opened",
            title=_("Both sides agree: %(title)s"),
            body=_("“%(title)s” and “%(other)s” go on together. The contacts of both sides are open to you now."),
            action=_("See the contacts"),
        )
    )
    register(
        Kind(
            "deal.moved",
            title=_("%(stage)s: %(title)s"),
            body=_("%(by)s has recorded the step “%(stage)s” for “%(title)s” and “%(other)s”."),
            action=_("Open it"),
        )
    )
