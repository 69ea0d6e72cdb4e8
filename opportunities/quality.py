"""What an opportunity should say so that suppliers can judge it."""

from django.utils.translation import gettext_lazy as _

from listings.quality import Hint

MATCHING, ANSWERS = _("affects matching"), _("affects answers")
HINTS = (
    Hint(("summary",), _("The text is shorter than 60 characters; say where, how much and how it is done today"), MATCHING, "ruler-2", 60, 3),
    Hint(("need",), _("Nothing says what has to be achieved; give a figure that can be checked"), MATCHING, "target", 10, 3),
    Hint(("deliverables",), _("No deliverables"), ANSWERS, "clipboard-check", 2, 2),
    Hint(("technologies",), _("No technologies"), MATCHING, "tags", 1, 2),
    Hint(("cooperation",), _("No cooperation mode"), MATCHING, "heart-handshake", 1, 2),
    Hint(("budget_min_wan", "budget_max_wan"), _("No budget range"), ANSWERS, "coin-yuan", 1, 2),
    Hint(("region",), _("No place"), MATCHING, "map-pin", 1, 2),
    Hint(("site", "data_offered", "equipment", "users_offered"), _("No conditions offered: site, data, equipment or users"), ANSWERS, "database", 2, 2),
    Hint(("min_trl",), _("No readiness asked for"), MATCHING, "flask"),
    Hint(("procurement", "approval", "decider"), _("The route to adoption is not said"), ANSWERS, "timeline"),
    Hint(("deadline",), _("No deadline"), ANSWERS, "calendar-due"),
    Hint(("industry",), _("No industry"), MATCHING, "building-factory-2"),
    Hint(("contact_name",), _("No contact person"), ANSWERS, "phone"),
)  # fmt: skip
