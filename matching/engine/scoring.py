"""What is measured of needs and offers over all pairs, and the best pairs of both sides: blocks of needs by tiles of offers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import alike, exact, measuring, sweep
from matching.engine.compiled import compiled, fixed
from matching.engine.exact import NeedArrays, OfferArrays, Short, Small, Tables, View, Weights
from matching.engine.fusion import few_of, standard
from matching.engine.model import Floats, Integers, Matrix
from matching.engine.settings import PARTS, Settings

TILE = 4096  # offers at a time: what is known of them then stays close to the processor
BLOCK = 512  # needs at a time: enough for matrix products at full speed
TABLES = 1 << 22  # entries of the small tables of a block, at most
Row = tuple[Small, NDArray[Any]]
REFERENCES = 8192  # offers that nearness in meaning is measured over, at most


@dataclass(frozen=True)
class Scored:
    """Pairs of needs by offers. `fractions` of each part's points in the order of PARTS, NaN where unknown."""

    fractions: list[Floats]
    scores: Floats
    eligible: Integers

    def parts(self, need: int, offer: int, settings: Settings) -> tuple[Floats, Floats]:
        """Points (NaN where unknown) and possible points of one pair's parts."""
        return parts([float(fraction[need, offer]) for fraction in self.fractions], settings)


def weights_of(settings: Settings) -> Weights:
    """The settings as the compiled functions take them."""
    others = (settings.full_relevance, settings.fit_middle, settings.fit_width)
    return Weights(*map(float, (*settings.points.values(), *others)))


def parts(fractions: Sequence[float], settings: Settings) -> tuple[Floats, Floats]:
    """Points (NaN where unknown) and possible points of the parts with these fractions."""
    values, points = np.array(fractions), np.array(list(settings.points.values()))
    known = ~np.isnan(values)
    gate = _gate(fractions[0], fractions[1], weights_of(settings))
    counted = np.where(known, values, 0.0) * np.array([1.0, 1.0, *(gate,) * (len(PARTS) - 2)])
    possible = (points * known).sum()
    scale = 100.0 / possible if possible else 0.0
    return np.where(known, points * counted * scale, np.nan), np.where(known, points * scale, points)


@compiled
def _gate(of_fit: float, of_technology: float, weights: Weights) -> float:
    return exact.gate(of_fit, of_technology, weights)


def viewed(needs: NeedArrays, first: int, count: int, offers: OfferArrays, tables: Tables) -> View:
    """How needs from `first` on see all classes of offers."""
    shape = count, width(offers)
    view = View(np.empty(shape), np.zeros(shape), np.empty(shape, dtype=np.int8))
    exact.look(tables, needs, first, offers, view)
    return view


def width(offers: OfferArrays) -> int:
    """How many classes of offers there are in all."""
    return int(class_starts(offers)[-1])


def class_starts(offers: OfferArrays) -> Integers:
    """Where subjects, kinds, held, places and prices begin among all classes, and where they end."""
    sorts = (offers.subject_field, offers.kind_level, offers.held, offers.place, offers.price_low)
    return np.concatenate([[0], np.cumsum([len(sort) for sort in sorts])]).astype(np.int64)


def spread_evenly(order: Integers, most: int) -> Integers:
    """At most so many places, spread evenly over an order, in rising order."""
    if len(order) <= most:
        return np.sort(order)
    return np.sort(order[np.linspace(0, len(order) - 1, most).astype(np.int64)])


def measure(
    needs: NeedArrays,
    offers: OfferArrays,
    references: Integers,
    meaning: Short,
    settings: Settings,
    channels: Floats,
) -> tuple[NeedArrays, Floats, Floats]:
    """Needs with what is usual for them (means, scales), the spreads, and the mean of each one's best few fused similarities.

    Means of words are over all offers, the rest over the offers at `references`, whose vectors are `meaning`.
    """
    count, few = len(needs.owner), few_of(settings.hub_neighbours, len(references))
    means, spreads, best = np.zeros((count, 2)), np.ones((count, 2)), np.zeros(count)
    if not len(references):
        return needs._replace(means=means, scales=channels / spreads), spreads, best
    row = np.zeros(len(offers.owner), dtype=np.int32)
    known = meaning.astype(np.float32).T if count > 1 else None
    for begin, end in _steps(0, count, BLOCK):
        if known is None:
            dense = np.empty((1, len(references)), dtype=np.float32)
            alike.products(meaning, needs.meaning[0], dense[0])
        else:
            dense = np.dot(needs.meaning[begin:end].astype(np.float32), known)
        sums, near = np.empty((end - begin, 4)), np.empty((end - begin, len(references)))
        measuring.usual(needs, begin, offers, dense, references, row, sums, near)
        means[begin:end], spreads[begin:end] = standard(sums, len(offers.owner), len(references))
        here = part(needs, begin, end)._replace(means=means[begin:end], scales=channels / spreads[begin:end])
        measuring.best_of_rows(here, 0, near, dense, few, best[begin:end])
    return needs._replace(means=means, scales=channels / spreads), spreads, best


