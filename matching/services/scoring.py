"""The engine at work on a run's snapshot. Each process keeps the corpora that it used last; they are built after the fork."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from math import isnan, nan
from typing import Any

from django.utils import timezone

from matching import adapters, intake
from matching.engine import PARTS, Corpus, Need, Offer, PairScore, RankedPair, Settings, ShardResult
from matching.models import MatchRun
from matching.plan import Plan
from matching.services.proposals import Found
from matching.services.snapshot import Frozen, base_of, capabilities, opportunities, thaw
from matching.states import Side

KEPT = 2


@dataclass(frozen=True)
class Loaded:
    """A snapshot with its corpus: listings by public id, in the order of the corpus."""

    needs: dict[str, Frozen]
    offers: dict[str, Frozen]
    corpus: Corpus

    def found(self, pair: RankedPair) -> Found:
        """A ranked pair with the keys and versions of both listings."""
        need, offer = self.needs[pair.need_id], self.offers[pair.offer_id]
        return Found(
            need.pk, offer.pk, need.version, offer.version, pair.score, pair.rank_for_need, pair.rank_for_offer, pair.eligible
        )  # fmt: skip

    @cached_property
    def ids(self) -> dict[tuple[str, int], str]:
        """Public ids by (side, key)."""
        sides = ((Side.OPPORTUNITY, self.needs), (Side.CAPABILITY, self.offers))
        return {(side, row.pk): public_id for side, rows in sides for public_id, row in rows.items()}

    @cached_property
    def places(self) -> dict[int, int]:
        """Places in the corpus by the key of a capability."""
        return {row.pk: place for place, row in enumerate(self.offers.values())}


_lock = threading.Lock()
_loaded: OrderedDict[tuple[int, str], Loaded] = OrderedDict()


def loaded(run: MatchRun) -> Loaded:
    """The corpus of a run's snapshot, from memory or from the database."""
    key = (run.pk, run.snapshot)
    with _lock:
        if key not in _loaded:
            _loaded[key] = _load(run)
        _loaded.move_to_end(key)
        while len(_loaded) > KEPT:
            _loaded.popitem(last=False)
        return _loaded[key]


def _load(run: MatchRun) -> Loaded:
    needs = {row.record["id"]: row for row in thaw(run, Side.OPPORTUNITY)}
    offers = {row.record["id"]: row for row in thaw(run, Side.CAPABILITY)}
    corpus = Corpus.build(
        [adapters.need(row.record) for row in needs.values()],
        [adapters.offer(row.record) for row in offers.values()],
        concepts=intake.concepts(),
        day=timezone.localdate(run.at),
        settings=Settings.from_dict(run.engine_settings["engine"]),
    )
    return Loaded(needs, offers, corpus)


def score(run: MatchRun, start: int, stop: int) -> bytes:
    """Score a range of opportunities against all capabilities; the result as bytes."""
    return loaded(run).corpus.score(start, stop).to_bytes()


def merge(run: MatchRun, results: Iterable[bytes]) -> list[Found]:
    """All ranges in one ranking: the pairs that are kept for either side."""
    plan, here = Plan.of(run), loaded(run)
    ranking = here.corpus.merge([ShardResult.from_bytes(bytes(result)) for result in results])
    return [here.found(pair) for pair in ranking.pairs(plan.keep_for_opportunity, plan.keep_for_capability)]


def with_parts(run: MatchRun, found: list[Found]) -> list[Found]:
    """The same pairs with the parts of their scores, need by need: one row of the corpus instead of many pairs."""
    here, told = loaded(run), []
    in_order = sorted(found, key=lambda each: each.opportunity)
    for opportunity, group in groupby(in_order, key=lambda each: each.opportunity):
        scored = here.corpus.scores_of(here.ids[Side.OPPORTUNITY, opportunity])
        for each in group:
            place = here.places[each.capability]
            points = zip(PARTS, *scored.parts(0, place, here.corpus.settings), strict=True)
            told.append(replace(each, parts=[_part(*part) for part in points]))
    return told


