"""The parts of scores for proposals that came by the slider or as next in line: computed soon after, by a worker."""

from matching.models import Match, MatchRun
from matching.services.proposals import Found
from matching.services.rankers import LEARNED
from matching.services.scoring import loaded, with_parts
from matching.services.snapshot import bases
from matching.states import MatchState, RunState

AT_ONCE = 500
EXACT = 1e-6


def complete_parts() -> int:
    """Sweep: write the parts of proposals that have none yet; they add up to the score. Returns how many."""
    ready = [run for run in bases() if run.state in (RunState.READY, RunState.RELEASED)]
    return sum(_complete(run) for run in ready)


def _complete(run: MatchRun) -> int:
    rows = list(Match.objects.filter(run=run, state=MatchState.PROPOSED, parts=[]).order_by("pk")[:AT_ONCE])
    if not rows:
        return 0
    here = loaded(run)
    known = [m for m in rows if m.opportunity_id in here.need_places and m.capability_id in here.offer_places]
    told = {(f.opportunity, f.capability): f for f in with_parts(run, [_found(m) for m in known])}
    for match in known:
        parts = list(told[match.opportunity_id, match.capability_id].parts)
        left = float(match.score) - sum(part["earned"] or 0.0 for part in parts)
        match.parts = [
            *parts,
            *([{"code": LEARNED, "earned": left, "possible": 0.0}] if abs(left) > 10 * EXACT else []),
        ]
    return Match.objects.bulk_update(known, ["parts"])


def _found(match: Match) -> Found:
    return Found(
        match.opportunity_id, match.capability_id, match.opportunity_version, match.capability_version,
        float(match.score), match.rank_for_opportunity, match.rank_for_capability, match.eligible,
    )  # fmt: skip