def part(needs: NeedArrays, begin: int, end: int) -> NeedArrays:
    """Some of the needs; terms and technologies stay where they are."""
    shared = {"words", "word_weight", "tags", "tag_weight"}
    starts = {"word_start", "tag_start"}
    return NeedArrays(*(
        array if name in shared else array[begin : end + (name in starts)] for name, array in needs._asdict().items()
    ))  # fmt: skip


def chosen(needs: NeedArrays, places: Integers) -> NeedArrays:
    """Some of the needs, at any places."""
    found = {name: array[places] for name, array in needs._asdict().items() if len(array) == len(needs.owner)}
    for start, columns, weights in (("word_start", "words", "word_weight"), ("tag_start", "tags", "tag_weight")):
        begin, end = getattr(needs, start)[places], getattr(needs, start)[places + 1]
        which = np.concatenate(
            [np.arange(a, b) for a, b in zip(begin, end, strict=True)] or [np.zeros(0, dtype=np.int64)]
        )
        found[start] = np.concatenate([[0], np.cumsum(end - begin)]).astype(np.int64)
        found[columns], found[weights] = getattr(needs, columns)[which], getattr(needs, weights)[which]
    return NeedArrays(**found)


def nearness_of_offers(needs: NeedArrays, offers: OfferArrays, few: int) -> Floats:
    """For each offer the mean of its best few fused similarities with these needs."""
    heaps = np.full((len(offers.owner), few), -np.inf)
    words, tags = cursors(needs, 0, len(needs.owner))
    sweep.set_cursors(needs, offers, 0, words, tags)
    of_words = np.empty(TILE, dtype=np.int32)
    for begin, end, dense in _products(needs, offers, 0, len(needs.owner)):
        measuring.best_of_columns(needs, 0, offers, begin, end, dense, words, of_words[: end - begin], heaps)
    found = np.empty(len(heaps))
    measuring.means_of(heaps, found)
    return found


def cursors(needs: NeedArrays, begin: int, end: int) -> tuple[Integers, Integers]:
    """Room for the cursors of needs begin to end, by words and by technologies."""
    most = [int(np.diff(start[begin : end + 1]).max(initial=0)) for start in (needs.word_start, needs.tag_start)]
    return np.empty((end - begin, most[0]), dtype=np.int64), np.empty((end - begin, most[1]), dtype=np.int64)


def _steps(start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + size, stop)) for begin in range(start, stop, size))


def _products(needs: NeedArrays, offers: OfferArrays, start: int, stop: int) -> Iterator[tuple[int, int, Matrix]]:
    """Products of the vectors of needs start to stop with those of all offers, tile by tile."""
    queries = needs.meaning[start:stop].astype(np.float32)
    dense = np.empty((stop - start, TILE), dtype=np.float32)
    tile = np.empty((TILE, queries.shape[1]), dtype=np.float32)
    for begin, end in _steps(0, len(offers.owner), TILE):
        if stop - start == 1:
            alike.products(offers.meaning[begin:end], needs.meaning[start], dense[0, : end - begin])
            yield begin, end, dense[:, : end - begin]
            continue
        here = tile[: end - begin]
        np.copyto(here, offers.meaning[begin:end])
        into = dense if end - begin == TILE else np.empty((stop - start, end - begin), dtype=np.float32)
        yield begin, end, np.dot(queries, here.T, out=into)


