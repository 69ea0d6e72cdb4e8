"""Hard conditions: each met, unknown, or barring the pair. What is missing never bars."""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any, Protocol

from matching.engine.credentials import Held, answers, held_on
from matching.engine.facets import amount
from matching.engine.model import EVERYWHERE, Condition, Need, Offer, Place, Verdict
from matching.engine.places import any_covers, covers
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN

VERDICTS: dict[int, Verdict] = {BARRED: "barred", UNKNOWN: "unknown", ELIGIBLE: "met"}
CODES: dict[Verdict | None, int] = {"barred": BARRED, "unknown": UNKNOWN, "met": ELIGIBLE, None: ELIGIBLE}


class Rule(Protocol):
    """One condition. Its keys are all it looks at, so that needs and offers with equal keys are judged once."""

    @property
    def code(self) -> str:
        """Its name, as barred_by gives it."""
        ...

    @abstractmethod
    def need_key(self, need: Need) -> Hashable:
        """What it looks at on the need's side; None when the need's side sets no such condition."""
        ...

    @abstractmethod
    def offer_key(self, offer: Offer) -> Hashable:
        """What it looks at on the offer's side."""
        ...

    @abstractmethod
    def verdict(self, need_key: Any, offer_key: Any) -> Verdict | None:
        """How it stands; None when neither side sets it."""
        ...


class MinimumReadiness:
    """The readiness level that is asked for."""

    code = "min_trl"

    def need_key(self, need: Need) -> Hashable:
        """The level asked for."""
        return need.min_trl

    def offer_key(self, offer: Offer) -> Hashable:
        """The level reached."""
        return offer.trl

    def verdict(self, need_key: int, offer_key: int | None) -> Verdict:
        """Barred below the level."""
        return "unknown" if offer_key is None else "met" if offer_key >= need_key else "barred"


@dataclass(frozen=True)
class Credentials:
    """Titles, or certificates, that are asked for and must be valid on the day of the run."""

    code: str
    of_certificates: bool
    day: date

    def need_key(self, need: Need) -> Hashable:
        """The requirements of this sort."""
        return tuple(r for r in need.requirements if r.of_certificates == self.of_certificates) or None

    def offer_key(self, offer: Offer) -> Hashable:
        """What is held on the day."""
        return held_on(offer, self.day)

    def verdict(self, need_key: Any, offer_key: Held) -> Verdict:
        """Barred when one is known to be missing or expired."""
        return worst([answers(requirement, offer_key) for requirement in need_key])


class ServiceArea:
    """The area that the offer's side serves."""

    code = "service_regions"

    def need_key(self, need: Need) -> Hashable:
        """The place of the opportunity."""
        return (need.region,)

    def offer_key(self, offer: Offer) -> Hashable:
        """The places served."""
        return offer.service_places

    def verdict(self, need_key: tuple[Place | None], offer_key: tuple[Place, ...]) -> Verdict | None:
        """Barred when the place is known to lie outside."""
        if not offer_key:
            return None
        if need_key[0] is None:
            return "met" if any(place.code == EVERYWHERE for place in offer_key) else "unknown"
        return _verdict(any_covers(offer_key, need_key[0]))


class SupplierPlace:
    """Where suppliers may come from: those from there, or those who name it among the places they serve, will do."""

    code = "service_region_required"

    def need_key(self, need: Need) -> Hashable:
        """The places that suppliers may come from."""
        return need.supplier_places or None

    def offer_key(self, offer: Offer) -> Hashable:
        """Home and service area."""
        return offer.home, offer.service_places

    def verdict(self, need_key: tuple[Place, ...], offer_key: tuple[Place | None, tuple[Place, ...]]) -> Verdict:
        """Barred for a firm from elsewhere that does not serve the place; to be asked for one that serves everywhere."""
        home, served = offer_key
        from_there = any_covers(need_key, home) if home else None
        if from_there:
            return "met"
        named = [place for place in served if place.code != EVERYWHERE]
        if any(covers(allowed, place) for place in named for allowed in need_key):
            return "met"
        serves = any(covers(place, allowed) is not False for place in served for allowed in need_key)
        return "barred" if from_there is False and not serves else "unknown"


class Budget:
    """A price that begins above the budget."""

    code = "budget"

    def need_key(self, need: Need) -> Hashable:
        """The most that is to be spent; None when it is not said."""
        return need.budget_max

    def offer_key(self, offer: Offer) -> Hashable:
        """The lowest price, if it is known that it fits."""
        return offer.price_min, offer.price_max

    def verdict(self, need_key: float, offer_key: tuple[float | None, float | None]) -> Verdict:
        """Barred when even the lowest price is above the budget."""
        low, high = offer_key
        return VERDICTS[budget_verdict(need_key, amount(low), amount(high))]


@dataclass(frozen=True)
class Deadline:
    """A deadline that has passed."""

    day: date
    code: str = "deadline"

    def need_key(self, need: Need) -> Hashable:
        """The deadline."""
        return need.deadline

    def offer_key(self, offer: Offer) -> Hashable:
        """Nothing."""
        return None

    def verdict(self, need_key: date, offer_key: None) -> Verdict:
        """Barred from the day after."""
        return "barred" if need_key < self.day else "met"


class Visibility:
    """An opportunity that only verified organisations may see."""

    code = "visibility"

    def need_key(self, need: Need) -> Hashable:
        """Whether only verified ones may see it."""
        return need.only_verified or None

    def offer_key(self, offer: Offer) -> Hashable:
        """Whether the offer's side is verified."""
        return offer.verified

    def verdict(self, need_key: bool, offer_key: bool | None) -> Verdict:
        """Barred for those who are known not to be verified."""
        return "unknown" if offer_key is None else "met" if offer_key else "barred"


class Direction:
    """Need and offer of one and the same organisation are no match."""

    code = "direction"

    def need_key(self, need: Need) -> Hashable:
        """Whose need it is."""
        return need.owner

    def offer_key(self, offer: Offer) -> Hashable:
        """Whose offer it is."""
        return offer.owner

    def verdict(self, need_key: str, offer_key: str | None) -> Verdict | None:
        """Barred for the same organisation."""
        return "barred" if need_key == offer_key else None


def rules(day: date) -> tuple[Rule, ...]:
    """All conditions, as they stand on a day."""
    return (
        MinimumReadiness(), Credentials("required_titles", False, day), Credentials("required_certs", True, day), ServiceArea(),
        SupplierPlace(), Budget(), Deadline(day), Visibility(), Direction(),
    )  # fmt: skip


def judge(all_rules: tuple[Rule, ...], need: Need, offer: Offer) -> tuple[Condition, ...]:
    """How each condition that somebody set stands for a pair."""
    found = []
    for rule in all_rules:
        key = rule.need_key(need)
        verdict = None if key is None else rule.verdict(key, rule.offer_key(offer))
        if verdict:
            found.append(Condition(rule.code, verdict))
    return tuple(found)


def budget_verdict(most: float, low: float, high: float) -> int:
    """BARRED, UNKNOWN or ELIGIBLE by budget and price, NaN for what is not known; also compiled, for all pairs."""
    if isnan(most):
        return ELIGIBLE
    if not isnan(low):
        return BARRED if low > most else ELIGIBLE
    return ELIGIBLE if high <= most else UNKNOWN


def worst(verdicts: list[Verdict]) -> Verdict:
    """Barred before unknown before met."""
    return "barred" if "barred" in verdicts else "unknown" if "unknown" in verdicts else "met"


def _verdict(covered: bool | None) -> Verdict:
    return "unknown" if covered is None else "met" if covered else "barred"
