"""Why a pair scores as it does: sentences for, against and on what is unknown, whose points come from the score's parts."""

from dataclasses import dataclass

import numpy as np

from matching.engine.corpus import Corpus
from matching.engine.facet_reasons import Line, lines, reasons
from matching.engine.model import Need, Offer, PairScore, Part, Reason
from matching.engine.passages import Match, matches
from matching.engine.wording import both

LOW = 0.25
QUOTED = 40
_SIDES = {"for": 0, "against": 1, "unknown": 2}


@dataclass(frozen=True)
class Explanation:
    """One pair explained. `reasons` are for, then against, then unknown, weightiest first; `lines` go facet by facet."""

    pair: PairScore
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...]


def explain(corpus: Corpus, need: str | Need, offer: str | Offer) -> Explanation:
    """Any pair in words, by ids or as records. KeyError for an unknown id."""
    left = corpus.need(need) if isinstance(need, str) else need
    right = corpus.offer(offer) if isinstance(offer, str) else offer
    pair = corpus.pair(need, offer)
    parts = {part.code: part for part in pair.parts}
    technologies = corpus.frame.technologies(left, right)
    found = [
        *_fit(corpus, left, right, parts["need_fit"]),
        *reasons(left, right, parts, technologies, corpus.frame.rules, corpus.frame.day),
    ]
    if _is_discounted(corpus, parts):
        found.append(Reason("against", "discounted"))
    ordered = sorted(found, key=lambda reason: (_SIDES[reason.side], -abs(reason.points or 0.0)))
    return Explanation(pair, tuple(ordered), lines(left, right, technologies, corpus.frame.rules, corpus.frame.day))


def _is_discounted(corpus: Corpus, parts: dict[str, Part]) -> bool:
    """Whether the content is so little related that the other parts count in proportion only."""
    content = [parts[code] for code in ("need_fit", "field_technology") if parts[code].points is not None]
    relevance = sum(part.points or 0.0 for part in content) / sum(part.possible for part in content)
    return relevance < corpus.settings.full_relevance


def _fit(corpus: Corpus, need: Need, offer: Offer, part: Part) -> list[Reason]:
    points = part.points or 0.0
    found = matches(need, offer, corpus.frame)
    shares = np.array([match.strength for match in found])
    told = [_passage(corpus, match, points * share / shares.sum()) for match, share in zip(found, shares, strict=True)]
    if not told:
        told = [Reason("for", "fit_whole", {}, points)]
    if points < LOW * part.possible:
        told.append(Reason("against", "fit_low", {}, points - part.possible))
    return told


def _passage(corpus: Corpus, match: Match, points: float) -> Reason:
    passages = (match.need, match.offer)
    if match.by == "words":
        shared = [both(f"“{word}”") for word in match.shared]
        return Reason("for", "passage_words", {"shared": shared}, points, passages)
    params = {"need": _short(match.need_text), "offer": _short(match.offer_text)}
    if match.technology is not None:
        named = corpus.frame.technology(match.technology)
        return Reason("for", "passage_concept", {**params, "technology": (named.en, named.zh)}, points, passages)
    return Reason("for", "passage_meaning", params, points, passages)


def _short(text: str) -> str:
    plain = text.strip().rstrip("。；;，,！!？?")
    return plain if len(plain) <= QUOTED else plain[: QUOTED - 1] + "…"
