"""From three similarities to one fraction: standardised, summed, corrected for hubs, mapped to 0..1."""

from dataclasses import dataclass

import numpy as np

from matching.engine.model import Floats
from matching.engine.settings import Settings

# What is usual for each similarity (mean, spread), worth this many offers: keeps short lists from looking extreme.
USUAL = np.array([(0.04, 0.06), (0.02, 0.03), (0.0, 0.08)])
WORTH = 12.0
FEW = 20.0


@dataclass
class Standard:
    """What is usual for each need: means and spreads (needs by similarities), and the mean of its best few fused scores."""

    means: Floats
    spreads: Floats
    best: Floats

    @classmethod
    def empty(cls, needs: int) -> "Standard":
        """Nothing measured yet; NaN marks it."""
        return cls(np.full((needs, len(USUAL)), np.nan), np.full((needs, len(USUAL)), np.nan), np.full(needs, np.nan))

    def of(self, rows: slice) -> "Standard":
        """Some rows of it, as views."""
        return Standard(self.means[rows], self.spreads[rows], self.best[rows])


@dataclass(frozen=True)
class Hubs:
    """How much each offer resembles needs in general (mean of its best few fused scores), and the level of both sides.

    `trust` of what is measured on each side: with few others to compare with, a hub cannot be told from a good match.
    """

    offers: Floats
    offer_level: float = 0.0
    need_level: float = 0.0
    trust_in_offers: float = 0.0
    trust_in_needs: float = 0.0


def measure(similarities: list[Floats], into: Standard) -> None:
    """Fill in means and spreads from rows over all offers of the collection."""
    for which, found in enumerate(similarities):
        count = found.shape[1]
        usual_mean, usual_spread = USUAL[which]
        mean = found.mean(axis=1)
        variance = found.var(axis=1)
        total = count + WORTH
        between = count * WORTH / total * (mean - usual_mean) ** 2
        into.means[:, which] = (count * mean + WORTH * usual_mean) / total
        into.spreads[:, which] = np.sqrt((count * variance + WORTH * usual_spread**2 + between) / total)


def fused(similarities: list[Floats], standard: Standard, settings: Settings) -> Floats:
    """The weighted sum of standardised similarities."""
    weights = (settings.title_words, settings.all_words, settings.meaning)
    total = np.zeros_like(similarities[0])
    for which, (found, weight) in enumerate(zip(similarities, weights, strict=True)):
        total += (found - standard.means[:, which, None]) * (weight / standard.spreads[:, which, None])
    return total


def trust(count: int) -> float:
    """How far a mean of the best few can be trusted that was taken over so many."""
    return count / (count + FEW)


def best_of_rows(scores: Floats, neighbours: int) -> Floats:
    """The mean of the best few of each row."""
    few = max(1, min(neighbours, scores.shape[1] // 2))
    top = np.sort(np.partition(scores, scores.shape[1] - few, axis=1)[:, -few:], axis=1)
    found: Floats = top.mean(axis=1)
    return found


class BestOfColumns:
    """The mean of the best few of each column, from rows that come in blocks."""

    def __init__(self, columns: int, rows: int, neighbours: int) -> None:
        self._few = max(1, min(neighbours, rows // 2))
        self._top = np.full((self._few, columns), -np.inf)

    def add(self, scores: Floats) -> None:
        """Take a block of rows into account."""
        joined = np.vstack([self._top, scores])
        self._top = np.partition(joined, len(joined) - self._few, axis=0)[-self._few :]

    def means(self) -> Floats:
        """The means; 0 where nothing came."""
        top = np.sort(self._top, axis=0)
        found: Floats = np.where(np.isfinite(top).all(axis=0), top.mean(axis=0), 0.0)
        return found


def fractions(scores: Floats, best: Floats, hubs: Hubs, settings: Settings) -> Floats:
    """Fused scores less what hubs get from everyone, as 0..1. Only exact operations: the same on every machine."""
    share = settings.hub_correction
    of_needs = share * hubs.trust_in_needs * (best - hubs.need_level)
    of_offers = share * hubs.trust_in_offers * (hubs.offers - hubs.offer_level)
    corrected = scores - of_needs[:, None] - of_offers[None, :]
    away = (corrected - settings.fit_middle) / settings.fit_width
    found: Floats = 0.5 * (1 + away / np.sqrt(1 + away * away))
    return found
