"""The figures that everybody may read: open listings only, and no cell that tells on one firm (docs/decisions/0046).

- Only public listings count, only whole weeks, and only one city at a time: no district or department can be chosen and no
  days of one's own, so that two answers cannot be subtracted from each other to find what one firm said.
- A count of fewer than LEAST that depends on an answer is not shown, and neither is a sum over so few contracts; where one
  district is left out, so is the next smallest, because the total would tell.
- Reasons are rounded down to LEAST and named only from LEAST times on; departments are not told apart.
"""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from insights import overview_figures as counted
from insights import overview_page
from insights import overview_words as words
from insights.overview_scope import YEAR, Asked, Period, Scope
from scenemarket import figures

LEAST = 5
SECRET = ("pushed", "agreed", "signed", "landed")
Panel = dict[str, Any]


def period(today: date | None = None) -> Period:
    """This year up to the last Sunday; in its first week the year before."""
    today = today or timezone.localdate()
    last = today - timedelta(days=today.weekday() + 1)
    return Period(YEAR, date(last.year, 1, 1), last)


def asked(city: str, today: date | None = None) -> Asked:
    return Asked(Scope(city, public=True), period(today))


def told(n: int) -> int | None:
    """The count, or None when it is too small to be told; nothing at all is told."""
    return n if n == 0 or n >= LEAST else None


def heads(of: Asked) -> list[Panel]:
    now = counted.sums(of.scope, of.period)
    rows = [
        {"label": _("Opportunities published"), "value": figures.count(now.published), "unit": "", "note": _("since 1 January"), "url": listed("opportunities", of)},
        *({"label": label, "value": say(told(n)), "unit": "", "note": _("since 1 January"), "url": ""}
          for label, n in ((_("Agreed by both sides"), now.agreed), (_("Projects landed"), now.landed))),
    ]  # fmt: skip
    if now.priced >= LEAST and now.amount_wan is not None:
        value, unit = figures.money_parts(now.amount_wan)
        rows.append(
            {
                "label": _("Value of contracts"),
                "value": value,
                "unit": unit,
                "note": words.contracts(now.priced),
                "url": "",
            }
        )
    return rows


def say(n: int | None) -> str:
    return _("fewer than %(n)s") % {"n": LEAST} if n is None else figures.count(n)


def funnel(of: Asked) -> Panel:
    """The steps; a small count is not told, and no step whose difference to the one before is small."""
    found = counted.funnel(of.scope, of.period)
    rows, last = [], None
    for step in counted.STEPS:
        n: int | None = found[step]
        if step in SECRET:
            n = told(found[step]) if last is None or found[step] == last or last - found[step] >= LEAST else None
        rows.append(
            {
                "label": words.step(step),
                "n": n,
                "of": found["published"],
                "said": say(n) if n is not None or found[step] < LEAST else _("not told"),
            }
        )
        last = n if n is not None else last
    return {"title": _("From publishing to landing"), "note": _("public opportunities of this year"), "rows": rows}


def trend(of: Asked) -> Panel:
    """What was published week by week; answers of a single week are not told."""
    weeks = counted.trend(of.scope, of.period)
    most = max((week.published for week in weeks), default=0)
    rows = [{"label": figures.day(week.monday), "n": week.published, "of": most} for week in weeks]
    return {"title": _("Newly published"), "note": _("the last 12 whole weeks"), "rows": rows}


def heat(of: Asked) -> Panel:
    """Open opportunities and listed capabilities: both lists are public, so their counts are."""
    found = overview_page.heat(of)
    for row in found["rows"]:
        for column, cell in zip(found["columns"], row["cells"], strict=True):
            which = {
                "field": row["code"] or words.NONE,
                "industry": ",".join(code or words.NONE for code in column["codes"]),
            }
            cell |= {
                "url": listed("opportunities", of, open="1", **which),
                "offer_url": listed("capabilities", of, **which),
            }
    return found


def regions(of: Asked) -> Panel:
    found = counted.regions(of.scope, of.period)
    hidden = {step: hide([getattr(r, step) for r in found]) for step in ("agreed", "landed")}
    # a sum over few amounts tells them, however many contracts were signed
    sums = hide([r.priced for r in found])
    most = max((r.published for r in found), default=0)
    rows = [
        {
            "label": words.region(r.code, of.scope.city), "published": r.published, "of": most,
            **{step: None if place in places else getattr(r, step) for step, places in hidden.items()},
            "amount_wan": None if place in sums else r.amount_wan, "hidden": place in sums,
            "url": listed("opportunities", of, district=r.code),
        }
        for place, r in enumerate(found)
    ]  # fmt: skip
    return {"title": _("Districts"), "note": _("by opportunities published"), "rows": rows}


def hide(counts: list[int]) -> set[int]:
    """Which of these counts are not told: the small ones, and one more when a single one could be reckoned from the total."""
    small = {place for place, n in enumerate(counts) if told(n) is None}
    if len(small) == 1:
        others = [(n, place) for place, n in enumerate(counts) if n and place not in small]
        small |= {min(others)[1]} if others else set()
    return small


def declined(of: Asked) -> Panel:
    """Reasons of both sides in one list, rounded down."""
    rows: list[Panel] = []
    for found in counted.declined(of.scope, of.period):
        n = found.count // LEAST * LEAST
        if n:
            rows.append({"label": words.reason(found.side, found.reason), "side": found.side, "n": n})
    most = max((row["n"] for row in rows), default=0)
    return {"title": _("Why they declined"), "note": _("rounded down to fives; what was said less often is left out"),
            "rows": [{**row, "of": most} for row in rows]}  # fmt: skip


def panels(of: Asked) -> list[Panel]:
    return [
        {"name": make.__name__, "template": f"insights/_{make.__name__}.html", **make(of)}
        for make in (funnel, trend, heat, regions, declined)
    ]


def listed(what: str, of: Asked, **more: str) -> str:
    """The address of a public list behind a number."""
    return f"{reverse('figures-list', args=[what])}?{urlencode({'city': of.scope.city, **more})}"


def tables(of: Asked) -> list[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """The panels as sheets: title, heads, rows; what is not told says so."""
    all_ = {panel["name"]: panel for panel in panels(of)}
    cells = [
        (row["label"], column["label"], cell["need"], cell["offer"])
        for row in all_["heat"]["rows"] for column, cell in zip(all_["heat"]["columns"], row["cells"], strict=True)
    ]  # fmt: skip
    secret = _("not told")
    districts = [
        (r["label"], r["published"], *(secret if r[step] is None else r[step] for step in ("agreed", "landed")),
         secret if r["hidden"] else r["amount_wan"]) for r in all_["regions"]["rows"]
    ]  # fmt: skip
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {
        "funnel": ([_("Step"), _("Opportunities")], [(r["label"], r["said"]) for r in all_["funnel"]["rows"]]),
        "trend": ([_("Week from"), _("Newly published")], [(r["label"], r["n"]) for r in all_["trend"]["rows"]]),
        "heat": ([_("Field"), _("Industry"), _("Open opportunities"), _("Listed capabilities")], cells),
        "regions": ([_("District"), _("Opened"), _("Agreed"), _("Landed"), _("Contracts (万元)")], districts),
        "declined": ([_("Reason"), _("Times, rounded down")], [(r["label"], r["n"]) for r in all_["declined"]["rows"]]),
    }
    return [(all_[name]["title"], heads_, rows_) for name, (heads_, rows_) in rows.items()]
