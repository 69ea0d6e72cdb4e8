"""One listing against the other side, measured by the last run over the city: what a run would find, within moments."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from capabilities.models import Capability
from matching import adapters
from matching.engine import PairScore
from matching.models import MatchRun, RunPair, Scored, Worded
from matching.plan import Plan
from matching.services import rankers
from matching.services.proposals import Found
from matching.services.scoring import Loaded, VectorsMissing, loaded, parts
from matching.services.snapshot import Frozen, base_of, capabilities, opportunities
from matching.services.texts import NONE
from matching.states import Side, other
from opportunities.models import Opportunity

# pairs that are looked at for the other side's sake: it may have this listing among its best, far as it stands on our list
LOOKED_AT = 100
# a change is stamped when its transaction begins, and seen when it ends
LONGEST_TRANSACTION = timedelta(minutes=10)
# the key of a listing, whether the pair is not barred, its score
Standing = tuple[int, bool, float]
MODELS = {Side.OPPORTUNITY: Opportunity, Side.CAPABILITY: Capability}


@dataclass(frozen=True)
class Changes:
    """What became of the other side since a snapshot was frozen: new versions, and public ids of what is not open any more."""

    fresh: dict[str, Frozen]
    gone: set[str]


def increment(run: MatchRun) -> list[Found]:
    """The listing of a run against the other side, best first, with parts; nothing when it is not open any more."""
    base = base_of(run.city)
    side = Side(run.listing_kind)
    # a later version has an increment of its own, with its own vectors
    listing = rows_of(side, run.city).filter(pk=run.listing_id or 0, version=run.listing_version).first()
    if base is None or listing is None:
        return []
    here = _loaded(base, run)
    mine = Frozen(listing.pk, listing.version, record_of(side, listing))
    changes = changes_since(base, here, other(side), run)
    found = rankers.adjusted(run, _found(here, mine, changes, side))
    if run.model_id == base.model_id:
        found = ranked_across(found, base, side, Plan.of(run))
    return _kept(found, Plan.of(run))


def _loaded(base: MatchRun, run: MatchRun) -> Loaded:
    """The lists of `base` under the run's model; a run whose model does not know them (any more) goes on without."""
    try:
        return loaded(base, run.model_id)
    except VectorsMissing:
        MatchRun.objects.filter(pk=run.pk).update(model_id=NONE)
        rows = Scored.objects.filter(kind=run.listing_kind, city=run.city, listing_id=run.listing_id or 0)
        rows.update(model_id=NONE)
        run.model_id = NONE
        return loaded(base, NONE)


def rows_of(side: str, city: str) -> QuerySet[Any]:
    """The open listings of one side that a run over a city reads."""
    return opportunities(city) if side == Side.OPPORTUNITY else capabilities()


def record_of(side: str, listing: Any) -> dict[str, Any]:
    """A listing as the engine's intake reads it."""
    return adapters.need_record(listing) if side == Side.OPPORTUNITY else adapters.offer_record(listing)


def changes_since(base: MatchRun, here: Loaded, side: str, run: MatchRun) -> Changes:
    """What changed on one side since the snapshot of `base` was frozen; of new texts those of which the run's model has vectors."""
    since = base.at - LONGEST_TRANSACTION
    touched = MODELS[Side(side)].objects.filter(updated_at__gte=since)
    now = dict(
        rows_of(side, base.city).filter(updated_at__gte=since).prefetch_related(None).values_list("pk", "version")
    )
    places = here.need_places if side == Side.OPPORTUNITY else here.offer_places
    versions = here.need_versions if side == Side.OPPORTUNITY else here.offer_versions
    gone = {public_id for pk, public_id in touched.values_list("pk", "public_id") if pk in places and pk not in now}
    new = [pk for pk, version in now.items() if pk not in places or versions[places[pk]] != version]
    known = set(new)
    if run.model_id != NONE:
        notes = Worded.objects.filter(kind=side, listing_id__in=new, model_id=run.model_id)
        known = {pk for pk, version in notes.values_list("listing_id", "version") if now[pk] == version}
    fresh = rows_of(side, base.city).filter(pk__in=known)
    late = rows_of(side, base.city).filter(pk__in=set(new) - known).values_list("public_id", flat=True)
    return Changes({row.public_id: Frozen(row.pk, row.version, record_of(side, row)) for row in fresh}, {*gone, *late})


