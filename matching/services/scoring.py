"""The engine at work on a run's snapshot: a folder that all processes of a machine have open, each after its fork."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from math import isnan, nan
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from django.utils import timezone

from matching import adapters, intake
from matching.engine import PARTS, Corpus, Need, Offer, PairScore, Settings, ShardResult, Torn, texts_to_embed
from matching.engine.model import Integers
from matching.engine.ranking import BARRED, ELIGIBLE, NOTHING, Ranking, by_rank, eligible_of, id_rank_of, score_of
from matching.models import MatchRun, Scored
from matching.plan import Plan
from matching.services import embedding
from matching.services.folders import Held, tidy, with_folder
from matching.services.proposals import Found
from matching.services.snapshot import base_of, bases, thaw
from matching.services.texts import NONE
from matching.states import Side

KEPT = 6
VERDICTS = {BARRED: False, ELIGIBLE: True}


class VectorsMissing(Exception):
    """The model has no vectors (any more) for some texts of the snapshot."""


class SnapshotGone(Exception):
    """The snapshot of a run was dropped: a newer run is what everybody reads now."""


@dataclass(frozen=True)
class Loaded:
    """A snapshot ready for matching: the corpus, and keys and versions of the listings in its order."""

    corpus: Corpus
    need_keys: Integers
    need_versions: Integers
    offer_keys: Integers
    offer_versions: Integers

    @cached_property
    def need_places(self) -> dict[int, int]:
        """Places by the key of an opportunity."""
        return {key: place for place, key in enumerate(self.need_keys.tolist())}

    @cached_property
    def offer_places(self) -> dict[int, int]:
        """Places by the key of a capability."""
        return {key: place for place, key in enumerate(self.offer_keys.tolist())}

    def frozen(self, side: str, public_id: str) -> tuple[int, int]:
        """Key and version of a listing of the snapshot. KeyError."""
        if side == Side.OPPORTUNITY:
            place = self._need_ids[public_id]
            return int(self.need_keys[place]), int(self.need_versions[place])
        place = self._offer_ids[public_id]
        return int(self.offer_keys[place]), int(self.offer_versions[place])

    @cached_property
    def _need_ids(self) -> dict[str, int]:
        return {public_id: place for place, public_id in enumerate(self.corpus.need_ids)}

    @cached_property
    def _offer_ids(self) -> dict[str, int]:
        return {public_id: place for place, public_id in enumerate(self.corpus.offer_ids)}


_lock = threading.Lock()
_loaded: OrderedDict[str, Held[Loaded]] = OrderedDict()


def loaded(run: MatchRun, model_id: str = "") -> Loaded:
    """The snapshot of a run, measured with its own model or with another; the folder is built when this machine has none.

    Raises VectorsMissing or SnapshotGone when it cannot be.
    """
    model_id = model_id or run.model_id
    name = name_of(run, model_id)
    with _lock:
        if name not in _loaded:
            _loaded[name] = with_folder(name, lambda folder: _build(run, model_id, folder), _read)
        _loaded.move_to_end(name)
        while len(_loaded) > KEPT:
            _loaded.popitem(last=False)
        return _loaded[name].made


def close() -> None:
    """Let go of all folders that this process has open."""
    with _lock:
        _loaded.clear()


def name_of(run: MatchRun, model_id: str) -> str:
    """The folder of a run's lists under a model: the same for the same lists, settings, engine, code lists and day."""
    of = [run.content, run.engine_settings["engine"], run.engine_version, model_id, _day(run).isoformat(), _concepts()]
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:40]


def _day(run: MatchRun) -> Any:
    return timezone.localdate(run.at)


def _concepts() -> str:
    return hashlib.sha256(repr(intake.concepts().tags).encode()).hexdigest()


def _build(run: MatchRun, model_id: str, folder: Path) -> None:
    needs, offers = thaw(run, Side.OPPORTUNITY), thaw(run, Side.CAPABILITY)
    # a folder of nothing would keep the name that equal lists have
    if (len(needs), len(offers)) != (run.opportunities, run.capabilities):
        raise SnapshotGone(f"the snapshot of {run} is not kept any more")
    sides = [adapters.need(row.record) for row in needs], [adapters.offer(row.record) for row in offers]
    provider = None
    if model_id != NONE:
        provider = embedding.known((text for side in sides for each in side for text in texts_to_embed(each)), model_id)
        if provider is None:
            raise VectorsMissing(f"{model_id} lacks vectors for {run}")
    corpus = Corpus.build(
        *sides,
        concepts=intake.concepts(),
        day=_day(run),
        settings=Settings.from_dict(run.engine_settings["engine"]),
        provider=provider,
    )
    with (folder / "keys.npz").open("wb") as file:
        np.savez(
            file,
            need_keys=np.array([row.pk for row in needs], np.int64),
            need_versions=np.array([row.version for row in needs], np.int64),
            offer_keys=np.array([row.pk for row in offers], np.int64),
            offer_versions=np.array([row.version for row in offers], np.int64),
            model=np.array(model_id),
        )
    corpus.save(folder / "corpus")


