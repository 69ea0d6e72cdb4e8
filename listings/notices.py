"""What people are told about listings."""

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, register


def register_kinds() -> None:
    """Called once when Django starts."""
    register(
        Kind(
            "listing.submitted",
            title=_("Awaiting your review: %(title)s"),
            body=_("%(owner)s has submitted “%(title)s” for review."),
            action=_("Review it"),
        )
    )
    register(
        Kind(
            "listing.approved",
            title=_("Published: %(title)s"),
            body=_("“%(title)s” has been approved and is open now. Matching starts by itself."),
            action=_("Open it"),
        )
    )
    register(
        Kind(
            "listing.returned",
            title=_("Returned: %(title)s"),
            body=_("“%(title)s” was returned. Reviewer's words: %(reason)s"),
            action=_("Revise it"),
        )
    )
