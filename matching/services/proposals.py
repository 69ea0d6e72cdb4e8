"""What a run found becomes rows: pairs to compare runs by, and matches to be reviewed. What people decided stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from activity.models import Event
from activity.services import event
from capabilities.models import Capability
from matching.access import may_meet
from matching.models import Match, MatchRun, RunPair
from matching.services.moves import UNDECIDED
from matching.states import MatchState, Origin
from opportunities.models import Opportunity

BATCH = 1000
SCORED = ("run_id", "score", "score_before", "opportunity_version", "capability_version", "rank_for_opportunity",
          "rank_for_capability", "eligible", "barred_by", "parts", "conflict")  # fmt: skip


@dataclass(frozen=True)
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


def keep_pairs(run: MatchRun, found: Iterable[Found]) -> int:
    """Replace what an attempt before has kept of this run; returns how many pairs."""
    RunPair.objects.filter(run=run).delete()
    rows = [
        RunPair(
            run=run,
            opportunity_id=f.opportunity,
            capability_id=f.capability,
            score=f.score,
            rank_for_opportunity=f.rank_for_opportunity,
            rank_for_capability=f.rank_for_capability,
            eligible=f.eligible,
        )
        for f in found
    ]
    return len(RunPair.objects.bulk_create(rows, batch_size=BATCH))


def meeting(found: Iterable[Found]) -> list[Found]:
    """Those pairs whose listings are still published in the scored version, whose owners are two, and may read each other."""
    found = list(found)
    needs = Opportunity.objects.open().select_related("owner").in_bulk({f.opportunity for f in found})
    offers = Capability.objects.open().select_related("owner").in_bulk({f.capability for f in found})
    return [f for f in found if _meet(f, needs.get(f.opportunity), offers.get(f.capability))]


def _meet(found: Found, need: Opportunity | None, offer: Capability | None) -> bool:
    if need is None or offer is None or need.owner_id == offer.owner_id:
        return False
    current = (need.version, offer.version) == (found.opportunity_version, found.capability_version)
    return current and may_meet(need, offer)


def propose(run: MatchRun, found: Iterable[Found]) -> int:
    """Put pairs forward for review. Returns how many matches wait for a decision because of this run.

    New pairs become proposed, open ones get the new score, superseded and fallen ones come back; decided ones stay.
    Call inside a transaction.
    """
    wanted = {(f.opportunity, f.capability): f for f in sorted(found, key=lambda f: (f.opportunity, f.capability))}
    existing = _locked(wanted)
    new = [
        _fill(Match(opportunity_id=o, capability_id=c), run, f)
        for (o, c), f in wanted.items()
        if (o, c) not in existing
    ]
    Match.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    open_again = [m for key, m in existing.items() if _comes_back(m, wanted[key])]
    rescored = [m for m in existing.values() if m.state == MatchState.PROPOSED]
    _log(run, [m.public_id for m in new], {m.pk: m.state for m in open_again})
    _rescore(run, rescored, wanted)
    _reopen(run, open_again, wanted)
    return Match.objects.filter(run=run, state=MatchState.PROPOSED).count()


def _locked(wanted: dict[tuple[int, int], Found]) -> dict[tuple[int, int], Match]:
    """The matches that exist already for these pairs, locked in the order of their keys."""
    rows = Match.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    rows = rows.filter(opportunity__in={o for o, _c in wanted}, capability__in={c for _o, c in wanted})
    return {(m.opportunity_id, m.capability_id): m for m in rows if (m.opportunity_id, m.capability_id) in wanted}


def _comes_back(match: Match, found: Found) -> bool:
    """A person's withdrawal holds for the versions that it was said of; the platform's ends with its cause."""
    if match.state == MatchState.SUPERSEDED:
        return True
    same = (match.opportunity_version, match.capability_version) == (
        found.opportunity_version,
        found.capability_version,
    )
    return match.state == MatchState.WITHDRAWN and not (match.decided_at and same)


def _fill(match: Match, run: MatchRun, found: Found) -> Match:
    """Write what the run found into the row (not saved)."""
    if match.pk and match.run_id != run.pk:
        match.score_before = match.score
    match.run = run
    for name in SCORED:
        if hasattr(found, name):
            setattr(match, name, getattr(found, name))
    match.barred_by, match.parts = list(found.barred_by), list(found.parts)
    return match


def _rescore(run: MatchRun, matches: list[Match], wanted: dict[tuple[int, int], Found]) -> None:
    filled = [_fill(m, run, wanted[m.opportunity_id, m.capability_id]) for m in matches]
    Match.objects.bulk_update(filled, [n.removesuffix("_id") for n in SCORED], batch_size=BATCH)
    Match.objects.filter(pk__in=[m.pk for m in matches]).update(updated_at=Now())


def _reopen(run: MatchRun, matches: list[Match], wanted: dict[tuple[int, int], Found]) -> None:
    _rescore(run, matches, wanted)
    rows = Match.objects.filter(pk__in=[m.pk for m in matches])
    # put before both sides once already: the next time is a new round, and is told anew
    rows.filter(pushed_at__isnull=False).update(round=F("round") + 1)
    rows.update(state=MatchState.PROPOSED, origin=Origin.ENGINE, note="", **UNDECIDED)


def _log(run: MatchRun, new: list[str], before: dict[int, str]) -> None:
    """One log row for each pair that became proposed now."""
    _write_events(Match.objects.filter(public_id__in=new), "match.proposed", MatchState.PROPOSED, {}, run)
    _write_events(Match.objects.filter(pk__in=before), "match.proposed", MatchState.PROPOSED, before, run)


def _write_events(matches: Any, verb: str, after: str, before: dict[int, str], run: MatchRun) -> None:
    rows = matches.select_related("opportunity__owner", "capability__owner")
    events = [
        event(by=None, verb=verb, subject=m, before=before.get(m.pk, ""), after=after, run=run.public_id)
        for m in rows.iterator(BATCH)
    ]
    Event.objects.bulk_create(events, batch_size=BATCH)


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
    rows = Match.objects.filter(pk__in=keys)
    _write_events(rows, "match.superseded", MatchState.SUPERSEDED, dict.fromkeys(keys, MatchState.PROPOSED), run)
    return rows.update(state=MatchState.SUPERSEDED, updated_at=Now())
