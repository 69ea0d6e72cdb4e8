"""The columns that this process holds, brought up to date for each request by one small query.

Triggers note each changed row with the number of its transaction (`changes`). A look takes the notes that the snapshot
of the last look could not see, so that a row is never missed, however late its transaction ends, and none is read twice
(docs/decisions/0042). Whoever has written in a transaction that is still open gets columns of his own, which nobody else
sees: what is shared holds only what is committed.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from listings import access, faces, kinds
from listings.columns import ASKED, Columns, Listed, Plan
from listings.facets import SHOWN
from listings.filters import BEST, ListingFilter
from listings.search import matching
from listings.states import State

# so many changed rows are read as fast by reading all; what was not asked for as long is read anew, as notes are deleted in time
MANY, FORGOTTEN_AFTER = 3000, 3600.0
LOOK = """
    SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NOT NULL,
           (now() AT TIME ZONE 'Asia/Shanghai')::date, array_agg(DISTINCT changed.row_id), bool_or(changed.row_id IS NULL AND changed.noted)
    FROM (SELECT 1) AS once LEFT JOIN (
        SELECT row_id, true AS noted FROM notes WHERE kind = %(kind)s
        UNION ALL
        SELECT listing.id, true FROM notes JOIN {table} AS listing ON listing.owner_id = notes.row_id WHERE kind = 'owner'
    ) AS changed ON true
"""
# a copy of a database brings notes with numbers that lie ahead of its own; the own, open transaction may lie ahead as well
NOTES = """
    WITH notes AS MATERIALIZED (
        SELECT kind, row_id FROM listings_change
        WHERE transaction >= pg_snapshot_xmin(%(last)s::pg_snapshot)
          AND NOT pg_visible_in_snapshot(transaction, %(last)s::pg_snapshot)
          AND (transaction < pg_snapshot_xmax(pg_current_snapshot()) OR transaction = pg_current_xact_id_if_assigned())
    )
"""
NEVER = "WITH notes AS (SELECT ''::varchar AS kind, 0::bigint AS row_id WHERE false)"


@dataclass(frozen=True)
class Held:
    """Columns as of a snapshot of the database, on a day in Shanghai; `read` is this process's clock."""

    columns: Columns
    snapshot: str
    day: date
    read: float


@dataclass(frozen=True)
class Look:
    """What one look found: the snapshot, whether this transaction has written, the day, and the changed rows (None: all)."""

    snapshot: str
    is_own: bool
    day: date
    changed: list[int] | None


_lock = threading.Lock()
_held: dict[str, Held] = {}


def listed(kind: str, user: Any, filters: ListingFilter) -> Listed:
    """What an address lists for this person: keys in its order, and every count.

    One small query, whatever the size; one more where listings were touched since the engine has read them, or for words while
    only the database can be asked.
    """
    now = columns(kind)
    asked = dict(filters.asked)
    words, order = asked.pop("q", ""), filters.sort_name
    rows = now.seen_by(user) & now.asking({name: value for name, value in asked.items() if name in ASKED})
    for keys in _asked_elsewhere(kind, filters, {name: value for name, value in asked.items() if name not in ASKED}):
        rows &= now.holds(now.among(keys))
    if not words:
        return now.listed(rows, filters.facets, filters.chosen, now.in_order(order))
    best = now.among(_by_words(kind, words, filters, now))
    in_order = best if order == BEST else now.in_order(order)
    return now.listed(rows & now.holds(best), filters.facets, filters.chosen, in_order)


def page(kind: str, user: Any, keys: Sequence[int]) -> list[Any]:
    """The listings of a page, in the order of their keys; who sees them is asked of the database once more."""
    found = {row.pk: row for row in access.visible(kind, user).filter(pk__in=keys, state__in=SHOWN)}
    return [found[key] for key in keys if key in found]


