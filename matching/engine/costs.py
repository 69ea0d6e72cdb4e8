"""What the conditions of a need cost: how many suppliers offer something that is about the same, and whom each condition bars.

Offers are judged by their classes (see tables), so that a count is a look into a few small arrays, however many offers there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import credentials
from matching.engine.corpus import Corpus
from matching.engine.facet_reasons import _amount, _places
from matching.engine.model import Integers, Need
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN
from matching.engine.rescoring import relevance
from matching.engine.scoring import class_starts
from matching.engine.sides import owners
from matching.engine.wording import Both

MOST_LEVEL, SHOWN_LEVELS = 9, 5
MORE_MONEY = (1.2, 1.5)
Mask = NDArray[np.bool_]
Verdicts = NDArray[np.int8]


@dataclass(frozen=True)
class Eased:
    """A condition put otherwise (None: not put at all), and how many suppliers would be left."""

    asked: Both | None
    left: int


@dataclass(frozen=True)
class Cost:
    """One condition of a need (wording.ITEMS): what is asked, whom it bars, whom it alone bars, and what easing it would bring."""

    item: str
    asked: Both
    barred: int
    alone: int
    eased: tuple[Eased, ...]


@dataclass(frozen=True)
class Rung:
    """A readiness level that could be asked for (None: none), and how many suppliers would be left."""

    level: int | None
    left: int


@dataclass(frozen=True)
class Costs:
    """What the conditions of a need cost: of so many `relevant` suppliers so many are `left`, `unknown` of them with something to check.

    `conditions` are those that bar somebody; `ladder` is what each readiness level would leave, all other conditions as they are.
    """

    relevant: int
    left: int
    unknown: int
    conditions: tuple[Cost, ...]
    ladder: tuple[Rung, ...]


def cost_of_conditions(corpus: Corpus, need: str | Need) -> Costs:
    """What each condition of a need costs among the capabilities that are about the same; suppliers are counted, not capabilities."""
    left = corpus.need(need) if isinstance(need, str) else need
    near = relevance(corpus.scores_of(need), corpus.settings)[0]
    suppliers = Suppliers(corpus, np.flatnonzero(near >= corpus.settings.full_relevance))
    barred = suppliers.barred(left)
    found = [
        Cost(item, asked, suppliers.count(barred[item]), suppliers.gained(barred, item), tuple(eased))
        for item, asked, eased in _eased(suppliers, left)
    ]
    return Costs(
        suppliers.count(suppliers.all), suppliers.left(left), suppliers.unknown(left),
        tuple(cost for cost in found if cost.barred), tuple(_ladder(suppliers, left)),
    )  # fmt: skip


class Suppliers:
    """Some offers of a collection, whose they are, and how they stand to the conditions of a need."""

    def __init__(self, corpus: Corpus, places: Integers) -> None:
        offers = corpus.collected.offers.arrays
        self._judged, self._day, self._offers = corpus.collected.judged, corpus.frame.day, offers
        _subject, self._kind, self._held, self._place, self._price = (
            offers.classes[places] - class_starts(offers)[:-1]
        ).T
        self._owner = offers.owner[places]
        self.all: Mask = np.ones(len(places), dtype=bool)

    def verdicts(self, need: Need) -> Iterator[tuple[str, Verdicts]]:
        """How each condition that is put stands for each offer."""
        levels, held, places = (
            self._offers.kind_level[self._kind],
            self._offers.held[self._held],
            self._offers.place[self._place],
        )
        if need.min_trl is not None:
            yield "min_trl", self._judged.row("level_verdict", need.min_trl)[levels]
        for item, of_certificates in (("required_titles", False), ("required_certs", True)):
            asked = tuple(r for r in need.requirements if r.of_certificates == of_certificates)
            if asked:
                yield item, self._judged.row("asked_verdict", asked)[held]
        yield "service_regions", self._judged.row("region_verdict", need.region)[places]
        if need.supplier_places:
            yield "service_region_required", self._judged.row("suppliers_verdict", need.supplier_places)[places]
        yield from self._plain_verdicts(need)

    def _plain_verdicts(self, need: Need) -> Iterator[tuple[str, Verdicts]]:
        if need.budget_max is not None:
            low, high = self._offers.price_low[self._price], self._offers.price_high[self._price]
            fits = np.where(np.isnan(low), high <= need.budget_max, low <= need.budget_max)
            yield "budget", _stand(~np.isnan(low) & ~fits, np.isnan(low) & ~fits)
        if need.deadline is not None:
            yield "deadline", _stand(self.all & (need.deadline < self._day), ~self.all)
        if need.only_verified:
            verified = self._offers.kind_verified[self._kind]
            yield "visibility", _stand(verified == 1, verified == 0)
        mine = int(owners([need])[0])
        yield "direction", _stand((self._owner == mine) & (mine != 0), ~self.all)

    def barred(self, need: Need) -> dict[str, Mask]:
        """Which offers each condition bars."""
        return {item: verdicts == BARRED for item, verdicts in self.verdicts(need)}

    def count(self, chosen: Mask) -> int:
        """Of how many suppliers the chosen offers are; one that nobody is named for counts by itself."""
        of = self._owner[chosen]
        return len(np.unique(of[of != 0])) + int((of == 0).sum())

    def left(self, need: Need) -> int:
        """How many suppliers no condition of a need bars."""
        return self.count(self._free(self.barred(need)))

    def unknown(self, need: Need) -> int:
        """How many of them have something to be checked in everything that they offer."""
        stand = dict(self.verdicts(need))
        free = self._free({item: verdicts == BARRED for item, verdicts in stand.items()})
        open_ = self.all & False
        for verdicts in stand.values():
            open_ |= verdicts == UNKNOWN
        return self.count(free) - self.count(free & ~open_)

    def gained(self, barred: dict[str, Mask], item: str) -> int:
        """How many more would be left if one condition were not put."""
        others = {code: mask for code, mask in barred.items() if code != item}
        return self.count(self._free(others)) - self.count(self._free(barred))

    def _free(self, barred: dict[str, Mask]) -> Mask:
        found = self.all.copy()
        for mask in barred.values():
            found &= ~mask
        return found

    def levels(self, below: int) -> list[int]:
        """The readiness levels that offers have below one, highest first."""
        names = self._judged.levels
        known = {names[place] for place in self._offers.kind_level[np.unique(self._kind)]}
        return sorted((level for level in known if level is not None and level < below), reverse=True)


def _stand(barred: Mask, unknown: Mask) -> Verdicts:
    return np.where(barred, BARRED, np.where(unknown, UNKNOWN, ELIGIBLE)).astype(np.int8)


def _ladder(suppliers: Suppliers, need: Need) -> Iterator[Rung]:
    """What could be asked for: nothing, and the levels around the one that is."""
    yield Rung(None, suppliers.left(replace(need, min_trl=None)))
    last = min(MOST_LEVEL, max(need.min_trl + 1 if need.min_trl else MOST_LEVEL, SHOWN_LEVELS))
    for level in range(last - SHOWN_LEVELS + 1, last + 1):
        yield Rung(level, suppliers.left(replace(need, min_trl=level)))


def _eased(suppliers: Suppliers, need: Need) -> Iterator[tuple[str, Both, Sequence[Eased]]]:
    """Each condition that can be put otherwise: its item, what is asked, and what easing it would leave."""
    if need.min_trl is not None:
        levels = suppliers.levels(need.min_trl)[:2]
        eased = [Eased(_level(level), suppliers.left(replace(need, min_trl=level))) for level in levels]
        yield "min_trl", _level(need.min_trl), eased
    for code, of_certificates in (("required_titles", False), ("required_certs", True)):
        of_kind = [r for r in need.requirements if r.of_certificates == of_certificates]
        if of_kind:
            yield code, _joined([credentials.names(r) for r in of_kind]), list(_fewer(suppliers, need, of_kind))
    if need.supplier_places:
        free = Eased(None, suppliers.left(replace(need, supplier_places=())))
        yield "service_region_required", _places(need.supplier_places), [free]
    if need.budget_max is not None:
        amounts = [round(need.budget_max * more, 2) for more in MORE_MONEY]
        more = [Eased(_amount(None, most), suppliers.left(replace(need, budget_max=most))) for most in amounts]
        yield "budget", _amount(None, need.budget_max), more


def _fewer(suppliers: Suppliers, need: Need, of_kind: Sequence[Any]) -> Iterator[Eased]:
    """With several asked for: what would be left without each by itself; last, without any."""
    if len(of_kind) > 1:
        for one in of_kind:
            others = [r for r in of_kind if r is not one]
            then = replace(need, requirements=tuple(r for r in need.requirements if r is not one))
            yield Eased(_joined([credentials.names(r) for r in others]), suppliers.left(then))
    then = replace(need, requirements=tuple(r for r in need.requirements if r not in of_kind))
    yield Eased(None, suppliers.left(then))


def _joined(names: Sequence[tuple[str, str]]) -> Both:
    """(Chinese, English) names as one text in each language."""
    return ", ".join(english for _chinese, english in names), "、".join(chinese for chinese, _english in names)


def _level(level: int) -> Both:
    return f"TRL {level} or above", f"TRL {level} 及以上"