def _part(code: str, points: float, possible: float) -> dict[str, Any]:
    return {"code": code, "earned": None if isnan(points) else float(points), "possible": float(possible)}


def parts(pair: PairScore) -> list[dict[str, Any]]:
    """The parts of a score as they are kept with a match: code, earned (None: unknown), possible."""
    return [_part(p.code, nan if p.points is None else p.points, p.possible) for p in pair.parts]


def increment(run: MatchRun) -> list[Found]:
    """One listing against the other side, measured by the last run over the city; with parts, best first."""
    base = base_of(run.city)
    if base is None:
        return []
    here = loaded(base)
    if run.listing_kind == Side.OPPORTUNITY:
        return _for_opportunity(here, run)
    return _for_capability(here, run)


def _for_opportunity(here: Loaded, run: MatchRun) -> list[Found]:
    listing = opportunities(run.city).filter(pk=run.listing_id or 0).first()
    if listing is None:
        return []
    mine, top = Frozen(listing.pk, listing.version, adapters.need_record(listing)), Plan.of(run).keep_for_opportunity
    need = adapters.need(mine.record)
    fresh = _fresh(here.offers, capabilities(), adapters.offer_record)
    known = here.corpus.match_need(need, top + len(fresh))
    pairs = [(here.offers[p.offer_id], p) for p in known if p.offer_id not in fresh]
    pairs += [(row, here.corpus.pair(need, adapters.offer(row.record))) for row in fresh.values()]
    best = sorted(pairs, key=lambda each: _order(each[1], each[1].offer_id))[:top]
    return [_found(mine, row, pair, rank, None) for rank, (row, pair) in enumerate(best, 1)]


def _for_capability(here: Loaded, run: MatchRun) -> list[Found]:
    listing = capabilities().filter(pk=run.listing_id or 0).first()
    if listing is None:
        return []
    mine, top = Frozen(listing.pk, listing.version, adapters.offer_record(listing)), Plan.of(run).keep_for_capability
    offer = adapters.offer(mine.record)
    fresh = _fresh(here.needs, opportunities(run.city), adapters.need_record)
    known = here.corpus.match_offer(offer, top + len(fresh))
    pairs = [(here.needs[p.need_id], p) for p in known if p.need_id not in fresh]
    pairs += [(row, here.corpus.pair(adapters.need(row.record), offer)) for row in fresh.values()]
    best = sorted(pairs, key=lambda each: _order(each[1], each[1].need_id))[:top]
    return [_found(row, mine, pair, None, rank) for rank, (row, pair) in enumerate(best, 1)]


def _fresh(known: dict[str, Frozen], rows: Any, record: Callable[[Any], dict[str, Any]]) -> dict[str, Frozen]:
    """Listings that the snapshot does not know in their present version."""
    versions = {row.pk: row.version for row in known.values()}
    now = rows.prefetch_related(None).values_list("pk", "version")
    keys = [pk for pk, version in now if versions.get(pk) != version]
    return {row.public_id: Frozen(row.pk, row.version, record(row)) for row in rows.filter(pk__in=keys)}


def _order(pair: PairScore, across: str) -> tuple[bool, float, str]:
    """Barred pairs last, then the score, then the id: as the engine ranks."""
    return pair.eligible is False, -pair.score, across


def _found(need: Frozen, offer: Frozen, pair: PairScore, for_need: int | None, for_offer: int | None) -> Found:
    return Found(
        need.pk, offer.pk, need.version, offer.version, pair.score, for_need, for_offer, pair.eligible,
        pair.barred_by, parts(pair),
    )  # fmt: skip


def corpus_for(city: str) -> Corpus | None:
    """The corpus of the last run over a city; None before the first."""
    base = base_of(city)
    return loaded(base).corpus if base else None


def corpus_of_pair(need: Need, offer: Offer) -> Corpus:
    """A corpus of two texts, for the time before the first run."""
    return Corpus.build([need], [offer], concepts=intake.concepts(), day=timezone.localdate())