def _read(folder: Path) -> Loaded:
    try:
        with np.load(folder / "keys.npz", allow_pickle=False) as kept:
            keys = dict(kept)
    except (OSError, ValueError, BadZipFile) as error:
        raise Torn(f"{folder / 'keys.npz'}: {error}") from error
    model_id = str(keys.pop("model", ""))
    provider = None if model_id == NONE else embedding.Known(model_id)
    corpus = Corpus.open(folder / "corpus", concepts=intake.concepts(), provider=provider)
    if (len(keys["need_keys"]), len(keys["offer_keys"])) != (len(corpus.need_ids), len(corpus.offer_ids)):
        raise Torn(f"{folder} belongs to other lists")
    return Loaded(corpus, **keys)


def prepare(run: MatchRun) -> None:
    """Build the folder of a run. A run whose vectors have gone since it was frozen goes on without a model."""
    try:
        loaded(run)
    except VectorsMissing:
        Scored.objects.filter(city=run.city, model_id=run.model_id).update(model_id=NONE)
        MatchRun.objects.filter(pk=run.pk).update(model_id=NONE)
        run.model_id = NONE
        loaded(run)
    forget_folders()


def forget_folders() -> list[str]:
    """Remove the folders of this machine that no run and no increment will ask for."""
    return tidy({name_of(run, model_id) for run in bases() for model_id in {run.model_id, NONE}})


def score(run: MatchRun, start: int, stop: int) -> bytes:
    """Score a range of opportunities against all capabilities; the result as bytes."""
    return loaded(run).corpus.score(start, stop).to_bytes()


def merge(run: MatchRun, results: Iterable[bytes]) -> list[Found]:
    """All ranges in one ranking: the pairs that are kept for either side, opportunity by opportunity."""
    plan, here = Plan.of(run), loaded(run)
    ranking = here.corpus.merge([ShardResult.from_bytes(bytes(result)) for result in results])
    pairs, keys, for_need, for_offer = kept_pairs(ranking, plan.keep_for_opportunity, plan.keep_for_capability)
    needs, offers = np.divmod(pairs, max(1, len(here.offer_keys)))
    columns = (
        here.need_keys[needs], here.offer_keys[offers], here.need_versions[needs], here.offer_versions[offers],
        score_of(keys), for_need, for_offer, eligible_of(keys),
    )  # fmt: skip
    return [
        Found(need, offer, v, w, score, r or None, q or None, VERDICTS.get(verdict))
        for need, offer, v, w, score, r, q, verdict in zip(*(column.tolist() for column in columns), strict=True)
    ]


def kept_pairs(ranking: Ranking, top_offers: int, top_needs: int) -> tuple[Integers, Integers, Integers, Integers]:
    """Pairs (need's place times number of offers plus offer's place) in order, their keys, and both ranks (0: not kept there).

    A pair is kept when it is among the best of its need or among the best of its offer.
    """
    width = max(1, len(ranking.offer_ids))
    rows, columns = ranking.rows[:, :top_offers], ranking.columns[:top_needs]
    need, place = np.nonzero(rows != NOTHING)
    by_need = need * width + by_rank(ranking.offer_ids)[0][id_rank_of(rows[need, place])]
    rank, offer = np.nonzero(columns != NOTHING)
    by_offer = by_rank(ranking.need_ids)[0][id_rank_of(columns[rank, offer])] * width + offer
    pairs, where = np.unique(np.concatenate([by_need, by_offer]), return_inverse=True)
    keys, for_need, for_offer = (np.zeros(len(pairs), np.int64) for _ in range(3))
    keys[where] = np.concatenate([rows[need, place], columns[rank, offer]])
    for_need[where[: len(by_need)]] = place + 1
    for_offer[where[len(by_need) :]] = rank + 1
    return pairs, keys, for_need, for_offer


def with_parts(run: MatchRun, found: list[Found]) -> list[Found]:
    """The same pairs with the parts of their scores, need by need: one row of the corpus instead of many pairs.

    Parts that they bring already (of a ranker, say) come after the engine's.
    """
    here, told = loaded(run), []
    in_order = sorted(found, key=lambda each: (each.opportunity, each.capability))
    for opportunity, group in groupby(in_order, key=lambda each: each.opportunity):
        scored = here.corpus.scores_of(here.corpus.need_ids[here.need_places[opportunity]])
        for each in group:
            place = here.offer_places[each.capability]
            points = zip(PARTS, *scored.parts(0, place, here.corpus.settings), strict=True)
            told.append(replace(each, parts=[*(_part(*part) for part in points), *each.parts]))
    return told


def _part(code: str, points: float, possible: float) -> dict[str, Any]:
    return {"code": code, "earned": None if isnan(points) else float(points), "possible": float(possible)}


def parts(pair: PairScore) -> list[dict[str, Any]]:
    """The parts of a score as they are kept with a match: code, earned (None: unknown), possible."""
    return [_part(p.code, nan if p.points is None else p.points, p.possible) for p in pair.parts]


def corpus_for(city: str, records: Sequence[Need | Offer] = ()) -> Corpus | None:
    """The corpus of the last run over a city, None before the first: without its model when that has no vectors for `records`."""
    base = base_of(city)
    if base is None:
        return None
    texts = (text for record in records for text in texts_to_embed(record))
    known = base.model_id == NONE or not records or embedding.known(texts, base.model_id) is not None
    return loaded(base, base.model_id if known else NONE).corpus


def corpus_of_pair(need: Need, offer: Offer) -> Corpus:
    """A corpus of two texts, for the time before the first run."""
    return Corpus.build([need], [offer], concepts=intake.concepts(), day=timezone.localdate())
