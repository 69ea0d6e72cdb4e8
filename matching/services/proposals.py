"""What a run found becomes rows: pairs to compare runs by, and matches to be reviewed. What people decided stays.

A full run writes both by ranges, where nobody sees them (RunPair, Proposal); `put_forward` turns all proposals into matches
in one transaction, set by set.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from activity.models import Event
from activity.services import event
from capabilities.models import Capability
from listings.states import State
from matching.access import may_meet
from matching.models import Match, MatchRun, Proposal, RunPair
from matching.services.bulk import copy
from matching.services.moves import UNDECIDED
from matching.states import MatchState, Origin
from opportunities.models import Opportunity
from scenemarket.ids import new_id

BATCH = 1000
# what a run fills in: the same columns in Proposal and in Match
SCORED = ("run_id", "score", "opportunity_version", "capability_version", "rank_for_opportunity", "rank_for_capability",
          "eligible", "barred_by", "parts")  # fmt: skip
PAIR = ("opportunity_id", "capability_id")
KEPT = ("run_id", *PAIR, "score", "rank_for_opportunity", "rank_for_capability", "eligible")
LOGGED = [field.attname for field in Event._meta.concrete_fields if field.attname not in ("id", "at")]


@dataclass(frozen=True, slots=True)
class Found:
    """One pair as a run scored it: keys, versions, score (0 to 100), ranks from 1 (None beyond what is kept), and whether hard conditions are met."""

    opportunity: int
    capability: int
    opportunity_version: int
    capability_version: int
    score: float
    rank_for_opportunity: int | None
    rank_for_capability: int | None
    eligible: bool | None
    barred_by: Sequence[str] = ()
    parts: Sequence[dict[str, Any]] = ()


def keep_pairs(run: MatchRun, found: Sequence[Found]) -> None:
    """Replace what an attempt before has kept of these opportunities in this run."""
    RunPair.objects.filter(run=run, opportunity__in={f.opportunity for f in found}).delete()
    copy(
        RunPair,
        KEPT,
        (
            (run.pk, f.opportunity, f.capability, _exact(f), f.rank_for_opportunity, f.rank_for_capability, f.eligible)
            for f in found
        ),
    )


def stage(run: MatchRun, found: Sequence[Found]) -> None:
    """Note what the run will put forward, instead of what an attempt before has noted of these opportunities."""
    Proposal.objects.filter(run=run, opportunity__in={f.opportunity for f in found}).delete()
    rows = (
        (
            run.pk, _exact(f), f.opportunity_version, f.capability_version, f.rank_for_opportunity,
            f.rank_for_capability, f.eligible, list(f.barred_by), list(f.parts), f.opportunity, f.capability, new_id(),
        )
        for f in found
    )  # fmt: skip
    copy(Proposal, (*SCORED, *PAIR, "public_id"), rows)


def _exact(found: Found) -> str:
    return f"{found.score:.6f}"


def meeting(found: Iterable[Found]) -> list[Found]:
    """Those pairs whose listings are still published in the scored version, whose owners are two, and may read each other."""
    found = list(found)
    needs = _open(Opportunity, {f.opportunity for f in found})
    offers = _open(Capability, {f.capability for f in found})
    return [f for f in found if _meet(f, needs.get(f.opportunity), offers.get(f.capability))]


def _open(model: type[Opportunity] | type[Capability], keys: set[int]) -> dict[int, Any]:
    rows = model.objects.open().select_related("owner")
    return rows.only("version", "visibility", "city", "owner__city", "owner__verified_at").in_bulk(keys)


def _meet(found: Found, need: Opportunity | None, offer: Capability | None) -> bool:
    if need is None or offer is None or need.owner_id == offer.owner_id:
        return False
    current = (need.version, offer.version) == (found.opportunity_version, found.capability_version)
    return current and may_meet(need, offer)


def put_forward(run: MatchRun) -> int:
    """Turn the run's proposals into matches; returns how many matches wait for a decision because of this run.

    New pairs become proposed, open ones get the new score, superseded and fallen ones come back; decided ones stay.
    Call inside a transaction: all of it is seen at once.
    """
    _drop_fallen(run)
    again, back = _existing(run)
    _rescore(run, again)
    _rescore(run, list(back))
    _reopen(list(back))
    new = _insert(run)
    _log(run, dict.fromkeys(new, ""))
    _log(run, back)
    Proposal.objects.filter(run=run).delete()
    return Match.objects.filter(run=run, state=MatchState.PROPOSED).count()


def _drop_fallen(run: MatchRun) -> None:
    """What was edited, paused or closed since it was scored is not put forward."""
    stands = Q(
        opportunity__state=State.PUBLISHED,
        capability__state=State.PUBLISHED,
        opportunity__version=F("opportunity_version"),
        capability__version=F("capability_version"),
    )
    Proposal.objects.filter(run=run).exclude(stands).delete()


def _existing(run: MatchRun) -> tuple[list[int], dict[int, str]]:
    """The matches of these pairs, locked in the order of their keys: those that get the new score, and those that come back."""
    again: list[int] = []
    back: dict[int, str] = {}
    sql = f"""
        SELECT m.id, m.state, m.decided_at IS NOT NULL
               AND m.opportunity_version = p.opportunity_version AND m.capability_version = p.capability_version
        FROM {_table(Match)} m JOIN {_table(Proposal)} p USING (opportunity_id, capability_id)
        WHERE p.run_id = %s ORDER BY m.id FOR NO KEY UPDATE OF m"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.pk])
        for pk, state, decided_so in cursor.fetchall():
            if state == MatchState.PROPOSED:
                again.append(pk)
            # a person's withdrawal holds for the versions that it was said of; the platform's ends with its cause
            elif state == MatchState.SUPERSEDED or (state == MatchState.WITHDRAWN and not decided_so):
                back[pk] = state
    return again, back


