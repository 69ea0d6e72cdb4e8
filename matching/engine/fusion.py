"""From two similarities to one sum: standardised by what is usual for the need, weighed, corrected for hubs."""

from dataclasses import dataclass

import numpy as np

from matching.engine.exact import COSINE, WORD
from matching.engine.meaning import Latent
from matching.engine.model import Floats
from matching.engine.settings import Settings

CHANNELS = ("words", "meaning")
# What is usual for each similarity (mean, spread), worth this many offers: keeps short lists from looking extreme.
USUAL = np.array([(0.032, 0.048), (0.0, 0.08)])
WORTH = 12.0
FEW = 20.0


def channel_weights(settings: Settings, model_id: str) -> Floats:
    """The weights of CHANNELS in the fused sum, with a model or without one."""
    meaning = settings.latent if model_id == Latent.model_id else settings.meaning
    return np.array([1.0 - meaning, meaning])


def standard(sums: Floats, offers: int, references: int) -> tuple[Floats, Floats]:
    """Means and spreads (needs by CHANNELS) from sums and sums of squares: words over all offers, meaning over references."""
    means, spreads = np.empty((len(sums), 2)), np.empty((len(sums), 2))
    for which, (count, unit) in enumerate(((offers, WORD), (references, COSINE))):
        usual_mean, usual_spread = USUAL[which]
        mean = sums[:, 2 * which] / count
        variance = np.maximum(0.0, sums[:, 2 * which + 1] / count - mean * mean) * unit**2
        mean = mean * unit
        total = count + WORTH
        between = count * WORTH / total * (mean - usual_mean) ** 2
        means[:, which] = (count * mean + WORTH * usual_mean) / total
        spreads[:, which] = np.sqrt((count * variance + WORTH * usual_spread**2 + between) / total)
    return means, spreads


def trust(count: int) -> float:
    """How far a mean of the best few can be trusted that was taken over so many."""
    return count / (count + FEW)


def few_of(neighbours: int, count: int) -> int:
    """How many neighbours to look at among so many."""
    return max(1, min(neighbours, count // 2))


@dataclass(frozen=True)
class Levels:
    """What is usual for both sides' nearness to their best few: the mean, and how far what is measured is trusted.

    With few others to compare with, a hub cannot be told from a good match. An offer's nearness is measured over needs.
    """

    of_offers: float = 0.0
    of_needs: float = 0.0
    trust_in_offers: float = 0.0
    trust_in_needs: float = 0.0

    def taken_from_offers(self, best: Floats, settings: Settings) -> Floats:
        """What the hub correction takes from offers with such means of their best few."""
        found: Floats = settings.hub_correction * self.trust_in_offers * (best - self.of_offers)
        return found

    def taken_from_needs(self, best: Floats, settings: Settings) -> Floats:
        """The same for needs."""
        found: Floats = settings.hub_correction * self.trust_in_needs * (best - self.of_needs)
        return found
