"""A collection of needs and offers with its measures frozen: any pair, row, column or shard of it gives the same numbers."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from matching.engine.concepts import Concepts
from matching.engine.conditions import judge
from matching.engine.fusion import BestOfColumns, Hubs, Standard, best_of_rows, fused, measure, trust
from matching.engine.meaning import Latent, Missing, Provider
from matching.engine.model import Floats, Integers, Need, Offer, PairScore, Part
from matching.engine.ranking import BARRED, UNKNOWN, Ranking, ShardResult, best, by_rank, keys
from matching.engine.records import Kept, kept
from matching.engine.scoring import Scored, compare, score
from matching.engine.settings import PARTS, Settings
from matching.engine.sides import Frame, NeedSide, OfferSide
from matching.engine.store import Array, read, write

BLOCK = 600_000  # pairs scored at a time: bounds memory to some hundred bytes each


class Corpus:
    """Needs and offers ready for matching; made by build()."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.needs, self.offers = frame.needs, frame.offers
        self.need_ids = [need.id for need in self.needs.records]
        self.offer_ids = [offer.id for offer in self.offers.records]
        self._need_place = {found: place for place, found in enumerate(self.need_ids)}
        self._offer_place = {found: place for place, found in enumerate(self.offer_ids)}
        self._need_ranks = by_rank(self.need_ids)[1]
        self._offer_ranks = by_rank(self.offer_ids)[1]
        self._standard = Standard.empty(len(self.need_ids))
        self._rows = max(1, BLOCK // max(1, len(self.offer_ids)))
        self._references = self._refer()
        self.hubs = self._measure_hubs()

    @classmethod
    def build(
        cls,
        needs: Sequence[Need],
        offers: Sequence[Offer],
        *,
        concepts: Concepts,
        day: date,
        settings: Settings | None = None,
        provider: Provider | None = None,
    ) -> "Corpus":
        """Read, measure and freeze. `day` is the day on which titles and deadlines are judged; without a provider, LSI.

        Raises ValueError for ids that are not unique.
        """
        for records in (needs, offers):
            if len({record.id for record in records}) != len(records):
                raise ValueError("ids must be unique on each side")
        return cls(Frame(needs, offers, settings or Settings(), concepts, provider, day))

    def save(self, folder: Path) -> None:
        """Write the collection with all that was measured, for open(); nobody ever sees a folder half written. OSError."""
        arrays: dict[str, Array] = {}
        for side, records in (("needs", self.needs.records), ("offers", self.offers.records)):
            arrays[f"{side}_records"], arrays[f"{side}_offsets"] = kept(records)
        for side, (titles, texts) in zip(("needs", "offers"), self.frame.embedded, strict=True):
            arrays[f"{side}_titles"], arrays[f"{side}_texts"] = titles, texts
        about = {
            "settings": self.settings.to_dict(),
            "day": self.frame.day.isoformat(),
            "model": self.frame.model_id,
            "common_directions": getattr(self.frame.provider, "common_directions", 0),
        }
        write(folder, arrays, about)

    @classmethod
    def open(cls, folder: Path, *, concepts: Concepts, provider: Provider | None = None) -> "Corpus":
        """A collection written by save(): the same numbers to the last bit. `provider` is asked for new records only.

        Raises Torn when a file is missing, short or altered, ValueError for a provider of another model.
        """
        arrays, about = read(folder)
        needs = Kept[Need](arrays["needs_records"], arrays["needs_offsets"])
        offers = Kept[Offer](arrays["offers_records"], arrays["offers_offsets"])
        model, common = about["model"], about["common_directions"]
        if provider is not None and provider.model_id != model:
            raise ValueError(f"the collection was made with {model}, not {provider.model_id}")
        vectors = [(arrays[f"{side}_titles"], arrays[f"{side}_texts"]) for side in ("needs", "offers")]
        known: Provider | None = provider or (None if model == Latent.model_id else Missing(model, common))
        settings, day = Settings.from_dict(about["settings"]), date.fromisoformat(about["day"])
        return cls(Frame(list(needs), list(offers), settings, concepts, known, day, vectors))

    @property
    def settings(self) -> Settings:
        """The settings that it was built with."""
        return self.frame.settings

    def score(
        self, start: int = 0, stop: int | None = None, progress: Callable[[int], None] | None = None
    ) -> ShardResult:
        """Score needs `start` to `stop` (places in the given order) against all offers; progress is told how many are done."""
        stop = len(self.need_ids) if stop is None else min(stop, len(self.need_ids))
        rows: list[Integers] = []
        columns = np.full((self.settings.top_needs, len(self.offer_ids)), -1, dtype=np.int64)
        for begin in range(start, stop, self._rows):
            end = min(begin + self._rows, stop)
            found = self._scored(begin, end)
            rows.append(
                best(keys(found.scores, found.eligible, self._offer_ranks[None, :]), self.settings.top_offers, 1)
            )
            block = keys(found.scores, found.eligible, self._need_ranks[begin:end, None])
            columns = best(np.vstack([columns, block]), self.settings.top_needs, 0)
            if progress:
                progress(end - start)
        empty = np.zeros((0, self.settings.top_offers), dtype=np.int64)
        return ShardResult(start, np.concatenate([empty, *rows]), columns)

    def merge(self, results: Iterable[ShardResult]) -> Ranking:
        """One ranking from the results of all shards, whatever their number and order."""
        return Ranking(results, self.need_ids, self.offer_ids)

    def pair(self, need: str | Need, offer: str | Offer) -> PairScore:
        """One pair in full, by id or as records that need not be in the collection. KeyError for an unknown id."""
        return self._pair_score(*self._one_need(need), *self._one_offer(offer))

    def scores_of(self, need: str | Need) -> Scored:
        """Parts and scores of one need with every offer, in the order of the offers."""
        return self._against_all(*self._one_need(need))

    def match_need(
        self, need: str | Need, top: int = 50, *, besides: Iterable[Offer] = (), without: Collection[str] = ()
    ) -> list[PairScore]:
        """The best offers of one need, best first, with ranks for the need.

        `besides` are offers that came or changed after the collection was made, `without` ids of those that are gone.
        """
        here = self._one_need(need)
        found = self._against_all(*here)
        others = {offer.id: self._pair_score(*here, *self._one_offer(offer)) for offer in besides}
        order = np.argsort(-keys(found.scores, found.eligible, self._offer_ranks[None, :])[0])
        left_out = {*without, *others}
        best_known = [p for p in order[: top + len(left_out)] if self.offer_ids[p] not in left_out][:top]
        ranked = [self._pair_score(*here, *self._one_offer(self.offer_ids[place])) for place in best_known]
        ordered = sorted([*ranked, *others.values()], key=lambda pair: _order(pair, pair.offer_id))[:top]
        return [replace(pair, rank_for_need=rank) for rank, pair in enumerate(ordered, 1)]

    def match_offer(
        self, offer: str | Offer, top: int = 50, *, besides: Iterable[Need] = (), without: Collection[str] = ()
    ) -> list[PairScore]:
        """The best needs of one offer, best first, with ranks for the offer; see match_need."""
        offers, hubs = self._one_offer(offer)
        self._measure_rows(0, len(self.need_ids))
        found = score(self.needs, offers, self.frame, compare(self.needs, offers), self._standard, hubs)
        others = {need.id: self._pair_score(*self._one_need(need), offers, hubs) for need in besides}
        order = np.argsort(-keys(found.scores, found.eligible, self._need_ranks[:, None])[:, 0])
        left_out = {*without, *others}
        best_known = [p for p in order[: top + len(left_out)] if self.need_ids[p] not in left_out][:top]
        ranked = [self._pair_score(*self._one_need(self.need_ids[place]), offers, hubs) for place in best_known]
        ordered = sorted([*ranked, *others.values()], key=lambda pair: _order(pair, pair.need_id))[:top]
        return [replace(pair, rank_for_offer=rank) for rank, pair in enumerate(ordered, 1)]

    def need(self, found: str) -> Need:
        """The need with an id. KeyError."""
        return self.needs.records[self._need_place[found]]

    def offer(self, found: str) -> Offer:
        """The offer with an id. KeyError."""
        return self.offers.records[self._offer_place[found]]

    def _scored(self, begin: int, end: int) -> Scored:
        block = self.needs.rows(begin, end)
        found = compare(block, self.offers)
        standard = self._measured(found, self._standard.of(slice(begin, end)))
        return score(block, self.offers, self.frame, found, standard, self.hubs)

    def _measured(self, found: list[Floats], standard: Standard) -> Standard:
        """The standard of some rows, filled in from their similarities to all offers unless it is known already."""
        if np.isnan(standard.best).any() and len(self.offer_ids):
            measure(found, standard)
            standard.best[:] = best_of_rows(fused(found, standard, self.settings), self.settings.hub_neighbours)
        return standard

    def _measure_rows(self, start: int, stop: int) -> None:
        for begin in range(start, stop, self._rows):
            standard = self._standard.of(slice(begin, min(begin + self._rows, stop)))
            if np.isnan(standard.best).any():
                self._measured(compare(self.needs.rows(begin, min(begin + self._rows, stop)), self.offers), standard)

    def _refer(self) -> tuple[NeedSide, Standard]:
        """The needs that hubs are measured by: all, or some spread evenly over the ids."""
        order = by_rank(self.need_ids)[0]
        count = min(len(order), self.settings.references)
        chosen = np.sort(order[np.linspace(0, len(order) - 1, count).astype(np.int64)]) if count else order
        records = [self.needs.records[place] for place in chosen]
        side = NeedSide(
            records,
            self.needs.by_title[chosen],
            self.needs.by_text[chosen],
            self.needs.meaning[chosen],
            self.needs.concepts[chosen],
        )
        return side, Standard.empty(count)

    def _measure_hubs(self) -> Hubs:
        side, standard = self._references
        columns = BestOfColumns(len(self.offer_ids), len(side.records), self.settings.hub_neighbours)
        for begin in range(0, len(side.records), self._rows):
            end = min(begin + self._rows, len(side.records))
            found = compare(side.rows(begin, end), self.offers)
            measured = self._measured(found, standard.of(slice(begin, end)))
            columns.add(fused(found, measured, self.settings))
        means = columns.means()
        if not len(means) or not len(standard.best):
            return Hubs(means)
        # an offer's hub value is measured over needs, a need's over offers
        trusts = trust(len(side.records)), trust(len(means))
        return Hubs(means, float(means.mean()), float(standard.best.mean()), *trusts)

    def _one_need(self, need: str | Need) -> tuple[NeedSide, Standard]:
        if not isinstance(need, str) and self._need_place.get(need.id) is not None and self.need(need.id) == need:
            need = need.id
        if isinstance(need, str):
            place = self._need_place[need]
            self._measure_rows(place, place + 1)
            return self.needs.rows(place, place + 1), self._standard.of(slice(place, place + 1))
        side = self.frame.need_side([need])
        return side, self._measured(compare(side, self.offers), Standard.empty(1))

    def _one_offer(self, offer: str | Offer) -> tuple[OfferSide, Hubs]:
        known = self._offer_place.get(offer.id) if isinstance(offer, Offer) else self._offer_place[offer]
        if known is not None and (isinstance(offer, str) or self.offers.records[known] == offer):
            return self.frame.one_offer(known), replace(self.hubs, offers=self.hubs.offers[known : known + 1])
        assert isinstance(offer, Offer)
        side = self.frame.offer_side([offer])
        references, standard = self._references
        columns = BestOfColumns(1, len(references.records), self.settings.hub_neighbours)
        columns.add(fused(compare(references, side), standard, self.settings))
        return side, replace(self.hubs, offers=columns.means())

    def _against_all(self, needs: NeedSide, standard: Standard) -> Scored:
        return score(needs, self.offers, self.frame, compare(needs, self.offers), standard, self.hubs)

    def _pair_score(self, needs: NeedSide, standard: Standard, offers: OfferSide, hubs: Hubs) -> PairScore:
        found = score(needs, offers, self.frame, compare(needs, offers), standard, hubs)
        need, offer = needs.records[0], offers.records[0]
        parts = [_part(*each) for each in zip(PARTS, *found.parts(0, 0, self.settings), strict=True)]
        total, eligible = float(found.scores[0, 0]), int(found.eligible[0, 0])
        if eligible == BARRED:
            parts.append(Part("barred", total - sum(part.points or 0.0 for part in parts), 0.0))
        conditions = judge(self.frame.rules, need, offer)
        return PairScore(
            need.id, offer.id, round(total, 6), None if eligible == UNKNOWN else eligible != BARRED,
            tuple(c.code for c in conditions if c.verdict == "barred"), tuple(parts), conditions,
        )  # fmt: skip


def _part(code: str, points: float, possible: float) -> Part:
    return Part(code, None if np.isnan(points) else float(points), float(possible))


def _order(pair: PairScore, across: str) -> tuple[bool, float, str]:
    """Barred pairs last, then the score, then the id: as keys sort."""
    return pair.eligible is False, -pair.score, across
