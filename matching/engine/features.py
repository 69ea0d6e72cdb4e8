"""What a learned ranker looks at in a pair: what the engine has measured of it anyway. NaN is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p, nan

import numpy as np

from matching.engine.corpus import Corpus
from matching.engine.fusion import Hubs, Standard
from matching.engine.model import Floats, Need, Offer
from matching.engine.ranking import UNKNOWN
from matching.engine.scoring import compare, score
from matching.engine.settings import PARTS
from matching.engine.sides import NeedSide, OfferSide, title_of, whole_of

WORTH_A_ROW = 1000  # measuring so many offers at once takes as long as measuring one by itself
REMEMBERED = 8192
SIMILARITIES = ("title_words", "all_words", "meaning")
NAMES = (
    *PARTS,
    *(f"{part}_unknown" for part in PARTS),
    *SIMILARITIES,
    *(f"{name}_standard" for name in SIMILARITIES),
    "hub", "eligible_unknown", "title_in_offer", "title_in_need", "pieces_shared",
    "need_title_length", "need_length", "offer_title_length", "offer_length",
    "requirements", "trl_asked", "trl_given", "budget_given", "price_given", "titles_given", "technologies_named",
)  # fmt: skip


def rows(corpus: Corpus, need: str | Need, offers: Sequence[str | Offer]) -> tuple[Floats, Floats]:
    """Scores of the fixed fusion (0 to 100) and features (offers by NAMES) of one need with several offers.

    By ids or as records that need not be in the collection. KeyError for an unknown id.
    """
    left, standard = corpus._one_need(need)
    many = len(offers) * WORTH_A_ROW >= len(corpus.offer_ids)
    whole = _measured(corpus, left, standard, corpus.offers, corpus.hubs) if many else None
    base, found = [], []
    for offer in offers:
        if whole is not None and isinstance(offer, str):
            one, place, record = whole, corpus._offer_place[offer], corpus.offer(offer)
        else:
            right, hubs = corpus._one_offer(offer)
            one, place, record = _measured(corpus, left, standard, right, hubs), 0, right.records[0]
        base.append(round(float(one.scores[place]), 6))
        found.append([*one.values[:, place].tolist(), *_texts(left.records[0], record)])
    return np.array(base), np.array(found, dtype=np.float64).reshape(-1, len(NAMES))


@dataclass(frozen=True)
class _Measured:
    """One need with several offers: scores, and what the engine measures (features by offers)."""

    scores: Floats
    values: Floats


def _measured(corpus: Corpus, left: NeedSide, standard: Standard, right: OfferSide, hubs: Hubs) -> _Measured:
    similarities = compare(left, right)
    scored = score(left, right, corpus.frame, similarities, standard, hubs)
    shares = np.stack([each[0] for each in scored.fractions])
    plain = np.stack([each[0] for each in similarities])
    usual = (plain - standard.means[0][:, None]) / standard.spreads[0][:, None]
    hub = hubs.offers if len(hubs.offers) else np.full(len(right.records), nan)
    unknown = (scored.eligible[0] == UNKNOWN).astype(np.float64)
    return _Measured(scored.scores[0], np.vstack([shares, np.isnan(shares), plain, usual, hub, unknown]))


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
