"""What is known of one pair, and of each of its two sides while it is looked at."""

from dataclasses import dataclass

from matching.engine.lexical import Listed
from matching.engine.model import Need, Offer
from matching.engine.scoring import Row
from matching.engine.sides import NeedSide, OfferSide


@dataclass(frozen=True)
class Nearness:
    """What makes the texts of a pair alike, for each of CHANNELS: as found, by what is usual for the need, and weighed.

    The weighed ones add up to the fused similarity. `hub` is how near the offer is to needs in general.
    """

    found: dict[str, float]
    standard: dict[str, float]
    weighed: dict[str, float]
    hub: float


@dataclass(frozen=True)
class Looked:
    """One pair as it is decided: fractions of the parts in the order of PARTS (NaN where unknown), score, eligibility, nearness."""

    fractions: tuple[float, ...]
    score: float
    eligible: int
    nearness: Nearness


@dataclass(frozen=True)
class NeedHere:
    """One need: where it stands among which needs."""

    record: Need
    side: NeedSide
    place: int
    known: bool

    @property
    def words(self) -> Row:
        """The terms that it asks for, with their weights."""
        arrays = self.side.arrays
        return Listed(arrays.word_start, arrays.words, arrays.word_weight).row(self.place)

    @property
    def tags(self) -> Row:
        """Its technologies, with their weights."""
        arrays = self.side.arrays
        return Listed(arrays.tag_start, arrays.tags, arrays.tag_weight).row(self.place)


@dataclass(frozen=True)
class OfferHere:
    """One offer: where it stands among which offers."""

    record: Offer
    side: OfferSide
    place: int
    known: bool