def similar(kind: str, user: Any, listing: Any, limit: int) -> list[Any]:
    """Open listings of the same field that share a technology, then those that share the industry; newest first."""
    now = columns(kind)
    field, industry = [listing.field], [listing.industry] if listing.industry else []
    rows = now.seen_by(user) & now.holding("f_state", [State.PUBLISHED]) & now.holding("f_field", field)
    shared = now.holding("a_technology", listing.technologies)
    order, keys = now.in_order("newest"), []
    for alike in (rows & shared, rows & ~shared & now.holding("f_industry", industry)):
        # some more than wanted: the listing itself is among them, and a deadline may have passed today
        keys += now.pks[order[alike[order]][: 2 * limit + 1]].tolist()
    open_now: Any = access.visible(kind, user)
    found = {row.pk: row for row in open_now.open().filter(pk__in=keys).exclude(pk=listing.pk)}
    return [found[key] for key in keys if key in found][:limit]


def _by_words(kind: str, words: str, filters: ListingFilter, now: Columns) -> list[int]:
    """Keys of what was found, best first; what was touched after the engine has read the lists comes last."""
    rows: Any = kinds.of(kind).model._default_manager.filter(state__in=SHOWN)
    here = filters.found
    if here is None:
        found = filters.search(rows, "q", words).order_by(*filters.offered[BEST][1])
        return list(found.values_list("pk", flat=True))
    touched = now.touched_since(here.since).tolist()
    if not touched:
        return here.keys
    fresh = rows.filter(matching(here.text, rows.model.SEARCHED), pk__in=touched).order_by(*filters.newest)
    return list(dict.fromkeys([*here.keys, *fresh.values_list("pk", flat=True)]))


def _asked_elsewhere(kind: str, filters: ListingFilter, asked: dict[str, Any]) -> Iterator[list[int]]:
    """Keys for each thing asked for that no column holds, as the database finds them."""
    rows: Any = kinds.of(kind).model._default_manager.filter(state__in=SHOWN)
    for name, value in asked.items():
        found = filters.filters[name].filter(rows, value)
        if found is not rows:
            yield list(found.order_by().values_list("pk", flat=True))


def columns(kind: str) -> Columns:
    """The columns of a kind as the database has them now."""
    with _lock:
        held = _held.get(kind)
        if held and time.monotonic() - held.read > FORGOTTEN_AFTER:
            held = None
        look = _look(kind, held.snapshot if held else "")
        now = _brought_up(kind, held, look)
        if not look.is_own:
            _held[kind] = now
        return now.columns


def _look(kind: str, last: str) -> Look:
    table = connection.ops.quote_name(kinds.of(kind).model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute((NOTES if last else NEVER) + LOOK.format(table=table), {"kind": kind, "last": last})
        snapshot, is_own, day, changed, everything = cursor.fetchone()
    rows = [row for row in changed or () if row is not None]
    return Look(snapshot, is_own, day, None if everything or len(rows) > MANY or not last else rows)


def _brought_up(kind: str, held: Held | None, look: Look) -> Held:
    if held is None or look.changed is None or look.day != held.day:
        plan = Plan.of(faces.of(kind).filters.facets, faces.of(kind).filters.orders)
        fresh = Columns.empty(plan).with_rows([], _rows(kind, plan))
    elif look.changed:
        fresh = held.columns.with_rows(look.changed, _rows(kind, held.columns.plan, pk__in=look.changed))
    else:
        fresh = held.columns
    return Held(fresh, look.snapshot, look.day, time.monotonic())


def _rows(kind: str, plan: Plan, **only: Any) -> list[tuple[Any, ...]]:
    """Shown rows as the columns want them, computed by the database."""
    rows: Any = kinds.of(kind).model._default_manager
    columns = {f"held_{name}": expression for name, expression in plan.columns.items()}
    keys = {f"key_{name}": field for name, field in plan.keys.items()}
    found = rows.filter(state__in=SHOWN, **only).order_by().annotate(**columns, **keys)
    return list(found.values_list("pk", *columns, *keys))
