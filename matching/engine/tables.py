"""Everything but texts, judged by class: which keys of a record matter to which facet and condition, and the tables of both sides."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.classes import Classes, Judge, Known, judged
from matching.engine.compiled import fixed
from matching.engine.conditions import CODES, MinimumReadiness, ServiceArea, SupplierPlace, worst
from matching.engine.conditions import Credentials as AskedFor
from matching.engine.credentials import Held, held_on
from matching.engine.exact import Tables
from matching.engine.facets import Credentials, Field, Maturity, Region, Sector
from matching.engine.model import Need, Offer
from matching.engine.ranking import ELIGIBLE

NEED_KEYS: dict[str, Callable[[Need], Hashable]] = {
    "field": lambda need: need.field and need.field.code,
    "sector": lambda need: need.sector and need.sector.code,
    "level": lambda need: need.min_trl,
    "asked": lambda need: need.requirements,
    "region": lambda need: need.region,
    "suppliers": lambda need: need.supplier_places,
}
# the sides' classes that each table of exact.Tables joins
JOINED = {
    "field": ("field", "field"), "sector": ("sector", "sector"), "level": ("level", "level"), "level_verdict": ("level", "level"),
    "asked": ("asked", "held"), "asked_verdict": ("asked", "held"), "region": ("region", "place"),
    "region_verdict": ("region", "place"), "suppliers_verdict": ("suppliers", "place"),
}  # fmt: skip
Sides = dict[str, Classes]


def offer_keys(day: date) -> dict[str, Callable[[Offer], Hashable]]:
    """The keys of offers; what is held is judged on a day."""
    held = lru_cache(maxsize=4096)(lambda titles, certs: held_on(Offer("", (), titles=titles, certs=certs), day))
    return {
        "field": lambda offer: offer.field and offer.field.code,
        "sector": lambda offer: offer.sector and offer.sector.code,
        "level": lambda offer: offer.trl,
        "held": lambda offer: held(offer.titles, offer.certs),
        "place": lambda offer: (offer.home, offer.service_places),
    }


def judges(day: date) -> dict[str, Judge]:
    """What gives the values of each table, for keys of both sides; keys of needs that ask for nothing included."""
    field, sector, maturity, credentials, region = Field(), Sector(), Maturity(), Credentials(day), Region()
    titles, certs = AskedFor("required_titles", False, day), AskedFor("required_certs", True, day)
    readiness, area, suppliers = MinimumReadiness(), ServiceArea(), SupplierPlace()

    def asked(requirements: Any, held: Held) -> float:
        found = []
        for rule in (titles, certs):
            mine = tuple(r for r in requirements if r.of_certificates == rule.of_certificates)
            if mine:
                found.append(rule.verdict(mine, held))
        return CODES[worst(found)] if found else ELIGIBLE

    return {
        "field": lambda need, offer: nan if need is None else field.value(need, offer),
        "sector": lambda need, offer: nan if need is None else sector.value(need, offer),
        "level": lambda need, offer: maturity.value(need or 0, offer),
        "level_verdict": lambda need, offer: ELIGIBLE if need is None else CODES[readiness.verdict(need, offer)],
        "asked": lambda need, offer: credentials.value(need, offer) if need else nan,
        "asked_verdict": asked,
        "region": lambda need, offer: nan if need is None else region.value(need, offer),
        "region_verdict": lambda need, offer: CODES[area.verdict((need,), offer[1])],
        "suppliers_verdict": lambda need, offer: CODES[suppliers.verdict(need, offer)] if need else ELIGIBLE,
    }


def kind_of(name: str) -> Any:
    """The type of a table's values."""
    return np.int8 if name.endswith("verdict") else np.float64


class Judged:
    """The tables of a collection, and from them those of records that come later."""

    def __init__(self, needs: Sides, offers: Sides, day: date, values: dict[str, NDArray[Any]] | None = None) -> None:
        self._known = {}
        for name, judge in judges(day).items():
            left, right = needs[JOINED[name][0]], offers[JOINED[name][1]]
            found = values[name] if values is not None else fixed(judged(judge, left.keys, right.keys, kind_of(name)))
            self._known[name] = Known(judge, left, right, found)

    @property
    def values(self) -> dict[str, NDArray[Any]]:
        """All values, by the name of the table."""
        return {name: known.values for name, known in self._known.items()}

    def row(self, name: str, key: Hashable) -> NDArray[Any]:
        """The values of one table for one key of a need, which need not be in the collection: one for each class of offers."""
        found: NDArray[Any] = self._known[name].rows([key])[0]
        return found

    @property
    def levels(self) -> Sequence[Any]:
        """The readiness of each class of levels of the offers; None where it is unknown."""
        return self._known["level_verdict"].keys

    def tables(self, needs: Sides | None = None, offers: Sides | None = None) -> Tables:
        """The tables of other needs, other offers or both with the collection or each other; without either, its own."""
        found = {}
        for name, known in self._known.items():
            left = _keys(needs, JOINED[name][0])
            right = _keys(offers, JOINED[name][1])
            if left is not None and right is not None:
                found[name] = fixed(known.crossed(left, right))
            elif left is not None:
                found[name] = fixed(known.rows(left))
            else:
                found[name] = known.values if right is None else fixed(known.columns(right))
        return Tables(**found)


def _keys(sides: Sides | None, name: str) -> Sequence[Hashable] | None:
    return None if sides is None else sides[name].keys
