"""The lists behind the figures, for those who read a city's figures: facts only, no words that people wrote to each other.

A firm is named where both sides have said yes; who declined is not told here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from insights import overview_figures as counted
from insights import overview_page, overview_words
from insights.models import Course, Pact, Reply
from insights.overview_scope import Asked
from matching.states import AnswerState, Side
from opportunities.models import Opportunity
from scenemarket import figures
from scenemarket.errors import NotFound

DEALT = ("agreed", "signed", "landed")
OPEN_TO_ALL = 4


@dataclass(frozen=True)
class Cell:
    """What stands in one cell; numbers are aligned right; `value` is what a sheet gets, the text when None."""

    text: str
    url: str = ""
    right: bool = False
    value: Any = None
    bad: bool = False


@dataclass(frozen=True)
class Listed:
    """One list: rows of the database, the heads of its columns, and how a row is shown to a person."""

    title: str
    rows: Any
    heads: list[str]
    cells: Callable[[Any, set[int]], list[Cell]]

    def shown(self, page: Iterable[Any], user: Any) -> list[list[Cell]]:
        """The cells of some rows. Only what this person may open is a link; one query."""
        page = list(page)
        readable = _readable(page, user)
        return [self.cells(row, readable) for row in page]


def _readable(page: list[Any], user: Any) -> set[int]:
    keys = {row.opportunity_id for row in page if hasattr(row, "opportunity_id")}
    return set(Opportunity.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def find(what: str, asked: Asked, more: Mapping[str, str]) -> Listed:
    """The list of that name; raises NotFound when there is none."""
    if what not in LISTS:
        raise NotFound(_("There is no such list."))
    return LISTS[what](asked, more)


def _within(more: Mapping[str, str]) -> Q:
    """The field and industries of an address; a dash stands for what is not stated."""
    found = Q()
    if more.get("field"):
        found &= Q(field="" if more["field"] == overview_words.NONE else more["field"])
    if more.get("industry"):
        found &= Q(industry__in=["" if c == overview_words.NONE else c for c in more["industry"].split(",")])
    return found


def opportunities(asked: Asked, more: Mapping[str, str]) -> Listed:
    step = more.get("step") if more.get("step") in counted.STEPS else "published"
    rows = Course.objects.filter(_within(more), **asked.scope.where)
    if more.get("open"):
        rows = rows.filter(open=True)
    else:
        rows = rows.filter(counted.between("published_on", asked.period), **{f"{step}_on__lte": asked.period.last})
    rows = rows.select_related("opportunity", "owner").order_by("-published_on", "-pk")
    heads = [_("Opportunity"), _("Department"), _("District"), _("Published"), _("Came to"), _("Since")]
    title = (
        _("Open opportunities")
        if more.get("open")
        else _("Opportunities: %(step)s") % {"step": overview_words.step(step or "")}
    )
    if asked.scope.public:
        # how far a single one came is not for everybody
        return Listed(title, rows, heads[:OPEN_TO_ALL], lambda row, readable: _course(row, readable)[:OPEN_TO_ALL])
    return Listed(title, rows, heads, _course)


def _course(row: Course, readable: set[int]) -> list[Cell]:
    reached = next(s for s in reversed(counted.STEPS) if getattr(row, f"{s}_on"))
    return [
        _title(row, readable), Cell(str(row.owner)), Cell(overview_words.region(row.region or row.city, row.city)),
        Cell(figures.day(row.published_on), value=row.published_on), Cell(overview_words.step(reached)),
        Cell(figures.day(getattr(row, f"{reached}_on")), value=getattr(row, f"{reached}_on")),
    ]  # fmt: skip


def _title(row: Any, readable: set[int]) -> Cell:
    return Cell(row.opportunity.title, row.opportunity.get_absolute_url() if row.opportunity_id in readable else "")


def deals(asked: Asked, more: Mapping[str, str]) -> Listed:
    by = more.get("by") if more.get("by") in DEALT else "agreed"
    rows = Pact.objects.filter(counted.between(f"{by}_on", asked.period), _within(more), **asked.scope.where)
    rows = rows.select_related("opportunity", "owner", "deal__match__capability__owner").order_by(f"-{by}_on", "-pk")
    heads = [_("Opportunity"), _("Department"), _("Partner"), _("Agreed"), _("Signed"), _("Landed"), _("Contract")]
    return Listed(_("Deals: %(step)s") % {"step": overview_words.step(by or "")}, rows, heads, _pact)


def _pact(row: Pact, readable: set[int]) -> list[Cell]:
    days = [getattr(row, f"{step}_on") for step in DEALT]
    # a contract without an amount is unknown, a deal without a contract has none
    amount = figures.money(row.amount_wan) if row.signed_on else "—"
    return [
        _title(row, readable), Cell(str(row.owner)), Cell(str(row.deal.match.capability.owner)),
        *(Cell(figures.day(day) if day else "—", value=day) for day in days), Cell(amount, right=True, value=row.amount_wan),
    ]  # fmt: skip


def answers(asked: Asked, more: Mapping[str, str]) -> Listed:
    rows = Reply.objects.filter(counted.between("answered_on", asked.period), _within(more), **asked.scope.where)
    if more.get("side") in Side.values:
        rows = rows.filter(side=more["side"])
    if more.get("outcome") == AnswerState.DECLINED:
        rows = rows.filter(outcome=AnswerState.DECLINED)
    if more.get("reason"):
        rows = rows.filter(reason=more["reason"])
    rows = rows.select_related("opportunity", "owner").order_by("-answered_on", "-pk")
    heads = [
        _("Opportunity"),
        _("Department"),
        _("Who answered"),
        _("Asked"),
        _("Answered"),
        _("Days"),
        _("Answer"),
        _("Reason"),
    ]
    declined = more.get("outcome") == AnswerState.DECLINED
    return Listed(_("Answers: declined") if declined else _("Answers"), rows, heads, _reply)


def _reply(row: Reply, readable: set[int]) -> list[Cell]:
    days = (row.hours or 0) / counted.HOURS
    who = _("the department") if row.side == Side.OPPORTUNITY else _("a firm")
    return [
        _title(row, readable), Cell(str(row.owner)), Cell(who), Cell(figures.day(row.asked_on), value=row.asked_on),
        Cell(figures.day(row.answered_on) if row.answered_on else "—", value=row.answered_on),
        Cell(overview_words.in_days(days), right=True, value=round(days, 1), bad=days > counted.PROMISE_DAYS),
        Cell(str(AnswerState(row.outcome).label)), Cell(overview_words.reason(row.side, row.reason) if row.reason else ""),
    ]  # fmt: skip


def capabilities(asked: Asked, more: Mapping[str, str]) -> Listed:
    asked_for = _within({"field": more.get("field", "")})
    if more.get("industry"):
        asked_for &= Q(section__in=["" if c == overview_words.NONE else c for c in more["industry"].split(",")])
    rows = (
        counted.offered(asked.scope).filter(asked_for).select_related("owner").order_by(F("published_at").desc(), "-pk")
    )
    heads = [_("Capability"), _("Firm"), _("Field"), _("Listed on")]
    return Listed(_("Listed capabilities"), rows, heads, _capability)


def _capability(row: Any, _readable: set[int]) -> list[Cell]:
    url = reverse("capability", args=[row.public_id]) if row.visibility == "public" else ""
    return [
        Cell(row.title, url), Cell(str(row.owner)), Cell(overview_words.field(row.field)),
        Cell(figures.day(row.published_at), value=row.published_at.date()),
    ]  # fmt: skip


def departments(asked: Asked, _more: Mapping[str, str]) -> Listed:
    """Every department's answer times, the slowest first."""
    known = {key: (public_id, name) for key, public_id, name in counted.departments(asked.scope)}
    found = sorted(counted.speeds(asked.scope, asked.period), key=lambda s: (-s.median, -s.p90, s.owner or 0))
    rows = [overview_page.reply(asked, speed, known) for speed in found]
    heads = [_("Department"), _("Answers"), _("Middle one, days"), _("Nine in ten within, days")]
    return Listed(_("Answer times by department"), rows, heads, _department)


def _department(row: dict[str, Any], _readable: set[int]) -> list[Cell]:
    return [
        Cell(row["label"]), Cell(figures.count(row["n"]), row["url"], right=True, value=row["n"]),
        Cell(row["said"], right=True, value=row["median"], bad=row["slow"]), Cell(row["said90"], right=True, value=row["p90"]),
    ]  # fmt: skip


LISTS: dict[str, Callable[[Asked, Mapping[str, str]], Listed]] = {
    "opportunities": opportunities, "deals": deals, "answers": answers, "capabilities": capabilities, "departments": departments,
}  # fmt: skip
