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
    register(
        Kind(
            "import.submitted",
            title=_("%(n)s listings await your review: %(name)s"),
            body=_("A list with %(n)s new or changed listings was brought in and waits for your review."),
            action=_("Review them"),
        )
    )
    register(
        Kind(
            "import.published",
            title=_("%(n)s of your listings are in %(name)s"),
            body=_("The city has published %(n)s listings of your organisation from %(name)s. Look through them and correct what is out of date."),
            action=_("Open them"),
        )
    )
