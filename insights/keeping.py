"""Keeps the facts of the figures true: reads the notes of what changed and writes the facts of those opportunities anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from insights.models import Keeping, Touched
from scenemarket.leases import LeaseLost, WorkState

AT_ONCE = 2_000
# what was set aside after too many deaths is tried again
REST = timedelta(hours=1)
_PLACE = "city, region, owner_id, field, industry, public"
_PLACED = "o.city, o.region, o.owner_id, o.field, left(o.industry, 1), o.visibility = 'public'"
_OUT = "o.id = ANY(%(ids)s) AND o.published_at IS NOT NULL AND o.state IN ('published', 'paused', 'closed')"


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE %(zone)s)::date"


COURSES = f"""
INSERT INTO insights_course (opportunity_id, {_PLACE}, open, published_on, matched_on, pushed_on, agreed_on, signed_on, landed_on)
SELECT o.id, {_PLACED}, o.state = 'published', {_day("o.published_at")},
       {_day("m.matched")}, {_day("m.pushed")}, {_day("m.agreed")}, d.signed, d.landed
FROM opportunities_opportunity o
LEFT JOIN (
    SELECT opportunity_id, min(created_at) FILTER (WHERE state NOT IN ('excluded', 'superseded') OR pushed_at IS NOT NULL) matched,
           min(pushed_at) pushed, min(agreed_at) agreed
    FROM matching_match WHERE opportunity_id = ANY(%(ids)s) GROUP BY 1
) m ON m.opportunity_id = o.id
LEFT JOIN (
    SELECT m.opportunity_id,
           min(coalesce(e.day, {_day("e.at")})) FILTER (WHERE e.stage = 'contracted') signed,
           min(coalesce(e.day, {_day("e.at")})) FILTER (WHERE e.stage = 'landed') landed
    FROM matching_match m JOIN deals_deal d ON d.match_id = m.id JOIN deals_evidence e ON e.deal_id = d.id
    WHERE m.opportunity_id = ANY(%(ids)s) GROUP BY 1
) d ON d.opportunity_id = o.id
WHERE {_OUT}
"""
PACTS = f"""
INSERT INTO insights_pact (deal_id, opportunity_id, {_PLACE}, agreed_on, signed_on, landed_on, amount_wan)
SELECT d.id, o.id, {_PLACED}, {_day("coalesce(m.agreed_at, d.opened_at)")},
       coalesce(s.day, {_day("s.at")}), coalesce(l.day, {_day("l.at")}), s.amount_wan
FROM opportunities_opportunity o
JOIN matching_match m ON m.opportunity_id = o.id
JOIN deals_deal d ON d.match_id = m.id
LEFT JOIN deals_evidence s ON s.deal_id = d.id AND s.stage = 'contracted'
LEFT JOIN deals_evidence l ON l.deal_id = d.id AND l.stage = 'landed'
WHERE {_OUT}
"""
REPLIES = f"""
INSERT INTO insights_reply (answer_id, opportunity_id, {_PLACE}, side, outcome, reason, asked_on, answered_on, hours)
SELECT a.id, o.id, {_PLACED}, a.side, a.state, a.reason, {_day("a.pushed_at")}, {_day("a.answered_at")},
       greatest(round(extract(epoch FROM a.answered_at - a.pushed_at) / 3600), 0)
FROM opportunities_opportunity o
JOIN matching_match m ON m.opportunity_id = o.id
JOIN matching_answer a ON a.match_id = m.id
WHERE {_OUT}
"""
KEPT = {"insights_course": COURSES, "insights_pact": PACTS, "insights_reply": REPLIES}
TAKEN = """
WITH taken AS (
    DELETE FROM insights_touched WHERE id IN (SELECT id FROM insights_touched ORDER BY id LIMIT %s) RETURNING opportunity_id
) SELECT DISTINCT opportunity_id FROM taken
"""


def work() -> int:
    """Write anew what the notes name, under the lease; returns how many opportunities were written. No note, no work."""
    if not Touched.objects.exists():
        return 0
    Keeping.objects.get_or_create(only=True)
    Keeping.again(Keeping.objects.filter(done_at__lt=Now() - REST))
    claimed = Keeping.objects.all().claim()
    if not claimed:
        return 0
    written = 0
    while some := _some(claimed[0]):
        written += some
    _rest(claimed[0])
    return written


@transaction.atomic
def _some(keeping: Keeping) -> int:
    """One portion. The row is ours until the end of the transaction, so nobody writes older facts over newer ones."""
    keeping.renew()
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            _write(cursor, ids)
    return len(ids)


def _write(cursor: "object", ids: list[int]) -> None:
    values = {"ids": ids, "zone": settings.TIME_ZONE}
    for table, insert in KEPT.items():
        cursor.execute(f"DELETE FROM {table} WHERE opportunity_id = ANY(%(ids)s)", values)  # type: ignore[attr-defined]
        cursor.execute(insert, values)  # type: ignore[attr-defined]


def _rest(keeping: Keeping) -> None:
    """Back into the queue, as it is never done."""
    changed = keeping.mine().update(
        work_state=WorkState.QUEUED,
        available_at=Now(),
        made_at=Now(),
        attempts=0,
        lease_until=None,
        last_error="",
    )
    if changed != 1:
        raise LeaseLost("figures")


def note_all() -> None:
    """Note every opportunity: the next work() writes all facts anew."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO insights_touched (opportunity_id) SELECT id FROM opportunities_opportunity")


def rebuild() -> int:
    """Write all facts anew; returns of how many opportunities."""
    Keeping.objects.filter(work_state__in=[WorkState.QUEUED, WorkState.DEAD]).update(
        work_state=WorkState.QUEUED, available_at=Now(), attempts=0
    )
    note_all()
    return work()


@dataclass(frozen=True)
class Made:
    """Of which moment the figures are; `waiting` opportunities have changed since."""

    at: datetime
    waiting: bool


def as_of() -> Made:
    """When nothing waits, the figures are of this moment."""
    waiting = Touched.objects.exists()
    made = Keeping.objects.values_list("made_at", flat=True).first() if waiting else None
    return Made(made or timezone.now(), waiting)
