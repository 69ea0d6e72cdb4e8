"""What a learned ranker looks at in a pair: what the engine has measured of it anyway. NaN is unknown."""

from collections.abc import Sequence
from math import log1p, nan

import numpy as np

from matching.engine.corpus import Corpus
from matching.engine.model import Floats, Need, Offer
from matching.engine.ranking import UNKNOWN
from matching.engine.scoring import Scored, compare, score
from matching.engine.settings import PARTS
from matching.engine.sides import title_of, whole_of

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
    base, found = [], []
    for offer in offers:
        right, hubs = corpus._one_offer(offer)
        similarities = compare(left, right)
        scored = score(left, right, corpus.frame, similarities, standard, hubs)
        base.append(round(float(scored.scores[0, 0]), 6))
        plain = np.array([each[0, 0] for each in similarities])
        usual = (plain - standard.means[0]) / standard.spreads[0]
        hub = float(hubs.offers[0]) if len(hubs.offers) else nan
        unknown = float(scored.eligible[0, 0] == UNKNOWN)
        found.append(
            [*_parts(scored), *plain, *usual, hub, unknown, *_texts(left.records[0], right.records[0])],
        )
    return np.array(base), np.array(found, dtype=np.float64).reshape(-1, len(NAMES))


def _parts(scored: Scored) -> list[float]:
    shares = [float(each[0, 0]) for each in scored.fractions]
    return [*shares, *(float(np.isnan(share)) for share in shares)]


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


def _pieces(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _share(asked: frozenset[str], given: frozenset[str]) -> float:
    return len(asked & given) / len(asked) if asked else nan
