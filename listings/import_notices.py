"""What people are told about imports."""

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind

KINDS = (
    Kind(
        "import.submitted",
        title=_("%(n)s listings await your review: %(name)s"),
        body=_("A list with %(n)s new or changed listings was brought in and waits for your review."),
        action=_("Review them"),
    ),
    Kind(
        "import.published",
        title=_("%(n)s of your listings are in %(name)s"),
        body=_(
            "The city has published %(n)s listings of your organisation from %(name)s. "
            "Look through them and correct what is out of date."
        ),
        action=_("Open them"),
    ),
)
