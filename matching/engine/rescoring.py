"""One pair scored anew when nothing but facts has changed: the texts' likeness is given, everything else is worked out again."""

from dataclasses import dataclass

import numpy as np

from matching.engine.conditions import judge
from matching.engine.facets import CONCEPTS, FIELD, SECTOR
from matching.engine.model import Floats, Need, Offer
from matching.engine.ranking import BARRED, BARRED_KEEPS, ELIGIBLE, UNKNOWN
from matching.engine.reading import read
from matching.engine.scoring import Scored
from matching.engine.settings import PARTS, Settings
from matching.engine.sides import Frame

NOTHING = 1e-9  # what rounding leaves


@dataclass(frozen=True)
class Pair:
    """`score` as the engine gives it; `eligible` is BARRED, UNKNOWN or ELIGIBLE; `fractions` of the parts, NaN where unknown."""

    score: float
    eligible: int
    fractions: Floats


def rescored(frame: Frame, need: Need, offer: Offer, fit: float, near: float | None) -> Pair:
    """The pair, where the texts earn the fraction `fit` of their points and the technologies are as `near` (see closeness_in)."""
    values = {facet.code: _value(facet, need, offer) for facet in frame.facets}
    content = np.array([values["field"], values["sector"], np.nan if near is None else near])
    weights = np.array([FIELD, SECTOR, CONCEPTS]) * ~np.isnan(content)
    field_technology = float(np.nansum(content * weights) / weights.sum()) if weights.sum() else np.nan
    fractions = np.array([fit, field_technology, *(values[code] for code in PARTS[2:])])
    verdicts = {condition.verdict for condition in judge(frame.rules, need, offer)}
    eligible = BARRED if "barred" in verdicts else UNKNOWN if "unknown" in verdicts else ELIGIBLE
    total = _total(fractions, frame.settings)
    return Pair(BARRED_KEEPS * total if eligible == BARRED else total, eligible, fractions)


def closeness(frame: Frame, need: Need, offer: Offer) -> float | None:
    """How close two listings are in technology, 0 to 1; None where one of them names none."""
    left, right = (read(each, frame.concepts).tags for each in (need, offer))
    return frame.closeness(left, right) if left.any() and right.any() else None


def closeness_in(frame: Frame, need: Need, offer: Offer, fraction: float) -> float | None:
    """The same, read back from the fraction (NaN: unknown) that field and technology earn together: nothing is compared again."""
    left, right = (read(each, frame.concepts).tags for each in (need, offer))
    if fraction != fraction or not (left.any() and right.any()):
        return None
    values = {facet.code: _value(facet, need, offer) for facet in frame.facets[:2]}
    known = [
        (values[code], weight)
        for code, weight in (("field", FIELD), ("sector", SECTOR))
        if values[code] == values[code]
    ]
    total = CONCEPTS + sum(weight for _value_of_it, weight in known)
    near = (fraction * total - sum(value * weight for value, weight in known)) / CONCEPTS
    return 0.0 if near < NOTHING else min(1.0, near)


def _value(facet: object, need: Need, offer: Offer) -> float:
    key = facet.need_key(need)  # type: ignore[attr-defined]
    return float("nan") if key is None else float(facet.value(key, facet.offer_key(offer)))  # type: ignore[attr-defined]


def _total(fractions: Floats, settings: Settings) -> float:
    weights = np.array(list(settings.points.values()))
    known = ~np.isnan(fractions)
    earned = np.where(known, fractions, 0.0) * weights
    possible = weights * known
    near = min(1.0, earned[:2].sum() / possible[:2].sum() / settings.full_relevance)
    return float(100.0 * (earned[:2].sum() + near * earned[2:].sum()) / possible.sum())


def relevance(found: Scored, settings: Settings) -> Floats:
    """What share of the points for content (texts, field and technology) each pair earns, 0 to 1."""
    weights = np.array(list(settings.points.values()))[:2]
    content = np.stack(found.fractions[:2])
    known = ~np.isnan(content)
    earned = (np.where(known, content, 0.0) * weights[:, None, None]).sum(axis=0)
    shares: Floats = earned / (known * weights[:, None, None]).sum(axis=0)
    return shares
