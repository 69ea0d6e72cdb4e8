"""Scores of all pairs of two sides: the parts, and their sum."""

from dataclasses import dataclass

import numpy as np

from matching.engine.facets import CLOSE, CONCEPTS, FIELD, SECTOR
from matching.engine.fusion import Hubs, Standard, fractions, fused
from matching.engine.lexical import similarities
from matching.engine.meaning import cosines
from matching.engine.model import Floats, Integers
from matching.engine.ranking import BARRED
from matching.engine.settings import PARTS, Settings
from matching.engine.sides import Frame, NeedSide, OfferSide, eligibility, facet_rows

BARRED_KEEPS = 0.01  # of a barred pair's score: enough to rank barred pairs among themselves


@dataclass(frozen=True)
class Scored:
    """Pairs of needs by offers. `points` has the parts in the order of PARTS, NaN where unknown; `possible` likewise."""

    points: Floats
    possible: Floats
    scores: Floats
    eligible: Integers


def compare(needs: NeedSide, offers: OfferSide) -> list[Floats]:
    """The similarities of texts: words of the title, words of the whole text, meaning."""
    return [
        similarities(needs.by_title, offers.postings),
        similarities(needs.by_text, offers.postings),
        cosines(needs.meaning, offers.meaning),
    ]


def score(
    needs: NeedSide, offers: OfferSide, frame: Frame, found: list[Floats], standard: Standard, hubs: Hubs
) -> Scored:
    """Parts and scores of all pairs, from their similarities and what is usual for each need and offer."""
    settings = frame.settings
    facets = facet_rows(needs, offers, frame)
    fit = fractions(fused(found, standard, settings), standard.best, hubs, settings)
    values = np.stack([fit, _field_technology(needs, offers, facets), *(facets[name] for name in PARTS[2:])])
    points, possible = _points(values, settings)
    total = np.nansum(points, axis=0)
    eligible = eligibility(needs, offers, frame)
    return Scored(points, possible, np.where(eligible == BARRED, BARRED_KEEPS * total, total), eligible)


def _field_technology(needs: NeedSide, offers: OfferSide, facets: dict[str, Floats]) -> Floats:
    named = np.any(needs.concepts, axis=1)[:, None] & np.any(offers.concepts, axis=1)[None, :]
    near = np.where(named, np.minimum(1.0, cosines(needs.concepts, offers.concepts) / CLOSE), np.nan)
    values = np.stack([facets["field"], facets["sector"], near])
    weights = np.where(np.isnan(values), 0.0, np.array([FIELD, SECTOR, CONCEPTS])[:, None, None])
    total = weights.sum(axis=0)
    found: Floats = np.where(total > 0, np.nansum(values * weights, axis=0) / np.where(total > 0, total, 1.0), np.nan)
    return found


def _points(values: Floats, settings: Settings) -> tuple[Floats, Floats]:
    """Points and possible points: unknown parts are left out and the others stand for the whole, so that they add up to 100."""
    weights = np.array(list(settings.points.values()))[:, None, None]
    known = ~np.isnan(values)
    weighed = np.where(known, values, 0.0) * weights
    of_content = (weights[:2] * known[:2]).sum(axis=0)
    relevance = weighed[:2].sum(axis=0) / of_content
    weighed[2:] *= np.minimum(1.0, relevance / settings.full_relevance)
    scale = 100.0 / (weights * known).sum(axis=0)
    return np.where(known, weighed * scale, np.nan), np.where(known, weights * scale, weights)
