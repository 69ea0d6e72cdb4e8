"""The strip above the queue: how many suggestions each firm gets this week."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Organisation
from matching.models import Match
from matching.states import MatchState

WEEK = timedelta(days=7)
# as many as one can still tell apart; the rest is in the sums
FIRST_FIRMS = 80
USUAL_CAP: int = Organisation._meta.get_field("weekly_cap").default
# each pair once, whichever of the three it is; all names come from this code
SUMS = """
    WITH firms AS MATERIALIZED (
        SELECT firm.id, firm.public_id, firm.short_name, firm.name, firm.weekly_cap AS cap, offered.n
        FROM (SELECT owner_id, count(*) AS n FROM ({pairs}) AS pairs (pair, capability)
              JOIN capabilities_capability ON capabilities_capability.id = pairs.capability GROUP BY owner_id) AS offered
        JOIN accounts_organisation AS firm ON firm.id = offered.owner_id
    ), sums AS (
        SELECT count(*), sum(n), count(*) FILTER (WHERE n > cap), sum(greatest(n - cap, 0)), mode() WITHIN GROUP (ORDER BY cap) FROM firms
    )
    SELECT public_id, coalesce(nullif(short_name, ''), name), n, cap, sums.* FROM firms, sums ORDER BY n DESC, name, id LIMIT %s
"""


def fairness(every: QuerySet[Match], bulk: QuerySet[Match]) -> dict[str, Any]:
    """How many suggestions each firm gets this week: pushed, approved, and what a bulk approval would take.

    One query; `rows` are the firms with most, the sums are over all.
    """
    found = _sums(every, bulk)
    firms, total, over_firms, over, cap = found[0][4:] if found else (0, 0, 0, 0, USUAL_CAP)
    rows = [
        {"key": key, "name": name, "n": n, "cap": most, "over": max(n - most, 0)} for key, name, n, most, *_ in found
    ]
    return {
        "counts": [(row["name"], row["n"]) for row in rows], "rows": rows, "urls": [f"?firm={row['key']}" for row in rows],
        "total": int(total), "firms": firms, "cap": cap, "over_firms": over_firms, "over": int(over),
        "first_three": round(100 * sum(row["n"] for row in rows[:3]) / int(total)) if rows else 0,
    }  # fmt: skip


def _sums(every: QuerySet[Match], bulk: QuerySet[Match]) -> list[tuple[Any, ...]]:
    approved, pushed = every.filter(state=MatchState.APPROVED), every.filter(pushed_at__gte=Now() - WEEK)
    parts = [rows.order_by().values_list("pk", "capability_id") for rows in (approved, pushed, bulk)]
    try:
        pairs, given = parts[0].union(*parts[1:]).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(pairs=pairs), [*given, FIRST_FIRMS])
        return cursor.fetchall()
