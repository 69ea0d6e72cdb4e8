"""Names of what the figures count, and how they are compared with the year before, as people say it."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from codelists import names
from insights.overview_scope import OWN, Period, choices
from matching.states import Side
from scenemarket import figures

NONE = "-"
SECTIONS = {
    "A": gettext_lazy("Farming"), "B": gettext_lazy("Mining"), "C": gettext_lazy("Manufacturing"),
    "D": gettext_lazy("Power and water"), "E": gettext_lazy("Construction"), "F": gettext_lazy("Trade"),
    "G": gettext_lazy("Transport"), "H": gettext_lazy("Catering"), "I": gettext_lazy("Software"),
    "J": gettext_lazy("Finance"), "K": gettext_lazy("Real estate"), "L": gettext_lazy("Business services"),
    "M": gettext_lazy("Research"), "N": gettext_lazy("Environment"), "O": gettext_lazy("Household services"),
    "P": gettext_lazy("Education"), "Q": gettext_lazy("Health"), "R": gettext_lazy("Culture and sports"),
    "S": gettext_lazy("Administration"), "T": gettext_lazy("International"),
}  # fmt: skip


def step(name: str) -> str:
    """A step of an opportunity's course."""
    return {
        "published": _("Opened"), "matched": _("Paired"), "pushed": _("Sent"), "agreed": _("Agreed"),
        "signed": _("Signed"), "landed": _("Landed"),
    }[name]  # fmt: skip


def region(code: str, city: str) -> str:
    """A district; the city's own code stands for its own departments."""
    return _("City departments") if code == city else names.name("region", code)


def section(code: str) -> str:
    return str(SECTIONS.get(code, code)) if code else _("Not stated")


def field(code: str) -> str:
    return names.name("field", code) if code else _("Not stated")


def reason(side: str, code: str) -> str:
    """Why a side declined."""
    return names.name("decline_opportunity" if side == Side.OPPORTUNITY else "decline_capability", code)


def period(chosen: Period) -> str:
    """The choice by its name, or its days."""
    return dict(choices()).get(chosen.name) or days(chosen.first, chosen.last)


def days(first: date, last: date) -> str:
    return _("from %(first)s to %(last)s") % {"first": figures.exact(first), "last": figures.exact(last)}


def stretch(chosen: Period) -> str:
    return days(chosen.first, chosen.last)


def own(chosen: Period) -> bool:
    return chosen.name == OWN


def more(now: int, before: int) -> str:
    """How a count compares with that of the year before."""
    change = now - before
    if change == 0:
        return _("the same as a year before")
    if change > 0:
        return _("%(n)s more than a year before") % {"n": figures.count(change)}
    return _("%(n)s fewer than a year before") % {"n": figures.count(-change)}


def faster(now: float | None, before: float | None) -> str:
    """How an answer time in days compares with that of the year before."""
    if now is None or before is None:
        return _("no answers a year before") if before is None else ""
    change = round(now - before, 1)
    if change == 0:
        return _("as fast as a year before")
    words = _("%(n)s days faster than a year before") if change < 0 else _("%(n)s days slower than a year before")
    return words % {"n": f"{abs(change):g}"}


def in_days(value: float) -> str:
    """Days with one decimal, and none when it says nothing."""
    return f"{round(value, 1):g}"


def contracts(n: int) -> str:
    return ngettext("from %(n)s contract with proof", "from %(n)s contracts with proof", n) % {"n": figures.count(n)}
