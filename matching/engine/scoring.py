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
    """Pairs of needs by offers. `fractions` of each part's points in the order of PARTS, NaN where unknown."""

    fractions: list[Floats]
    scores: Floats
    eligible: Integers

    def parts(self, need: int, offer: int, settings: Settings) -> tuple[Floats, Floats]:
        """Points (NaN where unknown) and possible points of one pair's parts."""
        values = np.array([fraction[need, offer] for fraction in self.fractions])
        weights = np.array(list(settings.points.values()))
        known = ~np.isnan(values)
        gate = _gate([np.asarray(value) for value in values[:2]], weights, settings)
        counted = np.where(known, values, 0.0) * np.array([1.0, 1.0, *(gate,) * 4])
        scale = 100.0 / (weights * known).sum()
        return np.where(known, weights * counted * scale, np.nan), np.where(known, weights * scale, weights)


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
    values = [fit, _field_technology(needs, offers, facets), *(facets[name] for name in PARTS[2:])]
    total = _total(values, settings)
    eligible = eligibility(needs, offers, frame)
    return Scored(values, np.where(eligible == BARRED, BARRED_KEEPS * total, total), eligible)


def _field_technology(needs: NeedSide, offers: OfferSide, facets: dict[str, Floats]) -> Floats:
    named = np.any(needs.concepts, axis=1)[:, None] & np.any(offers.concepts, axis=1)[None, :]
    near = np.where(named, np.minimum(1.0, cosines(needs.concepts, offers.concepts) / CLOSE), np.nan)
    values = np.stack([facets["field"], facets["sector"], near])
    weights = np.where(np.isnan(values), 0.0, np.array([FIELD, SECTOR, CONCEPTS])[:, None, None])
    total = weights.sum(axis=0)
    found: Floats = np.where(total > 0, np.nansum(values * weights, axis=0) / np.where(total > 0, total, 1.0), np.nan)
    return found


def _total(values: list[Floats], settings: Settings) -> Floats:
    """Scores: unknown parts are left out and the others stand for the whole, so that they add up to 100."""
    weights = np.array(list(settings.points.values()))
    gate = _gate(values[:2], weights, settings)
    earned, possible = np.zeros_like(values[0]), np.zeros_like(values[0])
    for place, (value, weight) in enumerate(zip(values, weights, strict=True)):
        known = ~np.isnan(value)
        possible += weight * known
        earned += np.where(known, value, 0.0) * (weight if place < 2 else weight * gate)
    found: Floats = 100.0 * earned / possible
    return found


def _gate(content: list[Floats], weights: Floats, settings: Settings) -> Floats:
    """How far conditions count: in full where the content is related, in proportion where it is not."""
    known = [~np.isnan(value) for value in content]
    earned = sum(weight * np.where(k, value, 0.0) for weight, k, value in zip(weights, known, content, strict=False))
    possible = sum(weight * k for weight, k in zip(weights, known, strict=False))
    found: Floats = np.minimum(1.0, earned / possible / settings.full_relevance)
    return found
