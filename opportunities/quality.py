"""What an opportunity should say so that suppliers can judge it, and so that it can be adopted."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from listings import plain_words
from listings.quality import Hint

MATCHING, ANSWERS, ADOPTION = _("affects matching"), _("affects answers"), _("affects adoption")


def _no_result(listing: Any) -> tuple[str, ...] | None:
    return None if plain_words.figures(f"{listing.need}\n{listing.deliverables}") else ()


def _no_measure_of_today(listing: Any) -> tuple[str, ...] | None:
    return None if plain_words.figures(listing.summary) else ()


def _big_words(listing: Any) -> tuple[str, ...] | None:
    return plain_words.big_words(listing.summary, listing.need, listing.deliverables) or None


def _no_acceptance(listing: Any) -> tuple[str, ...] | None:
    return None if plain_words.says_how_accepted(f"{listing.need}\n{listing.deliverables}") else ()


def _no_place(listing: Any) -> tuple[str, ...] | None:
    written = plain_words.names_a_place(f"{listing.summary}\n{listing.need}\n{listing.site}")
    return None if listing.region or written else ()


def _no_day(listing: Any) -> tuple[str, ...] | None:
    written = plain_words.names_a_day(f"{listing.summary}\n{listing.need}\n{listing.deliverables}")
    return None if listing.deadline or written else ()


HINTS = (
    Hint(("summary",), _("The text is shorter than 60 characters; say where, how much and how it is done today"), MATCHING, "ruler-2", 60, 3,
         example=_("“42 km of pipes from before 1990; 137 leaks last year, found by ear, 3 days each”")),
    Hint(("need",), _("Nothing says what has to be achieved; give a figure that can be checked"), MATCHING, "target", 10, 3,
         example=_("“Find a leak to within 1 metre while the water runs, within 2 hours of the call”")),
    Hint(("need", "deliverables"), _("What has to be achieved has no figure; say how much, within which error, in which time"), MATCHING, "target", weight=2,
         group="vague", told=_no_result, example=_("“at least 95% found; no more than 2 false alarms a week”")),
    Hint(("summary", "need"), _("These words have no measure; say from how much to how much"), ANSWERS, "message-question", weight=2,
         group="vague", told=_big_words, example=_("not “improve inspection”, but “one round in 4 hours instead of 3 days”")),
    Hint(("summary",), _("How it is today has no figure; say how many, how often, how long"), MATCHING, "ruler-2",
         group="vague", told=_no_measure_of_today, example=_("“168 cables, looked at twice a year, 12 days each time”")),
    Hint(("deliverables", "need"), _("How the result is accepted is not said"), ANSWERS, "clipboard-check",
         group="vague", told=_no_acceptance, example=_("“accepted when a third party finds the same 19 of 20 leaks”")),
    Hint(("deliverables",), _("No deliverables"), ANSWERS, "clipboard-check", 2, 2,
         example=_("“A report on 20 km with place, grade and picture of each leak”")),
    Hint(("technologies",), _("No technologies"), MATCHING, "tags", 1, 2),
    Hint(("cooperation",), _("No cooperation mode"), MATCHING, "heart-handshake", 1, 2),
    Hint(("budget_min_wan", "budget_max_wan"), _("No budget range"), ANSWERS, "coin-yuan", 1, 2,
         example=_("“80 to 120”, or only the upper end")),
    Hint(("region",), _("No place"), MATCHING, "map-pin", weight=2, told=_no_place, example=_("the district, and in the text the street, plant or site")),
    Hint(("site", "data_offered", "equipment", "users_offered"), _("No conditions offered: site, data, equipment or users"), ANSWERS, "database", 2, 2,
         example=_("“3 pumping stations may be entered at night; 2 years of pressure data, every 15 minutes”")),
    Hint(("min_trl",), _("No readiness asked for"), MATCHING, "flask"),
    Hint(("deadline",), _("No deadline, and no time in the text"), ANSWERS, "calendar-due", told=_no_day, example=_("the day on which entries close, and “in use before the flood season”")),
    Hint(("industry",), _("No industry"), MATCHING, "building-factory-2"),
    Hint(("contact_name",), _("No contact person"), ANSWERS, "phone"),
    Hint(("budget_source",), _("Where the money comes from is not said"), ADOPTION, "coin-yuan", group="adoption", example=_("“in this year's maintenance budget”, “applied for, decision in June”")),
    Hint(("procurement",), _("How it would be procured is not said"), ADOPTION, "timeline", group="adoption"),
    Hint(("approval",), _("How far the approval is is not said"), ADOPTION, "circle-check", group="adoption", example=_("“project approved on 12 March”, “no approval needed below 400,000 yuan”")),
    Hint(("decider", "lead"), _("Who decides and who takes over is not said"), ADOPTION, "user-check", group="adoption", example=_("a post, such as “head of the network operations section”")),
)  # fmt: skip