def _rescore(run: MatchRun, keys: list[int]) -> None:
    """Write what the run found into these matches."""
    values = ", ".join(f"{name} = p.{name}" for name in SCORED)
    sql = f"""
        UPDATE {_table(Match)} m SET {values}, updated_at = STATEMENT_TIMESTAMP(),
               score_before = CASE WHEN m.run_id IS DISTINCT FROM p.run_id THEN m.score ELSE m.score_before END
        FROM {_table(Proposal)} p
        WHERE p.run_id = %s AND m.opportunity_id = p.opportunity_id AND m.capability_id = p.capability_id
              AND m.id = ANY(%s)"""
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(sql, [run.pk, keys])


def _reopen(keys: list[int]) -> None:
    rows = Match.objects.filter(pk__in=keys)
    # put before both sides once already: the next time is a new round, and is told anew
    rows.filter(pushed_at__isnull=False).update(round=F("round") + 1)
    rows.update(state=MatchState.PROPOSED, origin=Origin.ENGINE, note="", **UNDECIDED)


def _insert(run: MatchRun) -> list[int]:
    """Make the matches that are not there yet; a pair that somebody makes meanwhile is theirs. Returns the new keys."""
    given = ("public_id", *PAIR, *SCORED)
    others = {
        field.attname: field.get_db_prep_save(field.get_default(), connection)
        for field in Match._meta.concrete_fields
        if not (field.primary_key or field.null or field.has_db_default() or field.attname in given)
    }
    columns = ", ".join([*given, *others])
    sql = f"""
        INSERT INTO {_table(Match)} ({columns})
        SELECT {", ".join([*given, *(["%s"] * len(others))])} FROM {_table(Proposal)} p
        WHERE p.run_id = %s AND NOT EXISTS (
            SELECT FROM {_table(Match)} m
            WHERE m.opportunity_id = p.opportunity_id AND m.capability_id = p.capability_id)
        ORDER BY opportunity_id, capability_id ON CONFLICT (opportunity_id, capability_id) DO NOTHING RETURNING id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*others.values(), run.pk])
        return [pk for (pk,) in cursor.fetchall()]


def _table(model: type[Match] | type[Proposal]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


@dataclass(frozen=True, slots=True)
class _Subject:
    """A match as the log writes it, without loading the match."""

    public_id: str
    log_title: str
    log_city: str
    log_organisations: list[str]
    log_kind: str = Match.log_kind


def _log(run: MatchRun, before: dict[int, str]) -> None:
    """One log row for each pair that became proposed now."""
    write_events(before, "match.proposed", MatchState.PROPOSED, run)


def write_events(before: dict[int, str], verb: str, after: str, run: MatchRun) -> None:
    """One log row for each match (a key with the state before), in the order of the keys."""
    rows = Match.objects.filter(pk__in=list(before)).order_by("pk").values_list(
        "pk", "public_id", "opportunity__title", "capability__title", "opportunity__city",
        "opportunity__owner__public_id", "capability__owner__public_id",
    )  # fmt: skip
    events = (
        event(
            by=None, verb=verb, subject=_Subject(public_id, f"{need} × {offer}", city, [mine, theirs]),
            before=before[pk], after=after, run=run.public_id,
        )
        for pk, public_id, need, offer, city, mine, theirs in rows.iterator(BATCH)
    )  # fmt: skip
    copy(Event, LOGGED, ([getattr(each, name) for name in LOGGED] for each in events))


def mark_conflicts(run: MatchRun) -> None:
    """Both owners belong to the same owner group: the reviewer sees a mark, and bulk approval leaves the pair out."""
    same = Match.objects.filter(run=run, opportunity__owner__group=F("capability__owner__group"))
    # read first: as a subquery the joins were planned anew for each row while the tables were still without statistics
    keys = list(same.exclude(opportunity__owner__group="").values_list("pk", flat=True))
    Match.objects.filter(run=run, conflict=True).exclude(pk__in=keys).update(conflict=False)
    Match.objects.filter(run=run, pk__in=keys, conflict=False).update(conflict=True)


def supersede_older(run: MatchRun) -> int:
    """What older runs proposed, nobody decided on, and this run did not find again; returns how many."""
    older = Match.objects.of_cities([run.city]).filter(state=MatchState.PROPOSED, origin=Origin.ENGINE, run__lt=run.pk)
    keys = list(older.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    write_events(dict.fromkeys(keys, MatchState.PROPOSED), "match.superseded", MatchState.SUPERSEDED, run)
    return Match.objects.filter(pk__in=keys).update(state=MatchState.SUPERSEDED, updated_at=Now())
