"""Where a pair stands among the offers of a need, and what those before it have that it lacks, part by part."""

from dataclasses import dataclass

import numpy as np

from matching.engine.corpus import Corpus
from matching.engine.model import Need, Offer, PairScore
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN, eligible_of, keys, score_of
from matching.engine.settings import PARTS

ROOM = 50  # places on an opportunity's list
COMPARED = 10  # the place that a pair is held against
_ELIGIBLE = {True: ELIGIBLE, False: BARRED, None: UNKNOWN}


class Ranks:
    """The offers of one need in their order, without the offer that is asked about."""

    def __init__(self, corpus: Corpus, need: str | Need, offer: str) -> None:
        self.scored = corpus.scores_of(need)
        places = np.arange(len(corpus.offer_ids))
        here = corpus._offer_place.get(offer)
        # a listing that the collection does not know comes last of those with the same score
        self._id_rank = len(places) if here is None else int(corpus._offer_ranks[here])
        found = keys(self.scored.scores, self.scored.eligible, corpus._offer_ranks[None, :])[0]
        self._others = found if here is None else np.delete(found, here)
        self._places = places if here is None else np.delete(places, here)

    @property
    def count(self) -> int:
        """How many offers there are with the one that is asked about."""
        return len(self._others) + 1

    def of(self, score: float, eligible: int) -> int:
        """The rank of a score, from 1; `eligible` is BARRED, UNKNOWN or ELIGIBLE."""
        key = keys(np.array([score]), np.array([eligible]), np.array([self._id_rank]))[0]
        return int((self._others > key).sum()) + 1

    def at(self, rank: int) -> tuple[int, float, bool]:
        """Who is at a rank among the others: place in the corpus, score, whether barred. IndexError when there is nobody."""
        order = np.argsort(-self._others)
        key = self._others[order[rank - 1]]
        return int(self._places[order[rank - 1]]), float(score_of(key)), int(eligible_of(key)) == BARRED


@dataclass(frozen=True)
class Gap:
    """One part of the score (wording.PART_NAMES): points of this pair and of the other one, None where unknown."""

    part: str
    mine: float | None
    theirs: float | None

    @property
    def difference(self) -> float:
        """What the other one has more."""
        return (self.theirs or 0.0) - (self.mine or 0.0)


@dataclass(frozen=True)
class Standing:
    """A pair's `rank` among `count` offers of its need; against the one at `compared` (0: nobody better to compare with)."""

    rank: int
    count: int
    compared: int
    behind: float
    gaps: tuple[Gap, ...]


def standing(corpus: Corpus, need: str | Need, offer: str | Offer, pair: PairScore | None = None) -> Standing:
    """Where a pair stands, and its difference to the tenth, the greatest first. KeyError for an unknown id."""
    pair = pair or corpus.pair(need, offer)
    ranks = Ranks(corpus, need, pair.offer_id)
    rank = ranks.of(pair.score, _ELIGIBLE[pair.eligible])
    if rank <= COMPARED:
        return Standing(rank, ranks.count, 0, 0.0, ())
    place, score, barred = ranks.at(COMPARED)
    points, _possible = ranks.scored.parts(0, place, corpus.settings)
    mine = {part.code: part.points for part in pair.parts}
    gaps = [Gap(code, mine[code], None if np.isnan(p) else float(p)) for code, p in zip(PARTS, points, strict=True)]
    if "barred" in mine or barred:
        gaps.append(Gap("barred", mine.get("barred", 0.0), score - float(np.nansum(points)) if barred else 0.0))
    told = sorted((gap for gap in gaps if abs(gap.difference) >= 0.05), key=lambda gap: -abs(gap.difference))
    return Standing(rank, ranks.count, COMPARED, score - pair.score, tuple(told))
