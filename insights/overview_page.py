"""The panels of the leaders' page: each is one dictionary for its template, its picture and its sheet."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organisation
from codelists import names
from insights import overview_figures as counted
from insights import overview_words as words
from insights.overview_scope import Asked
from scenemarket import figures

SHOWN, COLUMNS = 8, 8
# need for each offer: from here on it is called so
LEVELS = ((2.5, "n3"), (1.6, "n2"), (1.2, "n1"), (0.83, "z"), (0.5, "o1"), (0.0, "o2"))
# the days on which the country rests for the longer holidays, as the State Council announced them
HOLIDAYS = (
    (date(2025, 1, 28), date(2025, 2, 4)), (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 2, 15), date(2026, 2, 23)), (date(2026, 10, 1), date(2026, 10, 7)),
)  # fmt: skip
Panel = dict[str, Any]


def listed(what: str, asked: Asked, **more: Any) -> str:
    """The address of the list behind a number."""
    return f"{reverse('overview-list', args=[what])}?{asked.address(**more)}"


def heads(asked: Asked) -> list[Panel]:
    """The big figures, each with its change since the year before and its list."""
    before = asked.year_before()
    now, then = counted.sums(asked.scope, asked.period), counted.sums(before.scope, before.period)
    quick, slow = counted.speed(asked.scope, asked.period), counted.speed(before.scope, before.period)
    value, unit = figures.money_parts(now.amount_wan) if now.amount_wan is not None else ("—", "")
    days = words.in_days(quick.median) if quick else "—"
    return [
        _head(_("Opportunities published"), now.published, then.published, listed("opportunities", asked)),
        _head(_("Agreed by both sides"), now.agreed, then.agreed, listed("deals", asked, by="agreed")),
        _head(_("Projects landed"), now.landed, then.landed, listed("deals", asked, by="landed")),
        {"label": _("Value of contracts"), "value": value, "unit": unit, "note": words.contracts(now.priced),
         "url": listed("deals", asked, by="signed")},
        {"label": _("Middle answer time"), "value": days, "unit": _("days") if quick else "",
         "note": words.faster(quick.median if quick else None, slow.median if slow else None),
         "url": listed("answers", asked, side="opportunity", outcome="answered")},
    ]  # fmt: skip


def _head(label: str, now: int, then: int, url: str) -> Panel:
    return {"label": label, "value": figures.count(now), "unit": "", "note": words.more(now, then), "url": url}


def funnel(asked: Asked) -> Panel:
    before = asked.year_before()
    now, then = counted.funnel(asked.scope, asked.period), counted.funnel(before.scope, before.period)
    notes = {
        "agreed": _("both sides said yes"),
        "signed": _("with contract number and amount"),
        "landed": _("accepted on site"),
    }
    rows, last = [], 0
    for step in counted.STEPS:
        rows.append({
            "label": words.step(step), "n": now[step], "before": then[step], "note": notes.get(step, ""),
            "share": f"{round(100 * now[step] / last)}%" if last else "", "of": now["published"],
            "url": listed("opportunities", asked, step="" if step == "published" else step),
        })  # fmt: skip
        last = now[step]
    return {
        "title": _("From publishing to landing"),
        "note": _("opportunities published in these days; share of the step before"),
        "rows": rows,
    }


def trend(asked: Asked) -> Panel:
    weeks = counted.trend(asked.scope, asked.period)
    lines = [
        ("published", _("Newly published"), "opportunities", {}), ("agreed", _("Agreed"), "deals", {"by": "agreed"}),
        ("landed", _("Landed"), "deals", {"by": "landed"}),
    ]  # fmt: skip
    rows = [
        {"label": figures.day(week.monday), "rest": _rests(week.monday),
         "cells": [{"n": getattr(week, name), "url": _of_week(what, asked, week.monday, more)} for name, _l, what, more in lines]}
        for week in weeks
    ]  # fmt: skip
    this, last = weeks[-1], weeks[-2]
    heads = [
        {"name": name, "label": label, "n": getattr(this, name), "last": getattr(last, name),
         "url": _of_week(what, asked, this.monday, more)} for name, label, what, more in lines
    ]  # fmt: skip
    note = (
        _("the last 12 whole weeks; holidays in grey") if any(r["rest"] for r in rows) else _("the last 12 whole weeks")
    )
    return {"title": _("Week by week"), "note": note, "rows": rows, "heads": heads}


def _rests(monday: date) -> bool:
    """Whether most working days of that week are holidays."""
    days = [monday + timedelta(days=n) for n in range(5)]
    return sum(first <= day <= last for day in days for first, last in HOLIDAYS) >= 3


def _of_week(what: str, asked: Asked, monday: date, more: dict[str, str]) -> str:
    return listed(what, asked, period="", from_=monday.isoformat(), to=(monday + timedelta(days=6)).isoformat(), **more)


def heat(asked: Asked) -> Panel:
    needs, offers = counted.heat(asked.scope)
    columns = _columns(needs, offers)
    fields = [*names.codes("field")]
    fields += sorted({field for field, _s in [*needs, *offers]} - set(fields))
    rows = [
        {"code": field, "label": words.field(field), "cells": [_cell(asked, field, column, needs, offers) for column in columns]}
        for field in fields
    ]  # fmt: skip
    note = _("open opportunities / listed capabilities, today")
    return {"title": _("Need and offer"), "note": note, "columns": columns, "rows": rows}


def _columns(needs: dict[Any, int], offers: dict[Any, int]) -> list[Panel]:
    """The sections with the most entries, in their order; the others and what names none share the last column."""
    totals: dict[str, int] = {}
    for (_field, section), n in [*needs.items(), *offers.items()]:
        totals[section] = totals.get(section, 0) + n
    named = sorted((s for s in totals if s), key=lambda s: (-totals[s], s))
    own = named[: COLUMNS - 1] if len(named) > COLUMNS or "" in totals else named
    rest = sorted(set(totals) - set(own))
    columns = [{"label": words.section(s), "title": names.name("industry", s), "codes": [s]} for s in sorted(own)]
    if rest:
        columns.append({"label": _("Others"), "title": _("all other industries, and none stated"), "codes": rest})
    return columns


def _cell(asked: Asked, field: str, column: Panel, needs: dict[Any, int], offers: dict[Any, int]) -> Panel:
    need, offer = (sum(counts.get((field, section), 0) for section in column["codes"]) for counts in (needs, offers))
    which = {
        "field": field or words.NONE,
        "industry": ",".join(code or words.NONE for code in column["codes"]),
        "period": "",
    }
    return {
        "need": need, "offer": offer, "tone": _tone(need, offer), "url": listed("opportunities", asked, open="1", from_="", to="", **which),
        "offer_url": listed("capabilities", asked, from_="", to="", district="", department="", **which),
    }  # fmt: skip


def _tone(need: int, offer: int) -> str:
    """Which side exceeds the other, and how far; the words of the legend."""
    if not need and not offer:
        return "no"
    if not offer:
        return "ns"
    if not need:
        return "os"
    return next(name for level, name in LEVELS if need / offer >= level)


def replies(asked: Asked) -> Panel:
    owners = counted.busiest(asked.scope, asked.period)
    found = counted.speeds(asked.scope, asked.period, owners[:SHOWN])
    known = {o.pk: (o.public_id, str(o)) for o in Organisation.objects.filter(pk__in=owners[:SHOWN])}
    return {
        "title": _("Answer times"), "note": _("dot: the middle one; bar: up to nine in ten; dashed: the promise of 5 days"),
        "rows": [reply(asked, speed, known) for speed in found], "count": len(owners), "promise": counted.PROMISE_DAYS,
        "url": listed("departments", asked),
    }  # fmt: skip


def reply(asked: Asked, speed: counted.Speed, known: dict[int, tuple[str, str]]) -> Panel:
    public_id, name = known.get(speed.owner or 0, ("", "—"))
    url = listed("answers", asked, department=public_id, side="opportunity", outcome="answered")
    return {
        "label": name, "median": round(speed.median, 1), "p90": round(speed.p90, 1), "n": speed.count, "url": url,
        "said": words.in_days(speed.median), "said90": words.in_days(speed.p90), "slow": round(speed.median, 1) > counted.PROMISE_DAYS,
    }  # fmt: skip


def regions(asked: Asked) -> Panel:
    found = counted.regions(asked.scope, asked.period)
    most = max((r.published for r in found), default=0)
    rows = [
        {
            "label": words.region(r.code, asked.scope.city), "published": r.published, "of": most, "agreed": r.agreed, "landed": r.landed,
            "amount_wan": r.amount_wan, "url": listed("opportunities", asked, district=r.code),
            **{f"{step}_url": listed("deals", asked, district=r.code, by=step) for step in ("agreed", "signed", "landed")},
        }
        for r in found
    ]  # fmt: skip
    return {"title": _("Districts"), "note": _("by opportunities published"), "rows": rows}


def declined(asked: Asked) -> Panel:
    found = counted.declined(asked.scope, asked.period)
    total = sum(d.count for d in found)
    rows = [
        {"label": words.reason(d.side, d.reason), "side": d.side, "n": d.count, "of": found[0].count,
         "url": listed("answers", asked, side=d.side, outcome="declined", reason=d.reason)}
        for d in found
    ]  # fmt: skip
    return {"title": _("Why they declined"), "rows": rows[:SHOWN], "whole": rows, "total": total,
            "url": listed("answers", asked, outcome="declined")}  # fmt: skip


PANELS: dict[str, Callable[[Asked], Panel]] = {
    "funnel": funnel, "trend": trend, "heat": heat, "replies": replies, "regions": regions, "declined": declined,
}  # fmt: skip


def panel(name: str, asked: Asked) -> Panel:
    """One panel by its name, with all that its template needs."""
    return {"name": name, "template": f"insights/_{name}.html", **PANELS[name](asked)}
