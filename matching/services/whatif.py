"""Where a pair stands, what would change it, and what a condition costs: on the lists of the last run, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from capabilities.models import Capability
from codelists import regions
from matching import adapters, engine
from matching.engine import changes as engine_changes
from matching.engine import costs as engine_costs
from matching.engine import wording
from matching.engine.changes import Change
from matching.engine.standing import Gap, Standing, standing
from matching.services import scoring
from matching.services.explain import language, records
from opportunities.models import Opportunity


@dataclass(frozen=True)
class Place:
    """A pair's rank among `count` capabilities; when it is not among the first, its parts beside those of the one at `compared`."""

    rank: int
    count: int
    compared: int
    behind: float
    gaps: list[tuple[str, Gap]]


@dataclass(frozen=True)
class WhatIf:
    """One thing that would change a pair, in `words`; `field` is the capability's form field that says it ("" for none)."""

    words: str
    field: str
    change: Change


@dataclass(frozen=True)
class OpenDoor:
    """One thing that would open more opportunities: how many bar no longer, in how many it comes among the first; their ids."""

    words: str
    field: str
    opens: int
    raises: int
    opportunities: list[str]


@dataclass(frozen=True)
class ConditionCost:
    """One condition: its code and name, what is asked, whom it bars and whom it alone bars, and (what else, how many left) for easing it."""

    item: str
    label: str
    asked: str
    barred: int
    alone: int
    eased: list[tuple[str, int]]


@dataclass(frozen=True)
class Cost:
    """Of `relevant` suppliers the conditions leave `left`, of whom for `unknown` something has to be checked.

    `ladder` is what each readiness level would leave.
    """

    relevant: int
    left: int
    conditions: list[ConditionCost]
    unknown: int = 0
    ladder: list[engine_costs.Rung] = field(default_factory=list)


FIELDS = {
    "trl": "trl", "certs": "certs", "titles": "stated_titles", "service_regions": "service_regions", "price_max_wan": "price_max_wan",
    "field": "field", "sector": "industry", "technologies": "technologies",
}  # fmt: skip


def place_of(opportunity: Opportunity, capability: Capability) -> Place | None:
    """Where the pair stands among all capabilities of the last run; None before the first."""
    need, offer = records(opportunity, capability)
    corpus = scoring.corpus_for(opportunity.city, [need, offer])
    if corpus is None:
        return None
    found: Standing = standing(corpus, need, offer)
    gaps = [(_word(wording.PART_NAMES, gap.part), gap) for gap in found.gaps]
    return Place(found.rank, found.count, found.compared, found.behind, gaps)


def changes_of(opportunity: Opportunity, capability: Capability) -> list[WhatIf]:
    """What in the capability would change the pair if it were so; empty before the first run."""
    need, offer = records(opportunity, capability)
    corpus = scoring.corpus_for(opportunity.city, [need, offer])
    found = engine_changes.changes(corpus, need, offer) if corpus else []
    return [WhatIf(_words(each.code, each.params), FIELDS.get(each.field, ""), each) for each in found]


def doors_of(capability: Capability) -> tuple[int, list[OpenDoor]]:
    """What would open most of the city's opportunities: how many are about the same, and the best few things."""
    offer = adapted(capability)
    corpus = scoring.corpus_for(capability.city, [offer])
    return doors_in(corpus, offer) if corpus else (0, [])


def doors_in(corpus: engine.Corpus, offer: engine.Offer) -> tuple[int, list[OpenDoor]]:
    """The same by lists that are open already."""
    relevant, found = engine_changes.doors(corpus, offer)
    told = [
        OpenDoor(_words(d.code, d.params), FIELDS.get(d.field, ""), d.opens, d.raises, list(d.needs)) for d in found
    ]
    return relevant, told


def costs_of(opportunity: Opportunity) -> Cost | None:
    """What each condition of an opportunity costs among the capabilities that are about the same; None before the first run."""
    need = adapters.need(adapters.need_record(opportunity))
    corpus = scoring.corpus_for(opportunity.city, [need])
    if corpus is None:
        return None
    return _costs(corpus, need)


def costs_in(corpus: engine.Corpus, opportunity: Opportunity) -> Cost:
    """The same by lists that are open already; the opportunity need not be saved."""
    return _costs(corpus, adapters.need(adapters.need_record(opportunity)))


def _costs(corpus: engine.Corpus, need: engine.Need) -> Cost:
    found = engine_costs.cost_of_conditions(corpus, need)
    return Cost(
        found.relevant, found.left, [_cost(cost) for cost in found.conditions], found.unknown, list(found.ladder)
    )


def adapted(capability: Capability) -> engine.Offer:
    """A capability as the engine reads it, as it is now."""
    return adapters.offer(adapters.offer_record(capability))


def _cost(cost: engine_costs.Cost) -> ConditionCost:
    eased = [(wording.chosen(each.asked, language()) if each.asked else "", each.left) for each in cost.eased]
    asked = str(wording.chosen(cost.asked, language()))
    return ConditionCost(cost.item, _word(wording.ITEMS, cost.item), asked, cost.barred, cost.alone, eased)


def _words(code: str, params: Mapping[str, Any]) -> str:
    if code in {"region_given", "region_added"}:
        # the list knows what a place is called whose code is known; others stand as they were written
        names = [regions.name_of(known) if known else f"“{written}”" for known, written in params["asked"]]
        params = {**params, "places": "、".join(names)}
    return wording.change(code, params, language())


def _word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    return str(wording.chosen(words[code], language()))
