"""Ranks for both sides, from shards that may be scored anywhere in any order.

A scored pair is one whole number: eligibility before score before the other side's id, so that keys sort as pairs rank,
no two keys of a row or column are equal, and merging shards is taking the largest keys.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine.model import Floats, Integers

BARRED, UNKNOWN, ELIGIBLE = 0, 1, 2
ABOVE_BARRED = 200_000_000  # more than any score in millionths
RANKS = 2**24
SHIFT = 26
NOTHING = np.int64(-1)
BARRED_KEEPS = 0.01  # of a barred pair's score: enough to rank barred pairs among themselves


def keys(scores: Floats, eligible: Integers, id_ranks: Integers) -> Integers:
    """Keys of scored pairs. `scores` rounded to millionths; `id_ranks` the place of the other side's id among all ids."""
    millionths = np.rint(scores * 1e6).astype(np.int64) + np.where(eligible == BARRED, 0, ABOVE_BARRED)
    found: Integers = (millionths << SHIFT) | ((RANKS - 1 - id_ranks) << 2) | eligible
    return found


def score_of(key: Integers) -> Floats:
    """The scores in keys."""
    millionths = key >> SHIFT
    found: Floats = np.where(eligible_of(key) == BARRED, millionths, millionths - ABOVE_BARRED) / 1e6
    return found


def eligible_of(key: Integers) -> Integers:
    """BARRED, UNKNOWN or ELIGIBLE."""
    found: Integers = key & 3
    return found


def id_rank_of(key: Integers) -> Integers:
    """The place of the other side's id among all ids."""
    found: Integers = RANKS - 1 - ((key >> 2) & (RANKS - 1))
    return found


def best(found: Integers, few: int, axis: int) -> Integers:
    """The largest keys along an axis, largest first; padded with NOTHING when there are fewer."""
    size = found.shape[axis]
    if size > few:
        found = np.take(np.partition(found, size - few, axis=axis), np.arange(size - few, size), axis=axis)
    ordered = np.flip(np.sort(found, axis=axis), axis=axis)
    if size < few:
        width = [(0, 0), (0, 0)]
        width[axis] = (0, few - size)
        ordered = np.pad(ordered, width, constant_values=NOTHING)
    return ordered


@dataclass(frozen=True)
class ShardResult:
    """What one shard found: the best offers of its needs (needs by top), the best of its needs for each offer (top by offers)."""

    start: int
    rows: Integers
    columns: Integers

    def to_bytes(self) -> bytes:
        """The result as bytes, for keeping."""
        kept = io.BytesIO()
        np.savez_compressed(kept, start=np.int64(self.start), rows=self.rows, columns=self.columns)
        return kept.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "ShardResult":
        """A result kept by to_bytes."""
        with np.load(io.BytesIO(kept)) as found:
            return cls(int(found["start"]), found["rows"], found["columns"])


@dataclass(frozen=True)
class RankedPair:
    """One pair of a ranking. A rank is None beyond what is kept for that side."""

    need_id: str
    offer_id: str
    score: float
    eligible: bool | None
    rank_for_need: int | None
    rank_for_offer: int | None


class Ranking:
    """All shards' results in one: the best offers of every need and the best needs of every offer."""

    def __init__(self, results: Iterable[ShardResult], need_ids: Sequence[str], offer_ids: Sequence[str]) -> None:
        ordered = sorted(results, key=lambda result: result.start)
        self.need_ids, self.offer_ids = need_ids, offer_ids
        self._needs_by_rank, self._need_ranks = by_rank(need_ids)
        self._offers_by_rank, self._offer_ranks = by_rank(offer_ids)
        self.rows = np.concatenate([result.rows for result in ordered])
        few = ordered[0].columns.shape[0]
        self.columns = best(np.concatenate([result.columns for result in ordered]), few, axis=0)

    def pairs(self, top_offers: int, top_needs: int = 0) -> Iterator[RankedPair]:
        """The best offers of each need, need by need; then pairs that only the offers' side has among its best needs."""
        for need in range(len(self.need_ids)):
            yield from self.of_need(need, top_offers)
        given = {(n, o) for n in range(len(self.need_ids)) for o in self._offers_of(n)[:top_offers]}
        for offer in range(len(self.offer_ids) if top_needs else 0):
            for rank, key in enumerate(self.columns[:top_needs, offer], 1):
                if key != NOTHING and (self._need_of(key), offer) not in given:
                    pair = self._pair(self._need_of(key), offer, key, rank)
                    if pair:
                        yield pair

    def of_need(self, need: int, top: int) -> list[RankedPair]:
        """The best offers of one need (by its place), best first."""
        found = []
        for rank, key in enumerate(self.rows[need][:top], 1):
            if key != NOTHING:
                offer = int(self._offers_by_rank[id_rank_of(key)])
                found.append(self._ranked(need, offer, key, rank, self.rank_for_offer(need, offer, key)))
        return found

    def pair(self, need_id: str, offer_id: str) -> RankedPair | None:
        """One pair by ids, or None when neither side has it among its best. ValueError for an unknown id."""
        need, offer = self.need_ids.index(need_id), self.offer_ids.index(offer_id)
        row, column = self.rows[need], self.columns[:, offer]
        for_need = np.flatnonzero((row != NOTHING) & (id_rank_of(row) == self._offer_ranks[offer]))
        for_offer = np.flatnonzero((column != NOTHING) & (id_rank_of(column) == self._need_ranks[need]))
        if not len(for_need) and not len(for_offer):
            return None
        key = row[for_need[0]] if len(for_need) else column[for_offer[0]]
        ranks = [int(found[0]) + 1 if len(found) else None for found in (for_need, for_offer)]
        return self._ranked(need, offer, key, *ranks)

    def rank_for_offer(self, need: int, offer: int, row_key: Integers) -> int | None:
        """The rank of a need for an offer, from the key that the pair has in the need's row."""
        wanted = keys(score_of(row_key), eligible_of(row_key), self._need_ranks[need])
        column = self.columns[:, offer]
        place = int(np.searchsorted(-column, -wanted))
        return place + 1 if place < len(column) and column[place] == wanted else None

    def _pair(self, need: int, offer: int, column_key: Integers, rank_for_offer: int) -> RankedPair | None:
        wanted = keys(score_of(column_key), eligible_of(column_key), self._offer_ranks[offer])
        row = self.rows[need]
        place = int(np.searchsorted(-row, -wanted))
        if place >= len(row) or row[place] != wanted:
            return None
        return self._ranked(need, offer, column_key, place + 1, rank_for_offer)

    def _ranked(self, need: int, offer: int, key: Integers, for_need: int | None, for_offer: int | None) -> RankedPair:
        eligible = {BARRED: False, UNKNOWN: None, ELIGIBLE: True}[int(eligible_of(key))]
        return RankedPair(
            self.need_ids[need], self.offer_ids[offer], float(score_of(key)), eligible, for_need, for_offer
        )

    def _offers_of(self, need: int) -> list[int]:
        row = self.rows[need]
        return [int(offer) for offer in self._offers_by_rank[id_rank_of(row[row != NOTHING])]]

    def _need_of(self, key: Integers) -> int:
        return int(self._needs_by_rank[id_rank_of(key)])


def by_rank(ids: Sequence[str]) -> tuple[Integers, Integers]:
    """Places of ids in the order of the ids, and the rank of each place."""
    order = np.array(sorted(range(len(ids)), key=lambda place: ids[place]), dtype=np.int64)
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[order] = np.arange(len(ids))
    return order, ranks
