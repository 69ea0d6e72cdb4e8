"""The figures, counted from the kept facts; each function is one or two queries, whatever the number of rows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Left, TruncWeek

from capabilities.models import Capability
from insights.models import Course, Pact, Reply
from insights.overview_scope import Period, Scope
from listings.models import Visibility
from listings.states import State
from matching.states import AnswerState, Side

STEPS = ("published", "matched", "pushed", "agreed", "signed", "landed")
PROMISE_DAYS = 5
HOURS = 24


def between(field: str, period: Period) -> Q:
    return Q(**{f"{field}__gte": period.first, f"{field}__lte": period.last})


def funnel(scope: Scope, period: Period) -> dict[str, int]:
    """How many opportunities that were published in the period had come how far by its last day."""
    reached = {step: Count("published_on", filter=Q(**{f"{step}_on__lte": period.last})) for step in STEPS}
    return Course.objects.filter(between("published_on", period), **scope.where).aggregate(**reached)


@dataclass(frozen=True)
class Sums:
    """What happened in a period: opportunities published, deals agreed, signed and landed, and what contracts are worth.

    `amount_wan` is None when no contract says an amount: unknown is not zero. `priced` is how many contracts say one.
    """

    published: int
    agreed: int
    signed: int
    landed: int
    amount_wan: Decimal | None
    priced: int


def sums(scope: Scope, period: Period) -> Sums:
    published = Course.objects.filter(between("published_on", period), **scope.where).count()
    signed, landed = between("signed_on", period), between("landed_on", period)
    agreed = Pact.objects.filter(between("agreed_on", period), **scope.where).count()
    some = Pact.objects.filter(signed | landed, **scope.where).aggregate(
        signed=Count("agreed_on", filter=signed), landed=Count("agreed_on", filter=landed), priced=Count("amount_wan", filter=signed),
        worth=Sum("amount_wan", filter=signed),
    )  # fmt: skip
    worth = some.pop("worth")
    return Sums(published=published, agreed=agreed, amount_wan=worth, **some)


@dataclass(frozen=True)
class Speed:
    """How long answers took, in days: the middle one, and the one that nine in ten were no slower than."""

    owner: int | None
    count: int
    median: float
    p90: float


# all together: an hour is a group, so nothing is sorted but a few hundred rows
_TOGETHER = """
WITH per_hour AS (
    SELECT hours, count(*) AS n FROM insights_reply
    WHERE side = 'opportunity' AND answered_on BETWEEN %(first)s AND %(last)s {where} GROUP BY 1
), up_to AS (
    SELECT hours, sum(n) OVER (ORDER BY hours) AS upto, sum(n) OVER () AS whole FROM per_hour
)
SELECT NULL::bigint, max(whole), min(hours) FILTER (WHERE upto >= 0.5 * whole), min(hours) FILTER (WHERE upto >= 0.9 * whole)
FROM up_to HAVING count(*) > 0
"""
_EACH = """
SELECT owner_id, whole, points[1], points[2] FROM (
SELECT owner_id, count(*) AS whole, percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY hours) AS points
FROM insights_reply
WHERE side = 'opportunity' AND answered_on BETWEEN %(first)s AND %(last)s {where} GROUP BY 1
) found
"""


def speed(scope: Scope, period: Period) -> Speed | None:
    """How fast departments answer, all together; None when nothing was answered."""
    return next(iter(_speeds(scope, period, _TOGETHER)), None)


def speeds(scope: Scope, period: Period, owners: list[int] | None = None) -> list[Speed]:
    """How fast each department (or each of these) answers, those with the most answers first."""
    only = "" if owners is None else "AND owner_id = ANY(%(owners)s)"
    found = _speeds(scope, period, _EACH.replace("{where}", "{where} " + only), owners=owners)
    return sorted(found, key=lambda s: (-s.count, s.owner or 0))


def busiest(scope: Scope, period: Period) -> list[int]:
    """The departments that answered anything, those with the most answers first."""
    rows = Reply.objects.filter(between("answered_on", period), side=Side.OPPORTUNITY, **scope.where).order_by()
    found = rows.values_list("owner").annotate(n=Count("*"))
    return [owner for owner, _n in sorted(found, key=lambda row: (-row[1], row[0]))]


def _speeds(scope: Scope, period: Period, query: str, **values: Any) -> list[Speed]:
    values |= {"first": period.first, "last": period.last}
    where = ""
    for field, value in scope.where.items():
        name, _sep, many = field.partition("__")
        column = "owner_id" if name == "owner" else name
        where += f" AND {column} = {'ANY(' if many else ''}%({name})s{')' if many else ''}"
        values[name] = value
    with connection.cursor() as cursor:
        cursor.execute(query.format(where=where), values)
        return [Speed(key, n, median / HOURS, p90 / HOURS) for key, n, median, p90 in cursor.fetchall()]


@dataclass(frozen=True)
class Week:
    """What happened in the week that begins on that Monday."""

    monday: date
    published: int
    agreed: int
    landed: int


def trend(scope: Scope, period: Period) -> list[Week]:
    """The last whole weeks up to the end of the period."""
    mondays = period.weeks()
    span = Period(period.name, mondays[0], mondays[-1] + timedelta(days=6))
    published = _per_week(Course, "published_on", scope, span)
    agreed, landed = (_per_week(Pact, name, scope, span) for name in ("agreed_on", "landed_on"))
    return [Week(day, published[day], agreed[day], landed[day]) for day in mondays]


def _per_week(model: Any, field: str, scope: Scope, span: Period) -> dict[date, int]:
    rows = model.objects.filter(between(field, span), **scope.where).order_by()
    found = rows.values(week=TruncWeek(field)).annotate(n=Count("*")).values_list("week", "n")
    return defaultdict(int, found)


Cell = tuple[str, str]


def heat(scope: Scope) -> tuple[dict[Cell, int], dict[Cell, int]]:
    """By (field, section of the industry): how many opportunities are open now, and how many capabilities are listed."""
    need = Course.objects.filter(open=True, **scope.where).order_by().values("field", "industry")
    needs = {(r["field"], r["industry"]): r["n"] for r in need.annotate(n=Count("*"))}
    offers = {
        (r["field"], r["section"]): r["n"] for r in offered(scope).values("field", "section").annotate(n=Count("*"))
    }
    return needs, offers


def offered(scope: Scope) -> Any:
    """The listed capabilities of the city; they belong to no department, and to no district."""
    rows = Capability.objects.filter(city=scope.city, state=State.PUBLISHED).annotate(section=Left("industry", 1))
    return (rows.filter(visibility=Visibility.PUBLIC) if scope.public else rows).order_by()


@dataclass(frozen=True)
class Region:
    """One district: what was published, agreed and landed there in the period, and what its contracts are worth.

    `priced` is how many contracts say an amount.
    """

    code: str
    published: int
    agreed: int
    landed: int
    signed: int
    priced: int
    amount_wan: Decimal | None


def regions(scope: Scope, period: Period) -> list[Region]:
    """The districts, those with the most opportunities first; what names no district counts for the city itself."""
    published: dict[str, int] = defaultdict(int)
    rows = Course.objects.filter(between("published_on", period), **scope.where).order_by()
    for code, n in rows.values_list("region").annotate(n=Count("*")):
        published[code or scope.city] += n
    deals: dict[str, list[Any]] = defaultdict(lambda: [0, 0, 0, 0, None])
    for row in _deals_by_region(scope, period):
        _add(deals[row["region"] or scope.city], row)
    found = [Region(code, published[code], *deals[code]) for code in {*published, *deals}]
    return sorted(found, key=lambda r: (-r.published, r.code))


def _deals_by_region(scope: Scope, period: Period) -> Any:
    agreed, signed, landed = (between(f"{step}_on", period) for step in ("agreed", "signed", "landed"))
    rows = Pact.objects.filter(agreed | signed | landed, **scope.where).order_by().values("region")
    return rows.annotate(
        agreed=Count("agreed_on", filter=agreed), landed=Count("agreed_on", filter=landed), signed=Count("agreed_on", filter=signed),
        priced=Count("amount_wan", filter=signed), amount=Sum("amount_wan", filter=signed),
    )  # fmt: skip


def _add(sums_: list[Any], row: dict[str, Any]) -> None:
    for place, name in enumerate(("agreed", "landed", "signed", "priced")):
        sums_[place] += row[name]
    if row["amount"] is not None:
        sums_[4] = (sums_[4] or 0) + row["amount"]


@dataclass(frozen=True)
class Declined:
    """How often one side named one reason."""

    side: str
    reason: str
    count: int


def declined(scope: Scope, period: Period) -> list[Declined]:
    """The reasons given in the period, the most frequent first."""
    rows = Reply.objects.filter(between("answered_on", period), outcome=AnswerState.DECLINED, **scope.where).order_by()
    found = rows.values_list("side", "reason").annotate(n=Count("*"))
    return sorted((Declined(*row) for row in found), key=lambda d: (-d.count, d.side, d.reason))


def departments(scope: Scope) -> list[tuple[int, str, str]]:
    """Who has published opportunities in the city: key, public id, name."""
    from accounts.models import Organisation

    owners = Course.objects.filter(city=scope.city).order_by().values("owner").distinct()
    rows = Organisation.objects.filter(pk__in=owners).order_by("short_name", "name")
    return [(o.pk, o.public_id, str(o)) for o in rows.only("pk", "public_id", "short_name", "name")]
