"""Why a pair scores as it does: sentences for, against and on what is unknown, whose points come from the score's parts."""

from dataclasses import dataclass
from math import nan

from matching.engine.corpus import Corpus
from matching.engine.facet_reasons import Line, lines, reasons
from matching.engine.fusion import CHANNELS
from matching.engine.model import Need, Offer, PairScore, Part, Passage, Reason
from matching.engine.passages import Match, matches
from matching.engine.reading import Reading, read, technologies
from matching.engine.rescoring import closeness_in
from matching.engine.shared_words import SharedWord, shared_words
from matching.engine.wording import both, sentence

NOTHING = 1e-6  # points
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
    readings = read(left, corpus.frame.concepts), read(right, corpus.frame.concepts)
    of_content = parts["field_technology"]
    fraction = nan if of_content.points is None else of_content.points / of_content.possible
    alike = technologies(*readings, corpus.frame, closeness_in(corpus.frame, left, right, fraction))
    found = [
        *_fit(corpus, left, right, readings, parts["need_fit"]),
        *reasons(left, right, parts, alike, pair.conditions, corpus.frame.day),
    ]
    if _is_discounted(corpus, parts):
        found.append(Reason("against", "discounted"))
    ordered = sorted(_once(found), key=lambda reason: (_SIDES[reason.side], -abs(reason.points or 0.0)))
    return Explanation(pair, tuple(ordered), lines(left, right, alike, pair.conditions, corpus.frame.day))


def _once(found: list[Reason]) -> list[Reason]:
    """No sentence twice, whichever reasons say it."""
    return list({sentence(reason): reason for reason in reversed(found)}.values())[::-1]


def _is_discounted(corpus: Corpus, parts: dict[str, Part]) -> bool:
    """Whether the content is so little related that the other parts count in proportion only."""
    content = [parts[code] for code in ("need_fit", "field_technology") if parts[code].points is not None]
    relevance = sum(part.points or 0.0 for part in content) / sum(part.possible for part in content)
    return relevance < corpus.settings.full_relevance


def _fit(corpus: Corpus, need: Need, offer: Offer, readings: tuple[Reading, Reading], part: Part) -> list[Reason]:
    """What the texts earned, divided between their words and the rest (their nearness in meaning) as the engine weighed them."""
    points, frame = part.points or 0.0, corpus.frame
    codes, earned = corpus.terms_in_common(need, offer)
    of_words = _share_of_words(corpus, need, offer)
    words = shared_words(need, offer, codes, earned, frame.lexicon)
    pairs = matches(*readings, frame.lexicon, frame.rarity, codes, earned)
    for_words = points * of_words if words else 0.0
    told = [_words(words, for_words)] if words else []
    rest = points - for_words
    told += _pairs(corpus, pairs, rest) or ([_whole(need, offer, part, rest)] if rest > NOTHING or not words else [])
    if points < LOW * part.possible:
        told.append(Reason("against", "fit_low", {}, points - part.possible))
    return told


def _share_of_words(corpus: Corpus, need: Need, offer: Offer) -> float:
    """The words' share (0 to 1) in what makes two texts alike."""
    weighed = corpus.looked_at(need, offer).nearness.weighed
    words, rest = (max(0.0, weighed[channel]) for channel in CHANNELS)
    return words / (words + rest) if words else 0.0


def _words(words: list[SharedWord], points: float) -> Reason:
    shared = [both(f"“{each.word}”") for each in words]
    passages = tuple(passage for each in words for passage in each.passages)
    return Reason("for", "words_shared", {"shared": shared}, points, passages)


def _pairs(corpus: Corpus, pairs: list[Match], points: float) -> list[Reason]:
    total = sum(match.strength for match in pairs)
    return [_pair(corpus, match, points * match.strength / total, place) for place, match in enumerate(pairs)]


def _pair(corpus: Corpus, match: Match, points: float, place: int) -> Reason:
    passages = (match.need, match.offer)
    params: dict[str, object] = {"need": _short(match.need_text), "offer": _short(match.offer_text)}
    if match.technology is not None:
        named = corpus.frame.technology(match.technology)
        return Reason("for", "passage_concept", {**params, "technology": (named.en, named.zh)}, points, passages)
    return Reason("for", "passage_also" if place else "passage_best", params, points, passages)


def _whole(need: Need, offer: Offer, part: Part, points: float) -> Reason:
    """Texts that say the same in other words: their titles say best what each is about."""
    if (part.points or 0.0) < LOW * part.possible:
        return Reason("for", "fit_little", {}, points)
    titles = (Passage("need", *_title(need)), Passage("offer", *_title(offer)))
    return Reason("for", "fit_whole", {}, points, tuple(title for title in titles if title.end > title.start))


def _title(record: Need | Offer) -> tuple[str, int, int]:
    section, text = record.texts[0]
    return section, len(text) - len(text.lstrip()), len(text.rstrip())


def _short(text: str) -> str:
    plain = text.strip().rstrip("。；;，,！!？?：:、")
    return plain if len(plain) <= QUOTED else plain[: QUOTED - 1] + "…"
