"""A collection of needs and offers with its measures frozen: any pair, row, column or shard of it gives the same numbers."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import alike, exact, folder
from matching.engine.collected import Collected, collected
from matching.engine.concepts import Concepts
from matching.engine.conditions import judge
from matching.engine.exact import Flags, Small
from matching.engine.fusion import CHANNELS, channel_weights, few_of
from matching.engine.looking import Looked, Nearness, NeedHere, OfferHere
from matching.engine.meaning import Provider
from matching.engine.model import Floats, Integers, Need, Offer, PairScore, Part
from matching.engine.ranking import BARRED, NOTHING, UNKNOWN, Ranking, ShardResult, by_rank, id_rank_of
from matching.engine.scoring import (
    AllPairs,
    Row,
    Scored,
    alone,
    measure,
    parts,
    similar_to_all,
    similar_to_needs,
    viewed,
    weights_of,
)  # fmt: skip
from matching.engine.settings import PARTS, Settings
from matching.engine.sides import NeedSide, OfferSide, whole_of


class Corpus:
    """Needs and offers ready for matching; made by build() or open()."""

    def __init__(self, all_of_it: Collected) -> None:
        self._all = all_of_it
        self.frame = all_of_it.frame
        self.need_ids, self.offer_ids = all_of_it.need_ids, all_of_it.offer_ids
        self._weights = weights_of(self.settings)
        self._channels = channel_weights(self.settings, self.frame.model_id)
        self._tables = all_of_it.judged.tables()
        self._need_order, self._need_ranks = by_rank(self.need_ids)
        self._offer_order, self._offer_ranks = by_rank(self.offer_ids)

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
        return cls(collected(needs, offers, settings or Settings(), concepts, provider, day))

    def save(self, where: Path) -> None:
        """Write the collection with all that was measured, for open(); nobody ever sees a folder half written. OSError."""
        folder.save(self._all, where)

    @classmethod
    def open(cls, where: Path, *, concepts: Concepts | None = None, provider: Provider | None = None) -> "Corpus":
        """A collection written by save(): the same numbers to the last bit, its arrays shared by all who open it.

        `provider` is asked for new records only. `concepts` spare reading the list of technologies where it is the same.
        Raises Torn when a file is missing, short or altered, ValueError for a provider of another model.
        """
        return cls(folder.opened(where, concepts, provider))

    @property
    def settings(self) -> Settings:
        """The settings that it was built with."""
        return self.frame.settings

    @property
    def collected(self) -> Collected:
        """Everything that was measured, as arrays."""
        return self._all

    @property
    def needs(self) -> Sequence[Need]:
        """The records of the needs, read when asked for."""
        return self._all.needs_kept

    @property
    def offers(self) -> Sequence[Offer]:
        """The records of the offers, read when asked for."""
        return self._all.offers_kept

    @cached_property
    def _all_pairs(self) -> AllPairs:
        return AllPairs(self._all.offers.arrays, self._offer_ranks, self.settings)

    @cached_property
    def _need_place(self) -> dict[str, int]:
        return {found: place for place, found in enumerate(self.need_ids)}

    @cached_property
    def _offer_place(self) -> dict[str, int]:
        return {found: place for place, found in enumerate(self.offer_ids)}

    def score(
        self, start: int = 0, stop: int | None = None, progress: Callable[[int], None] | None = None
    ) -> ShardResult:
        """Score needs `start` to `stop` (places in the given order) against all offers; progress is told how many are done."""
        stop = len(self.need_ids) if stop is None else min(stop, len(self.need_ids))
        tops = self.settings.top_offers, self.settings.top_needs
        rows, columns = self._all_pairs.best(
            self._all.needs.arrays, self._need_ranks, self._tables, start, stop, *tops, progress
        )
        return ShardResult(start, rows, columns)

    def merge(self, results: Iterable[ShardResult]) -> Ranking:
        """One ranking from the results of all shards, whatever their number and order."""
        return Ranking(results, self.need_ids, self.offer_ids)

    def pair(self, need: str | Need, offer: str | Offer) -> PairScore:
        """One pair in full, by id or as records that need not be in the collection. KeyError for an unknown id."""
        return self._pair(self._need(need), self._offer(offer))

    def looked_at(self, need: str | Need, offer: str | Offer) -> Looked:
        """What a pair's score is made of. KeyError for an unknown id."""
        return self._look(self._need(need), self._offer(offer))

    def looked_at_each(self, need: str | Need, offers: Sequence[str | Offer]) -> list[Looked]:
        """The same for one need with several offers, in their order."""
        here, there = self._need(need), [self._offer(offer) for offer in offers]
        known = iter(self._look_at_known(here, np.array([each.place for each in there if each.known], dtype=np.int64)))
        return [next(known) if each.known else self._look(here, each) for each in there]

    def terms_in_common(self, need: str | Need, offer: str | Offer) -> tuple[Integers, Floats]:
        """Codes of the words that both have, and what each adds to the fused similarity, before what is usual is taken off."""
        left, right = self._need(need), self._offer(offer)
        terms, asked = left.words
        has = self._weights_of(right, terms)
        worth = asked.astype(np.float64) * has * exact.WORD * left.side.arrays.scales[left.place, 0]
        return self.frame.lexicon.codes[terms[has > 0]], worth[has > 0]

    def scores_of(self, need: str | Need) -> Scored:
        """Parts and scores of one need with every offer, in the order of the offers."""
        here, count = self._need(need), len(self.offer_ids)
        similar = similar_to_all(here.side.arrays, here.place, self._all.offers.arrays)
        fractions, scores, standings = np.empty((6, count)), np.empty(count), np.empty(count, dtype=np.int8)
        exact.rows(
            here.side.arrays, here.place, self._view(here), self._all.offers.arrays, np.arange(count), similar,
            self._weights, fractions, scores, standings,
        )  # fmt: skip
        return Scored([row[None, :] for row in fractions], scores[None, :], standings.astype(np.int64)[None, :])

    def scores_for(self, offer: str | Offer) -> Scored:
        """Parts and scores of every need with one offer, in the order of the needs."""
        fractions, scores, standings, _keys = self._column(self._offer(offer))
        return Scored([row[:, None] for row in fractions], scores[:, None], standings.astype(np.int64)[:, None])

    def match_need(
        self, need: str | Need, top: int = 50, *, besides: Iterable[Offer] = (), without: Collection[str] = ()
    ) -> list[PairScore]:
        """The best offers of one need, best first, with ranks for the need.

        `besides` are offers that came or changed after the collection was made, `without` ids of those that are gone.
        """
        here = self._need(need)
        others = {offer.id: self._pair(here, self._offer(offer)) for offer in besides}
        left_out = {self._offer_place[each] for each in {*without, *others} if each in self._offer_place}
        ranks = self._need_ranks if here.known else np.zeros(1, dtype=np.int64)
        rows, _columns = self._all_pairs.best(
            here.side.arrays, ranks, self._tables_of(here, None), here.place, here.place + 1, top + len(left_out), 0
        )
        places = [int(self._offer_order[rank]) for rank in id_rank_of(rows[0][rows[0] != NOTHING])]
        kept = [place for place in places if place not in left_out][:top]
        best = [
            self._told(looked.fractions, looked.score, looked.eligible, here.record, self.offers[place])
            for place, looked in zip(kept, self._look_at_known(here, np.array(kept, dtype=np.int64)), strict=True)
        ]
        ordered = sorted([*best, *others.values()], key=lambda pair: _order(pair, pair.offer_id))[:top]
        return [replace(pair, rank_for_need=rank) for rank, pair in enumerate(ordered, 1)]

    def match_offer(
        self, offer: str | Offer, top: int = 50, *, besides: Iterable[Need] = (), without: Collection[str] = ()
    ) -> list[PairScore]:
        """The best needs of one offer, best first, with ranks for the offer; see match_need."""
        here = self._offer(offer)
        others = {need.id: self._pair(self._need(need), here) for need in besides}
        left_out = {self._need_place[each] for each in {*without, *others} if each in self._need_place}
        fractions, scores, standings, keys = self._column(here)
        kept = [place for place in np.argsort(-keys)[: top + len(left_out)].tolist() if place not in left_out][:top]
        best = [
            self._told(fractions[:, at].tolist(), float(scores[at]), int(standings[at]), self.needs[at], here.record)
            for at in kept
        ]
        ordered = sorted([*best, *others.values()], key=lambda pair: _order(pair, pair.need_id))[:top]
        return [replace(pair, rank_for_offer=rank) for rank, pair in enumerate(ordered, 1)]

    def need(self, found: str) -> Need:
        """The need with an id. KeyError."""
        return self._all.needs_kept[self._need_place[found]]

    def offer(self, found: str) -> Offer:
        """The offer with an id. KeyError."""
        return self._all.offers_kept[self._offer_place[found]]

    def _known_need(self, place: int) -> NeedHere:
        return NeedHere(self._all.needs_kept[place], self._all.needs, place, known=True)

    def _known_offer(self, place: int) -> OfferHere:
        return OfferHere(self._all.offers_kept[place], self._all.offers, place, known=True)

    def _need(self, need: str | Need) -> NeedHere:
        if isinstance(need, str):
            return self._known_need(self._need_place[need])
        place = self._need_place.get(need.id)
        if place is not None and self._all.needs_kept[place] == need:
            return self._known_need(place)
        frame, offers = self.frame, self._all.offers.arrays
        read = frame.read([need])
        arrays, classes = frame.need_arrays(
            [need], frame.meaning([need], read), frame.queries(read), frame.tagged(read)
        )
        found, spreads, best = measure(
            arrays, offers, self._all.references, self._all.reference_meaning, self.settings, self._channels
        )
        found = found._replace(taken=self._all.levels.taken_from_needs(best, self.settings))
        return NeedHere(need, NeedSide(found, classes, best, spreads), 0, known=False)

    def _offer(self, offer: str | Offer) -> OfferHere:
        if isinstance(offer, str):
            return self._known_offer(self._offer_place[offer])
        place = self._offer_place.get(offer.id)
        if place is not None and self._all.offers_kept[place] == offer:
            return self._known_offer(place)
        side = self._by_itself(offer)
        new = OfferHere(offer, side, 0, known=False)
        arrays = side.arrays._replace(
            taken=self._all.levels.taken_from_offers(self._nearness_to_needs(new), self.settings)
        )
        return replace(new, side=replace(side, arrays=arrays))

    def _by_itself(self, offer: Offer) -> OfferSide:
        frame = self.frame
        read = frame.read([offer])
        words, tags = frame.documents(read.texts), frame.tagged(read)
        none = np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int16)
        named = none[0], np.zeros(min(1, len(tags.columns)), dtype=np.int32), none[2]
        arrays, classes = frame.offer_arrays([offer], frame.meaning([offer], read), none, named)
        return OfferSide(arrays, classes, words, tags)

    def _nearness_to_needs(self, offer: OfferHere) -> Floats:
        references = self._all.reference_needs
        similar = self._similar_to_needs(offer, references)
        fused = np.empty(len(references.owner))
        exact.fused_all(references, similar, fused)
        few = few_of(self.settings.hub_neighbours, len(fused))
        best = np.sort(fused)[-few:]
        return np.array([sum(best.tolist()) / few if len(best) == few else 0.0])

    def _words_of(self, offer: OfferHere) -> Row:
        """Terms and weights of one offer."""
        if offer.side.words:
            return offer.side.words.row(0)
        return self.frame.documents(self.frame.lexicon.counts([whole_of(offer.record)])).row(0)

    def _tags_of(self, offer: OfferHere) -> Row:
        return (offer.side.tags or self.frame.tagged(self.frame.read([offer.record]))).row(0)

    def _weights_of(self, offer: OfferHere, terms: Small) -> Integers:
        """The weights that an offer has for some terms."""
        arrays, found = offer.side.arrays, np.zeros(len(terms), dtype=np.int64)
        if not offer.known:
            return _looked_up(*self._words_of(offer), terms)
        alike.weights_at(arrays.word_start, arrays.word_offer, arrays.word_weight, terms, offer.place, found)
        return found

    def _tag_weights_of(self, offer: OfferHere, tags: Small) -> Integers:
        arrays, found = offer.side.arrays, np.zeros(len(tags), dtype=np.int64)
        if not offer.known:
            return _looked_up(*self._tags_of(offer), tags)
        alike.weights_at(arrays.tag_start, arrays.tag_offer, arrays.tag_weight, tags, offer.place, found)
        return found

    def _similar_to_needs(self, offer: OfferHere, needs: exact.NeedArrays | None = None) -> Integers:
        arrays = self._all.needs.arrays if needs is None else needs
        meaning = offer.side.arrays.meaning[offer.place]
        sizes = len(self.frame.lexicon.codes), max(1, len(self.frame.concepts.tags))
        return similar_to_needs(arrays, meaning, self._words_of(offer), self._tags_of(offer), *sizes)

    def _similar(self, need: NeedHere, offer: OfferHere) -> Integers:
        """Words, meaning and technologies that a pair shares: an array of three by one."""
        found = np.zeros((3, 1), dtype=np.int64)
        (terms, asked), (tags, named) = need.words, need.tags
        found[0] = asked.astype(np.int64) @ self._weights_of(offer, terms)
        meaning = need.side.arrays.meaning[need.place]
        alike.products(offer.side.arrays.meaning[offer.place : offer.place + 1], meaning, found[1])
        found[2] = named.astype(np.int64) @ self._tag_weights_of(offer, tags)
        return found

    def _tables_of(self, need: NeedHere | None, offer: OfferHere | None) -> exact.Tables:
        left = None if need is None or need.known else need.side.classes
        right = None if offer is None or offer.known else offer.side.classes
        return self._tables if left is None and right is None else self._all.judged.tables(left, right)

    def _view(self, need: NeedHere) -> exact.View:
        """How one need sees all classes of the collection's offers."""
        return viewed(need.side.arrays, need.place, 1, self._all.offers.arrays, self._tables_of(need, None))

    def _column(self, offer: OfferHere) -> tuple[Floats, Floats, Flags, Integers]:
        """Parts (6 by needs), scores, standings and keys of every need with one offer."""
        needs, count = self._all.needs.arrays, len(self.need_ids)
        arrays = alone(offer.side.arrays, offer.place)
        view = viewed(needs, 0, count, arrays, self._tables_of(None, offer))
        found = np.empty((6, count)), np.empty(count), np.empty(count, dtype=np.int8), np.empty(count, dtype=np.int64)
        exact.column(needs, view, arrays, 0, self._similar_to_needs(offer), self._weights, self._need_ranks, *found)
        return found

    def _look(self, need: NeedHere, offer: OfferHere) -> Looked:
        one = alone(offer.side.arrays, offer.place)
        view = viewed(need.side.arrays, need.place, 1, one, self._tables_of(need, offer))
        return self._judged(need, view, one, np.zeros(1, dtype=np.int64), self._similar(need, offer))[0]

    def _look_at_known(self, need: NeedHere, places: Integers) -> list[Looked]:
        """One need with offers of the collection, at once."""
        offers = self._all.offers.arrays
        similar = np.zeros((3, len(places)), dtype=np.int64)
        alike.similar_at(need.side.arrays, need.place, offers, places, similar)
        return self._judged(need, self._view(need), offers, places, similar)

    def _judged(
        self, need: NeedHere, view: exact.View, offers: exact.OfferArrays, places: Integers, similar: Integers
    ) -> list[Looked]:
        count = len(places)
        fractions, scores, standings = np.empty((6, count)), np.empty(count), np.empty(count, dtype=np.int8)
        exact.rows(
            need.side.arrays, need.place, view, offers, places, similar, self._weights, fractions, scores, standings
        )
        arrays = need.side.arrays
        found = similar[:2].T * np.array([exact.WORD, exact.COSINE])
        usual = found - arrays.means[need.place]
        standard, weighed = usual / need.side.spreads[need.place], usual * arrays.scales[need.place]
        return [
            Looked(tuple(values), score, standing, _nearness(near, hub))
            for values, score, standing, hub, *near in zip(
                fractions.T.tolist(), scores.tolist(), standings.tolist(), offers.taken[places].tolist(),
                found.tolist(), standard.tolist(), weighed.tolist(), strict=True,
            )
        ]  # fmt: skip

    def _pair(self, need: NeedHere, offer: OfferHere) -> PairScore:
        looked = self._look(need, offer)
        return self._told(looked.fractions, looked.score, looked.eligible, need.record, offer.record)

    def _told(self, fractions: Sequence[float], score: float, eligible: int, need: Need, offer: Offer) -> PairScore:
        found = [_part(*each) for each in zip(PARTS, *parts(fractions, self.settings), strict=True)]
        if eligible == BARRED:
            found.append(Part("barred", score - sum(part.points or 0.0 for part in found), 0.0))
        conditions = judge(self.frame.rules, need, offer)
        return PairScore(
            need.id, offer.id, round(score, 6),
            None if eligible == UNKNOWN else eligible != BARRED,
            tuple(c.code for c in conditions if c.verdict == "barred"), tuple(found), conditions,
        )  # fmt: skip


def _nearness(near: list[list[float]], hub: float) -> Nearness:
    named = [dict(zip(CHANNELS, each, strict=True)) for each in near]
    return Nearness(named[0], named[1], named[2], hub)


def _looked_up(columns: Small, weights: NDArray[Any], wanted: Small) -> Integers:
    """The weights of some columns of a sparse row; 0 for those that it has not."""
    if not len(columns):
        return np.zeros(len(wanted), dtype=np.int64)
    places = np.searchsorted(columns, wanted)
    places[places == len(columns)] = 0
    return np.where(columns[places] == wanted, weights[places], 0).astype(np.int64)


def _part(code: str, points: float, possible: float) -> Part:
    return Part(code, None if np.isnan(points) else float(points), float(possible))


def _order(pair: PairScore, across: str) -> tuple[bool, float, str]:
    """Barred pairs last, then the score, then the id: as keys sort."""
    return pair.eligible is False, -pair.score, across
