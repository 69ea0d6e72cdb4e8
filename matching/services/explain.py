"""Why, why not, and what is unknown, for any pair of an opportunity and a capability, in the reader's language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from capabilities.models import Capability
from matching import adapters, engine
from matching.engine import wording
from matching.services import rankers, scoring
from opportunities.models import Opportunity
from scenemarket.figures import speaks_chinese

# shown above each text, so not repeated in it
HEADING = "title"
LISTS = ("technologies", "scenes", "cases")
_PAUSED = re.compile("[、，,；;。]")


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
    """One numbered sentence; `kind` is for, against or unknown.

    The spans are characters of need_text and offer_text, those of the titles characters of the two titles.
    """

    number: int
    kind: str
    sentence: str
    points: float | None
    in_need: list[tuple[int, int]]
    in_offer: list[tuple[int, int]]
    in_need_title: list[tuple[int, int]]
    in_offer_title: list[tuple[int, int]]


@dataclass(frozen=True)
class FacetRow:
    """What was asked, what is offered; `verdict` is met, barred, unknown or close, `words` say it; `kind` as of a reason."""

    item: str
    asked: str
    offered: str
    verdict: str
    words: str
    kind: str


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
    """Explain one pair, measured by the last run over the opportunity's city; both listings as they are now."""
    return explain_many([(opportunity, capability)])[0]


def explain_many(pairs: Sequence[tuple[Opportunity, Capability]]) -> list[Explanation]:
    """The same for each of several pairs; the last run is asked for once per city, not once per pair."""
    read = [records(opportunity, capability) for opportunity, capability in pairs]
    cities = [opportunity.city for opportunity, _ in pairs]
    corpora = {
        city: scoring.corpus_for(
            city, [each for of, both in zip(cities, read, strict=True) if of == city for each in both]
        )
        for city in set(cities)
    }
    learned = {city: rankers.of_city(city) for city in corpora}
    return [_explain(*both, corpora[city], learned[city]) for city, both in zip(cities, read, strict=True)]


def _explain(
    need: engine.Need, offer: engine.Offer, corpus: engine.Corpus | None, learned: rankers.InUse | None
) -> Explanation:
    told = engine.explain(corpus or scoring.corpus_of_pair(need, offer), need, offer)
    told = rankers.told(told, learned, corpus, need, offer)
    need_text, need_starts = _text(need.texts)
    offer_text, offer_starts = _text(offer.texts)
    return Explanation(
        score=told.pair.score,
        eligible=told.pair.eligible,
        barred_by=[_word(wording.ITEMS, code) for code in told.pair.barred_by],
        parts=[
            PartOfScore(p.code, _word(wording.PART_NAMES, p.code), p.points, p.possible, p.points is not None)
            for p in told.pair.parts
        ],
        reasons=[_reason(number, r, need_starts, offer_starts) for number, r in enumerate(told.reasons, 1)],
        facets=[_facet(line) for line in told.lines],
        need_text=need_text,
        offer_text=offer_text,
    )


def pair_values(opportunity: Opportunity, capability: Capability) -> dict[str, Any]:
    """The fields of a match for this pair, scored now; ranks are those of a run, so there are none."""
    need, offer = records(opportunity, capability)
    corpus = _corpus(opportunity.city, need, offer)
    pair = rankers.more(corpus.pair(need, offer), rankers.of_city(opportunity.city), corpus, need, offer)
    group = opportunity.owner.group
    return {
        "opportunity_version": opportunity.version,
        "capability_version": capability.version,
        "score": pair.score,
        "eligible": pair.eligible,
        "barred_by": list(pair.barred_by),
        "parts": scoring.parts(pair),
        "conflict": bool(group) and group == capability.owner.group,
    }


def records(opportunity: Opportunity, capability: Capability) -> tuple[engine.Need, engine.Offer]:
    """Both listings as the engine reads them, as they are now."""
    need, offer = adapters.need_record(opportunity), adapters.offer_record(capability)
    return adapters.need(need), adapters.offer(offer)


def _corpus(city: str, need: engine.Need, offer: engine.Offer) -> engine.Corpus:
    return scoring.corpus_for(city, [need, offer]) or scoring.corpus_of_pair(need, offer)


def _text(sections: Iterable[tuple[str, str]]) -> tuple[str, dict[str, int]]:
    """All sections but the heading as one readable text, and where each begins in it."""
    starts, lines, length = {}, [], 0
    for section, text in sections:
        if section != HEADING:
            label = _word(wording.SECTIONS, section) if section in wording.SECTIONS else ""
            starts[section] = length + len(label)
            lines.append(label + _listed(section, text))
            length += len(lines[-1]) + 1
    return "\n".join(lines), starts


def _listed(section: str, text: str) -> str:
    """What is a list stands in one line: each line's end becomes one mark, so that every character keeps its place."""
    if section not in LISTS:
        return text
    return text.replace("\n", "；" if _PAUSED.search(text) else "、")


def _reason(number: int, reason: engine.Reason, in_need: dict[str, int], in_offer: dict[str, int]) -> ReasonSentence:
    return ReasonSentence(
        number=number,
        kind=reason.side,
        sentence=wording.sentence(reason, language()),
        points=reason.points,
        in_need=_spans(reason, "need", in_need),
        in_offer=_spans(reason, "offer", in_offer),
        in_need_title=_spans(reason, "need", {HEADING: 0}),
        in_offer_title=_spans(reason, "offer", {HEADING: 0}),
    )


def _spans(reason: engine.Reason, side: str, starts: dict[str, int]) -> list[tuple[int, int]]:
    here = [p for p in reason.passages if p.side == side and p.section in starts]
    return [(starts[p.section] + p.start, starts[p.section] + p.end) for p in here]


def _facet(line: engine.Line) -> FacetRow:
    read_in = language()
    return FacetRow(
        item=_word(wording.ITEMS, line.item),
        asked=wording.chosen(line.asked, read_in),
        offered=wording.chosen(line.offered, read_in),
        verdict=line.verdict,
        words=wording.verdict(line.reason, read_in),
        kind=line.reason.side,
    )


def _word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    return str(wording.chosen(words[code], language()))


def language() -> wording.Language:
    """The reader's."""
    return "zh" if speaks_chinese() else "en"
