"""Why, why not, and what is unknown, for any pair of an opportunity and a capability."""

from dataclasses import dataclass
from typing import Any

from capabilities.models import Capability
from opportunities.models import Opportunity


@dataclass(frozen=True)
class PartOfScore:
    """`earned` of `possible` points; earned is None and known False when the part cannot be judged."""

    code: str
    label: str
    earned: float | None
    possible: float
    known: bool


@dataclass(frozen=True)
class ReasonSentence:
    """One numbered sentence; `kind` is for, against or unknown; the spans are characters of need_text and offer_text."""

    number: int
    kind: str
    sentence: str
    points: float | None
    in_need: list[tuple[int, int]]
    in_offer: list[tuple[int, int]]


@dataclass(frozen=True)
class FacetRow:
    """What was asked, what is offered; `verdict` is met, barred, unknown or close, `words` say it."""

    item: str
    asked: str
    offered: str
    verdict: str
    words: str


@dataclass(frozen=True)
class Explanation:
    """One pair: parts that add up to `score`, reasons, facets, and the two texts that the spans point into."""

    score: float
    eligible: bool | None
    barred_by: list[str]
    parts: list[PartOfScore]
    reasons: list[ReasonSentence]
    facets: list[FacetRow]
    need_text: str
    offer_text: str


def explain(opportunity: Opportunity, capability: Capability) -> Explanation:
    """Explain one pair."""
    raise NotImplementedError


def pair_values(opportunity: Opportunity, capability: Capability) -> dict[str, Any]:
    """The fields of a match for this pair, scored now."""
    raise NotImplementedError
