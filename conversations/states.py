"""What a message may be reported for, and how a report ends."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ReportReason(models.TextChoices):
    INSULT = "insult", _("Insult or threat")
    BRIBE = "bribe", _("Asks for or offers an improper advantage")
    FRAUD = "fraud", _("False statements or fraud")
    ADVERT = "advert", _("Advertising that has nothing to do with the pair")
    SECRET = "secret", _("Discloses personal data or secrets")
    AROUND = "around", _("Wants to go around the platform before both have accepted")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    WAITING = "waiting", _("Waiting for the reviewer")
    NO_GROUND = "no_ground", _("No ground")
    HIDDEN = "hidden", _("Message hidden")
    CLOSED = "closed", _("Conversation closed")


# what a reviewer may do with a report, as a person chooses it
DECISIONS: dict[str, Promise] = {
    ReportState.NO_GROUND: _("There is no ground; leave everything as it is"),
    ReportState.HIDDEN: _("Hide this message from both sides"),
    ReportState.CLOSED: _("Close the conversation; it stays readable"),
}
R = ReportState
REPORT_MOVES: dict[str, frozenset[str]] = {R.WAITING: frozenset({R.NO_GROUND, R.HIDDEN, R.CLOSED})}