def _found(here: Loaded, mine: Frozen, changes: Changes, side: str) -> list[Found]:
    """The best pairs of one listing."""
    if side == Side.OPPORTUNITY:
        besides = [adapters.offer(row.record) for row in changes.fresh.values()]
        pairs = here.corpus.match_need(adapters.need(mine.record), LOOKED_AT, besides=besides, without=changes.gone)
        return [
            _as_found((mine.pk, mine.version), _across(here, changes, Side.CAPABILITY, p.offer_id), p) for p in pairs
        ]
    besides_needs = [adapters.need(row.record) for row in changes.fresh.values()]
    pairs = here.corpus.match_offer(adapters.offer(mine.record), LOOKED_AT, besides=besides_needs, without=changes.gone)
    return [_as_found(_across(here, changes, Side.OPPORTUNITY, p.need_id), (mine.pk, mine.version), p) for p in pairs]


def _across(here: Loaded, changes: Changes, side: str, public_id: str) -> tuple[int, int]:
    """Key and version of the listing across the table: as it is now, or as it was frozen."""
    row = changes.fresh.get(public_id)
    return (row.pk, row.version) if row else here.frozen(side, public_id)


def _as_found(need: tuple[int, int], offer: tuple[int, int], pair: PairScore) -> Found:
    return Found(
        need[0], offer[0], need[1], offer[1], pair.score, pair.rank_for_need, pair.rank_for_offer,
        pair.eligible, pair.barred_by, parts(pair),
    )  # fmt: skip


def ranked_across(found: list[Found], base: MatchRun, side: str, plan: Plan) -> list[Found]:
    """The same pairs with the rank that each has for the other side, by what the last full run kept for that side.

    So a pair that a full run would put forward for the other side's sake is put forward here as well.
    """
    if side == Side.OPPORTUNITY:
        stand = _standing(base, Side.CAPABILITY, {f.capability for f in found}, plan.propose_for_capability)
        ranks = [_rank(f, f.opportunity, stand.get(f.capability, ()), plan.propose_for_capability) for f in found]
        return [replace(f, rank_for_capability=rank) for f, rank in zip(found, ranks, strict=True)]
    stand = _standing(base, Side.OPPORTUNITY, {f.opportunity for f in found}, plan.propose_for_opportunity)
    ranks = [_rank(f, f.capability, stand.get(f.opportunity, ()), plan.propose_for_opportunity) for f in found]
    return [replace(f, rank_for_opportunity=rank) for f, rank in zip(found, ranks, strict=True)]


def _standing(base: MatchRun, side: str, keys: set[int], first: int) -> dict[int, list[Standing]]:
    """Who stands first with each of these listings."""
    kept = RunPair.objects.filter(run=base, **{f"{side}__in": keys, f"rank_for_{side}__lte": first})
    stand: dict[int, list[Standing]] = {}
    for key, mine, eligible, score in kept.values_list(f"{side}_id", f"{other(side)}_id", "eligible", "score"):
        stand.setdefault(key, []).append((mine, eligible is not False, float(score)))
    return stand


def _rank(found: Found, mine: int, stand: Iterable[Standing], first: int) -> int | None:
    """One more than those that stand before it; an earlier version of the same listing does not count."""
    here = (found.eligible is not False, found.score)
    rank = 1 + sum((eligible, score) >= here for key, eligible, score in stand if key != mine)
    return rank if rank <= first else None


def _kept(found: list[Found], plan: Plan) -> list[Found]:
    """What a full run would keep of these pairs."""
    return [
        f for f in found
        if (f.rank_for_opportunity or plan.keep_for_opportunity + 1) <= plan.keep_for_opportunity
        or (f.rank_for_capability or plan.keep_for_capability + 1) <= plan.keep_for_capability
    ]  # fmt: skip