class AllPairs:
    """One collection's needs and offers, ready to find the best pairs of any needs with all offers."""

    def __init__(self, offers: OfferArrays, offer_ranks: Integers, settings: Settings) -> None:
        self._offers, self._ranks, self._weights = offers, offer_ranks, weights_of(settings)
        self._taken = (offers.taken / self._weights.width).astype(np.float32)
        self._named = offers.named.astype(np.float32)

    def best(
        self,
        needs: NeedArrays,
        need_ranks: Integers,
        tables: Tables,
        start: int,
        stop: int,
        top_offers: int,
        top_needs: int,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Integers, Integers]:
        """Keys of the best offers of needs start to stop (needs by top), and of each offer's best among them (top by offers).

        Best first; -1 where there are fewer.
        """
        offers = len(self._offers.owner)
        rows = np.full((max(0, stop - start), top_offers), -1, dtype=np.int64)
        columns = np.full((offers, top_needs), -1, dtype=np.int64)
        floors = np.full(offers, -np.inf if top_needs else np.inf, dtype=np.float32)
        for begin, end in _steps(start, stop, max(1, min(BLOCK, TABLES // max(1, width(self._offers))))):
            heaps = sweep.Heaps(rows[begin - start : end - start], columns, floors)
            if top_offers and offers:
                self._block(needs, need_ranks, tables, begin, end, heaps)
            if progress:
                progress(end - start)
        return np.sort(rows, axis=1)[:, ::-1], np.sort(columns, axis=1).T[::-1]

    def products(self, needs: NeedArrays, start: int, stop: int) -> Iterator[tuple[int, int, Matrix]]:
        """Products of the vectors of needs start to stop with those of all offers, tile by tile: (begin, end, products)."""
        return _products(needs, self._offers, start, stop)

    def _block(
        self, needs: NeedArrays, need_ranks: Integers, tables: Tables, start: int, stop: int, heaps: sweep.Heaps
    ) -> None:
        offers = self._offers
        view = viewed(needs, start, stop - start, offers, tables)
        packed = np.empty(view.values.shape, dtype=np.int32)
        sweep.pack(view, class_starts(offers), self._weights, packed)
        words, tags = cursors(needs, start, stop)
        sweep.set_cursors(needs, offers, start, words, tags)
        words_room, tags_room, subjects, classes = np.empty((4, TILE), dtype=np.int32)
        estimates, likely = np.empty(TILE, dtype=np.float32), np.empty(TILE, dtype=np.uint8)
        room = sweep.Scratch(words_room, tags_room, subjects, classes, estimates, likely)
        for begin, end, dense in self.products(needs, start, stop):
            sweep.tile(
                needs, start, view, packed, offers, begin, end, self._weights, dense, words, tags,
                self._taken, self._named, need_ranks, self._ranks, heaps, room,
            )  # fmt: skip


def similar_to_all(needs: NeedArrays, i: int, offers: OfferArrays) -> Integers:
    """Words, meaning and technologies that need i shares with every offer of a collection: an array of three by offers."""
    found = np.zeros((3, len(offers.owner)), dtype=np.int64)
    words = slice(needs.word_start[i], needs.word_start[i + 1])
    tags = slice(needs.tag_start[i], needs.tag_start[i + 1])
    alike.covered(
        offers.word_start, offers.word_offer, offers.word_weight, needs.words[words], needs.word_weight[words], found[0]
    )
    alike.products(offers.meaning, needs.meaning[i], found[1])
    alike.covered(
        offers.tag_start, offers.tag_offer, offers.tag_weight, needs.tags[tags], needs.tag_weight[tags], found[2]
    )
    return found


def similar_to_needs(
    needs: NeedArrays,
    meaning: Short,
    words: Row,
    tags: Row,
    terms: int,
    technologies: int,
) -> Integers:
    """Words, meaning and technologies of one offer with every need: an array of three by needs."""
    found = np.zeros((3, len(needs.owner)), dtype=np.int64)
    for which, (start, asked, weights), (columns, has), size in (
        (0, (needs.word_start, needs.words, needs.word_weight), words, terms),
        (2, (needs.tag_start, needs.tags, needs.tag_weight), tags, technologies),
    ):
        known = np.zeros(size, dtype=np.int32)
        known[columns] = has
        alike.answered(start, asked, weights, known, found[which])
    alike.products(needs.meaning, meaning, found[1])
    return found


def alone(offers: OfferArrays, j: int) -> OfferArrays:
    """One offer of a collection by itself; words and technologies left out."""
    starts = class_starts(offers)
    subject, kind, held, place, price = (offers.classes[j] - starts[:-1]).tolist()
    one, none = slice(j, j + 1), (np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int16))
    which = {
        "subject_field": subject, "subject_sector": subject, "kind_level": kind, "kind_verified": kind,
        "held": held, "place": place, "price_low": price, "price_high": price,
    }  # fmt: skip
    classes = {name: getattr(offers, name)[at : at + 1] for name, at in which.items()}
    return OfferArrays(
        meaning=offers.meaning[one], word_start=none[0], word_offer=none[1], word_weight=none[2], tag_start=none[0], tag_offer=none[1],
        tag_weight=none[2], named=offers.named[one], classes=fixed(np.arange(5, dtype=np.int32)[None, :]), **classes,
        owner=offers.owner[one], taken=offers.taken[one],
    )  # fmt: skip
