"""What a learned ranker looks at in a pair: what the engine has measured of it anyway. NaN is unknown."""

from collections.abc import Sequence
from functools import lru_cache
from math import log1p, nan

import numpy as np

from matching.engine.corpus import Corpus
from matching.engine.fusion import CHANNELS
from matching.engine.learning import BARRED_PAIR
from matching.engine.looking import Looked
from matching.engine.model import Floats, Need, Offer
from matching.engine.ranking import BARRED, UNKNOWN
from matching.engine.settings import PARTS
from matching.engine.sides import title_of, whole_of

REMEMBERED = 8192
NAMES = (
    *PARTS,
    *(f"{part}_unknown" for part in PARTS),
    *CHANNELS,
    *(f"{name}_standard" for name in CHANNELS),
    "hub", "eligible_unknown", BARRED_PAIR, "title_in_offer", "title_in_need", "pieces_shared",
    "need_title_length", "need_length", "offer_title_length", "offer_length",
    "requirements", "trl_asked", "trl_given", "budget_given", "price_given", "titles_given", "technologies_named",
)  # fmt: skip


def rows(corpus: Corpus, need: str | Need, offers: Sequence[str | Offer]) -> tuple[Floats, Floats]:
    """Scores of the fixed fusion (0 to 100) and features (offers by NAMES) of one need with several offers.

    By ids or as records that need not be in the collection. KeyError for an unknown id.
    """
    left = corpus.need(need) if isinstance(need, str) else need
    records = [corpus.offer(offer) if isinstance(offer, str) else offer for offer in offers]
    each = corpus.looked_at_each(need, offers)
    found = [[*_measured(looked), *_texts(left, record)] for looked, record in zip(each, records, strict=True)]
    base = np.array([round(looked.score, 6) for looked in each])
    return base, np.array(found, dtype=np.float64).reshape(-1, len(NAMES))


def _measured(looked: Looked) -> list[float]:
    """What the engine measures of one pair."""
    near, shares = looked.nearness, looked.fractions
    unknown = [float(np.isnan(share)) for share in shares]
    return [
        *shares,
        *unknown,
        *near.found.values(),
        *near.standard.values(),
        near.hub,
        float(looked.eligible == UNKNOWN),
        float(looked.eligible == BARRED),
    ]


def _texts(need: Need, offer: Offer) -> list[float]:
    titles, wholes = (title_of(need), title_of(offer)), (whole_of(need), whole_of(offer))
    left, right = _pieces(wholes[0]), _pieces(wholes[1])
    return [
        _share(_pieces(titles[0]), right), _share(_pieces(titles[1]), left), log1p(len(left & right)),
        log1p(len(titles[0])), log1p(len(wholes[0])), log1p(len(titles[1])), log1p(len(wholes[1])),
        float(len(need.requirements)), float(need.min_trl is not None), float(offer.trl is not None),
        float(need.budget_max is not None), float(offer.price_min is not None), float(offer.titles is not None),
        float(len(offer.technologies)),
    ]  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _pieces(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _share(asked: frozenset[str], given: frozenset[str]) -> float:
    return len(asked & given) / len(asked) if asked else nan
