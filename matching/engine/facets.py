"""Soft facets: how well two sides go together, 0 to 1, NaN where it is unknown or was not asked."""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from typing import Any, Protocol

from matching.engine.credentials import Held, answers, held_on
from matching.engine.model import EVERYWHERE, Need, Offer, Place
from matching.engine.places import covers

# what the facets of "field and technology" count for among each other
FIELD, SECTOR, CONCEPTS = 0.25, 0.25, 0.5
CLOSE = 0.6  # technologies this close are as good as the same
OTHER_FIELD = 0.2
SAME_SECTION = 0.6
OTHER_SECTOR = 0.1
AT_LEVEL, PER_LEVEL, PER_LEVEL_SHORT = 0.8, 0.1, 0.2
OVERLAPPING = 0.7


class Facet(Protocol):
    """One facet. Equal keys give equal values, so that each pair of keys is looked at once."""

    @property
    def code(self) -> str:
        """Its name."""
        ...

    @abstractmethod
    def need_key(self, need: Need) -> Hashable:
        """What it looks at on the need's side; None when that is unknown."""
        ...

    @abstractmethod
    def offer_key(self, offer: Offer) -> Hashable:
        """What it looks at on the offer's side."""
        ...

    @abstractmethod
    def value(self, need_key: Any, offer_key: Any) -> float:
        """0 to 1, or NaN."""
        ...


class Field:
    """The same application field."""

    code = "field"

    def need_key(self, need: Need) -> Hashable:
        """The field's code."""
        return need.field and need.field.code

    def offer_key(self, offer: Offer) -> Hashable:
        """The field's code."""
        return offer.field and offer.field.code

    def value(self, need_key: str, offer_key: str | None) -> float:
        """1 for the same field."""
        return nan if offer_key is None else 1.0 if need_key == offer_key else OTHER_FIELD


class Sector:
    """The same industry: division, or at least section (GB/T 4754 codes such as C38)."""

    code = "sector"

    def need_key(self, need: Need) -> Hashable:
        """The industry's code."""
        return need.sector and need.sector.code

    def offer_key(self, offer: Offer) -> Hashable:
        """The industry's code."""
        return offer.sector and offer.sector.code

    def value(self, need_key: str, offer_key: str | None) -> float:
        """1 for the same division; words that no list knows can only be equal."""
        if offer_key is None:
            return nan
        if need_key == offer_key or need_key in offer_key or offer_key in need_key:
            return 1.0
        if not (need_key.isascii() and offer_key.isascii()):
            return nan
        return SAME_SECTION if need_key[0] == offer_key[0] else OTHER_SECTOR


class Maturity:
    """Readiness beyond what is asked; where nothing is asked, riper is better."""

    code = "maturity"

    def need_key(self, need: Need) -> Hashable:
        """The level asked for, 0 for none."""
        return need.min_trl or 0

    def offer_key(self, offer: Offer) -> Hashable:
        """The level reached."""
        return offer.trl

    def value(self, need_key: int, offer_key: int | None) -> float:
        """0.8 at the level asked for, and a tenth for each level above."""
        if offer_key is None:
            return nan
        if not need_key:
            return 0.4 + 0.6 * (offer_key - 1) / 8
        margin = offer_key - need_key
        return min(1.0, AT_LEVEL + PER_LEVEL * margin) if margin >= 0 else max(0.0, 0.5 + PER_LEVEL_SHORT * margin)


@dataclass(frozen=True)
class Credentials:
    """The share of the titles and certificates asked for that are held and valid."""

    day: date
    code: str = "credentials"

    def need_key(self, need: Need) -> Hashable:
        """The requirements."""
        return need.requirements or None

    def offer_key(self, offer: Offer) -> Hashable:
        """What is held on the day."""
        return held_on(offer, self.day)

    def value(self, need_key: Any, offer_key: Held) -> float:
        """The share met of those that can be told."""
        told = [answer for answer in (answers(r, offer_key) for r in need_key) if answer != "unknown"]
        return sum(answer == "met" for answer in told) / len(told) if told else nan


class Region:
    """How near the offer's side is: from the city itself, serving it, serving everywhere, or from elsewhere."""

    code = "region"

    def need_key(self, need: Need) -> Hashable:
        """The place of the opportunity."""
        return need.region

    def offer_key(self, offer: Offer) -> Hashable:
        """Home and service area."""
        return offer.home, offer.service_places

    def value(self, need_key: Place, offer_key: tuple[Place | None, tuple[Place, ...]]) -> float:
        """1 from the place itself down to 0 outside the service area."""
        home, served = offer_key
        if home and (covers(home, need_key) or covers(need_key, home)):
            return 1.0
        reach = [(place.code == EVERYWHERE, covers(place, need_key)) for place in served]
        if any(covered and not everywhere for everywhere, covered in reach):
            return 0.9
        if any(everywhere for everywhere, _covered in reach):
            return 0.8
        if reach:
            return nan if any(covered is None for _everywhere, covered in reach) else 0.0
        return 0.4 if home and covers(home, need_key) is False else nan


class Terms:
    """A price within the budget."""

    code = "terms"

    def need_key(self, need: Need) -> Hashable:
        """The budget."""
        known = need.budget_min is not None or need.budget_max is not None
        return (need.budget_min, need.budget_max) if known else None

    def offer_key(self, offer: Offer) -> Hashable:
        """The price."""
        return offer.price_min, offer.price_max

    def value(self, need_key: tuple[float | None, float | None], offer_key: tuple[float | None, float | None]) -> float:
        """1 for a price that lies within the budget as a whole, less for one that reaches beyond it."""
        least, most = need_key
        low, high = offer_key
        return terms_value(amount(least), amount(most), amount(low), amount(high))


def amount(known: float | None) -> float:
    """NaN for an amount that is not known."""
    return nan if known is None else known


def terms_value(least: float, most: float, low: float, high: float) -> float:
    """What Terms gives for a budget and a price, NaN for what is not known of either; also compiled, for all pairs."""
    if (isnan(least) and isnan(most)) or (isnan(low) and isnan(high)):
        return nan
    if isnan(most):
        # at least so much is to be spent: a price up to that fits
        price = low if isnan(high) else high
        return 1.0 if price <= least else nan
    if low > most:
        return 0.0
    if isnan(high):
        return OVERLAPPING
    return 1.0 if high <= most else OVERLAPPING
