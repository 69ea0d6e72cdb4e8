"""What a capability should say so that it is found and believed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from listings import plain_words
from listings.quality import Hint

MATCHING, TRUST = _("affects matching"), _("affects trust")


def _no_result(listing: Any) -> tuple[str, ...] | None:
    return None if plain_words.figures(listing.summary) else ()


def _big_words(listing: Any) -> tuple[str, ...] | None:
    return plain_words.big_words(listing.summary, listing.scenes) or None


def _cases_without_result(listing: Any) -> tuple[str, ...] | None:
    """Cases of which none has a figure or a day."""
    cases = listing.cases or []
    said = any(plain_words.figures(case) or plain_words.names_a_day(case) for case in cases)
    return None if said else ()


HINTS = (
    Hint(("summary",), _("The text is shorter than 60 characters; say what it does, for whom, with which result"), MATCHING, "ruler-2", 60, 3,
         example=_("“Finds leaks in pipes from DN80 while the water runs; error below 1 metre on 300 km so far”")),
    Hint(("summary",), _("The result has no figure; say how much, how exactly, how fast"), TRUST, "target", group="vague", told=_no_result,
         example=_("“95% of leaks above 0.1 litre a second, 4 km a day”")),
    Hint(("summary", "scenes"), _("These words have no measure; say from how much to how much"), TRUST, "message-question", group="vague", told=_big_words,
         example=_("not “advanced and efficient”, but “one person covers 4 km a day”")),
    Hint(("scenes",), _("Nothing says where it can be used"), MATCHING, "target", 2, 2),
    Hint(("trl",), _("No technology readiness"), MATCHING, "flask", 1, 2),
    Hint(("technologies",), _("No technologies"), MATCHING, "tags", 1, 2),
    Hint(("cases",), _("No cases"), TRUST, "trophy", 1, 2, example=_("“A water company, 60 km of pipes, since 2024, 41 leaks found of 43”")),
    Hint(("cases",), _("No case says how much or since when"), TRUST, "trophy", group="vague", told=_cases_without_result,
         example=_("“since March 2025; 41 leaks found of 43”")),
    Hint(("service_regions",), _("No service regions"), MATCHING, "map-pin", 1, 2),
    Hint(("price_min_wan", "price_max_wan"), _("No price range"), MATCHING, "coin-yuan", 1, 2),
    Hint(("certs", "stated_titles"), _("No titles or certificates"), TRUST, "certificate"),
    Hint(("test_technical", "test_infrastructure", "test_business", "test_rules"), _("No evidence of tests"), TRUST, "clipboard-list"),
    Hint(("industry",), _("No industry"), MATCHING, "building-factory-2"),
    Hint(("capacity",), _("How many projects at once is not said"), TRUST, "stack-2"),
)  # fmt: skip
