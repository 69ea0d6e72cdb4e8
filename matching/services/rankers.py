"""A run with the ranker that was switched on when it began: each kept pair gets points more or less, and its ranks anew."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from capabilities.models import Capability
from matching import adapters
from matching.engine import Corpus, Explanation, Need, Offer, PairScore, Part, Reason, features, learning
from matching.models import MatchRun, Ranker
from matching.plan import Plan
from matching.services.proposals import Found
from matching.services.scoring import Loaded, loaded
from matching.services.snapshot import base_of
from matching.states import Side
from opportunities.models import Opportunity

logger = logging.getLogger(__name__)

LEARNED = "learned"
MOST_PAIRS = 250_000  # that a step measures within its time: above it a run goes by the fixed weights
SIDES = ("for", "against", "unknown")


@dataclass(frozen=True)
class InUse:
    """A ranker, and the model that it was trained for."""

    ranker: learning.Ranker
    model_id: str


def of_run(run: MatchRun) -> InUse | None:
    """The ranker that this run was started with; None without one, or when it was trained for another engine or model."""
    kept = run.engine_settings.get("ranker")
    row = Ranker.objects.filter(public_id=kept).first() if kept else None
    if row is None or (row.engine_version, row.model_id) != (run.engine_version, run.model_id):
        return None
    return InUse(learning.read(row.text), row.model_id)


def of_city(city: str) -> InUse | None:
    """The ranker of the last run over a city: what explanations and single pairs are measured by."""
    base = base_of(city)
    return of_run(base) if base else None


def more(pair: PairScore, learned: InUse | None, corpus: Corpus | None, need: Need, offer: Offer) -> PairScore:
    """A single pair with what the ranker adds; as it is without a ranker, or when it is barred."""
    if learned is None or corpus is None or corpus.frame.model_id != learned.model_id or pair.eligible is False:
        return pair
    base, measured = features.rows(corpus, need, [offer])
    added = float(learning.points(learned.ranker, features.NAMES, base, measured)[0])
    score = round(min(100.0, max(0.0, pair.score + added)), 6)
    return replace(pair, score=score, parts=(*pair.parts, Part(LEARNED, score - pair.score, 0.0)))


def told(known: Explanation, learned: InUse | None, corpus: Corpus | None, need: Need, offer: Offer) -> Explanation:
    """An explanation with the learned part and its sentence."""
    pair = more(known.pair, learned, corpus, need, offer)
    points = pair.score - known.pair.score
    if not points:
        return known
    reason = Reason(
        "for" if points > 0 else "against", "learned_for" if points > 0 else "learned_against", points=points
    )
    later = [place for place, each in enumerate(known.reasons) if SIDES.index(each.side) > SIDES.index(reason.side)]
    here = later[0] if later else len(known.reasons)
    return replace(known, pair=pair, reasons=(*known.reasons[:here], reason, *known.reasons[here:]))


def adjusted(run: MatchRun, found: Iterable[Found]) -> list[Found]:
    """The same pairs with what the run's ranker adds: a part “learned”, so that the parts still add up, and new ranks.

    Barred pairs stay as they are. Ranks change among the pairs that are kept for a side; the others keep theirs.
    """
    pairs, ranker = list(found), of_run(run)
    base = base_of(run.city) if run.listing_kind else run
    if ranker is None or base is None or not pairs:
        return pairs
    if len(pairs) > MOST_PAIRS:
        _without(run)
        return pairs
    changed = _with_points(pairs, ranker.ranker, loaded(base, run.model_id))
    return _ranked(changed, Plan.of(run))


def _without(run: MatchRun) -> None:
    """A run that cannot use its ranker says so: its settings do not name one."""
    logger.warning("%s keeps more than %s pairs, so its ranker was not used", run, MOST_PAIRS)
    run.engine_settings = {name: value for name, value in run.engine_settings.items() if name != "ranker"}
    MatchRun.objects.filter(pk=run.pk).update(engine_settings=run.engine_settings)


def _with_points(pairs: list[Found], ranker: learning.Ranker, here: Loaded) -> list[Found]:
    needs, offers = _records(pairs, here)
    by_need: dict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(pairs):
        if each.eligible is not False:
            by_need[each.opportunity].append(place)
    for key, places in by_need.items():
        base, measured = features.rows(here.corpus, needs[key], [offers[pairs[place].capability] for place in places])
        added = learning.points(ranker, features.NAMES, base, measured)
        for place, points in zip(places, added.tolist(), strict=True):
            pairs[place] = _more(pairs[place], points)
    return pairs


def _more(found: Found, points: float) -> Found:
    score = round(min(100.0, max(0.0, found.score + points)), 6)
    part: dict[str, Any] = {"code": LEARNED, "earned": score - found.score, "possible": 0.0}
    return replace(found, score=score, parts=[*found.parts, part])


def _records(pairs: list[Found], here: Loaded) -> tuple[dict[int, str | Need], dict[int, str | Offer]]:
    """Each listing by key: its id when the snapshot has this version, else its record as it is now."""
    ids, versions = here.corpus.need_ids, here.need_versions
    needs: dict[int, Any] = {}
    for key, version in {(each.opportunity, each.opportunity_version) for each in pairs}:
        place = here.need_places.get(key)
        needs[key] = ids[place] if place is not None and versions[place] == version else None
    offer_ids, offer_versions = here.corpus.offer_ids, here.offer_versions
    offers: dict[int, Any] = {}
    for key, version in {(each.capability, each.capability_version) for each in pairs}:
        place = here.offer_places.get(key)
        offers[key] = offer_ids[place] if place is not None and offer_versions[place] == version else None
    _fill(needs, Opportunity.objects.select_related("owner"), lambda row: adapters.need(adapters.need_record(row)))
    told = Capability.objects.select_related("owner").prefetch_related("owner__titles")
    _fill(offers, told, lambda row: adapters.offer(adapters.offer_record(row)))
    return needs, offers


def _fill(known: dict[int, Any], rows: Any, read: Callable[[Any], Any]) -> None:
    missing = [key for key, value in known.items() if value is None]
    for key, row in rows.in_bulk(missing).items() if missing else ():
        known[key] = read(row)


def _ranked(pairs: list[Found], plan: Plan) -> list[Found]:
    """Ranks anew among the pairs of each listing that are kept for it."""
    for side, kept in ((Side.OPPORTUNITY, plan.keep_for_opportunity), (Side.CAPABILITY, plan.keep_for_capability)):
        rank = f"rank_for_{side}"
        lists: dict[int, list[int]] = defaultdict(list)
        for place, each in enumerate(pairs):
            if (getattr(each, rank) or kept + 1) <= kept:
                lists[getattr(each, side)].append(place)
        for places in lists.values():
            _rank_again(pairs, places, rank)
    return pairs


def _rank_again(pairs: list[Found], places: Sequence[int], rank: str) -> None:
    """The ranks that these pairs hold are dealt out again by score; equal scores stay in order."""
    dealt = sorted(getattr(pairs[place], rank) for place in places)
    order = sorted(places, key=lambda place: _standing(pairs[place], rank))
    for new, place in zip(dealt, order, strict=True):
        pairs[place] = replace(pairs[place], **{rank: new})


def _standing(found: Found, rank: str) -> tuple[bool, float, int]:
    return found.eligible is False, -found.score, getattr(found, rank)
