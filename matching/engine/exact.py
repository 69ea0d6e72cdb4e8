"""What decides: the score of one pair, in one compiled function that every way of asking for a score goes through.

Similarities come as whole numbers (products of whole numbers, added up without rounding), so that it does not matter by
whom, in what order and with how many others they were computed.
"""

from math import isnan, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine import conditions, facets
from matching.engine.compiled import compiled, inlined
from matching.engine.facets import CLOSE, CONCEPTS, FIELD, SECTOR
from matching.engine.lexical import DOCUMENT, QUERY
from matching.engine.meaning import UNIT
from matching.engine.model import Floats, Integers
from matching.engine.ranking import ABOVE_BARRED, BARRED, BARRED_KEEPS, ELIGIBLE, RANKS, SHIFT, UNKNOWN

Small = NDArray[np.int32]
Short = NDArray[np.int16]
Flags = NDArray[np.int8]

WORD = 1.0 / (QUERY * DOCUMENT)  # what one of a sum of words' products is worth
COSINE = 1.0 / UNIT**2
terms_value = inlined(facets.terms_value)
budget_verdict = inlined(conditions.budget_verdict)


class NeedArrays(NamedTuple):
    """Needs as arrays. Terms and technologies of need i stand from start[i] to start[i + 1]."""

    meaning: Short  # needs by dimensions
    word_start: Integers
    words: Small
    word_weight: Small
    tag_start: Integers
    tags: Small
    tag_weight: Small
    field: Small  # classes: rows of the tables
    sector: Small
    level: Small
    asked: Small
    region: Small
    suppliers: Small
    least: Floats  # budget, NaN for unknown
    most: Floats
    closed: Flags  # 1 when the deadline has passed
    verified_only: Flags
    owner: Integers  # a number for the organisation, 0 for unknown
    means: Floats  # what is usual: needs by (words, meaning)
    scales: Floats  # weight of each similarity over its spread
    taken: Floats  # what the hub correction takes


class OfferArrays(NamedTuple):
    """Offers as arrays. Offers that have term t stand from start[t] to start[t + 1].

    Classes are offers by (subject, kind, held, place, price); each is a place in a View.
    """

    meaning: Short
    word_start: Integers
    word_offer: Small
    word_weight: Short
    tag_start: Integers
    tag_offer: Small
    tag_weight: Short
    named: Flags  # 1 when some technology is named
    classes: Small
    subject_field: Small  # subjects are pairs of field and sector: columns of the tables
    subject_sector: Small
    kind_level: Small  # kinds are pairs of readiness and verification (0 unknown, 1 no, 2 yes)
    kind_verified: Flags
    held: Small  # columns of the tables
    place: Small
    price_low: Floats
    price_high: Floats
    owner: Integers
    taken: Floats


class Tables(NamedTuple):
    """How each class of needs (rows) goes with each class of offers (columns): values 0..1 or NaN, and verdicts."""

    field: Floats
    sector: Floats
    level: Floats
    level_verdict: Flags
    asked: Floats
    asked_verdict: Flags
    region: Floats
    region_verdict: Flags
    suppliers_verdict: Flags


class View(NamedTuple):
    """How some needs (rows) see every class of offers: subjects, then kinds, held, places, prices.

    A value is a fraction, NaN where unknown; for subjects it is the sum of weighed fractions, and `known` the weights of those
    that are known.
    """

    values: Floats
    known: Floats
    verdicts: Flags


class Weights(NamedTuple):
    """The settings that a score depends on once everything is measured: points of the parts, and how fit is mapped to 0..1."""

    need_fit: float
    field_technology: float
    maturity: float
    credentials: float
    region: float
    terms: float
    full_relevance: float
    middle: float
    width: float


class Facts(NamedTuple):
    """What a score depends on of one need by itself."""

    usual_words: float
    usual_meaning: float
    words_scale: float
    meaning_scale: float
    taken: float
    tagged: bool
    closed: bool
    owner: int


@inlined
def facts_of(needs: NeedArrays, i: int) -> Facts:
    """The facts of need i."""
    return Facts(
        needs.means[i, 0], needs.means[i, 1], needs.scales[i, 0], needs.scales[i, 1], needs.taken[i],
        needs.tag_start[i + 1] > needs.tag_start[i], needs.closed[i] != 0, needs.owner[i],
    )  # fmt: skip


@compiled
def look(tables: Tables, needs: NeedArrays, first: int, offers: OfferArrays, view: View) -> None:
    """Fill in how needs from `first` on see all classes of offers."""
    subjects, kinds, held, places = (
        len(offers.subject_field),
        len(offers.kind_level),
        len(offers.held),
        len(offers.place),
    )
    for row in range(len(view.values)):
        i, at = first + row, 0
        values, known, verdicts = view.values[row], view.known[row], view.verdicts[row]
        for c in range(subjects):
            field = tables.field[needs.field[i], offers.subject_field[c]]
            sector = tables.sector[needs.sector[i], offers.subject_sector[c]]
            found, weight = 0.0, 0.0
            if not isnan(field):
                found += FIELD * field
                weight += FIELD
            if not isnan(sector):
                found += SECTOR * sector
                weight += SECTOR
            values[c], known[c], verdicts[c] = found, weight, ELIGIBLE
        at += subjects
        for c in range(kinds):
            level, verified, standing = offers.kind_level[c], offers.kind_verified[c], ELIGIBLE
            if needs.verified_only[i]:
                standing = UNKNOWN if verified == 0 else BARRED if verified == 1 else ELIGIBLE
            values[at + c] = tables.level[needs.level[i], level]
            verdicts[at + c] = min(standing, tables.level_verdict[needs.level[i], level])
        at += kinds
        for c in range(held):
            values[at + c] = tables.asked[needs.asked[i], offers.held[c]]
            verdicts[at + c] = tables.asked_verdict[needs.asked[i], offers.held[c]]
        at += held
        for c in range(places):
            place = offers.place[c]
            values[at + c] = tables.region[needs.region[i], place]
            verdicts[at + c] = min(
                tables.region_verdict[needs.region[i], place], tables.suppliers_verdict[needs.suppliers[i], place]
            )
        at += places
        for c in range(len(offers.price_low)):
            low, high = offers.price_low[c], offers.price_high[c]
            values[at + c] = terms_value(needs.least[i], needs.most[i], low, high)
            verdicts[at + c] = budget_verdict(needs.most[i], low, high)


@inlined
def fused(facts: Facts, words: int, dense: float) -> float:
    """The weighted sum of standardised similarities."""
    of_words = (words * WORD - facts.usual_words) * facts.words_scale
    return of_words + (dense * COSINE - facts.usual_meaning) * facts.meaning_scale


@inlined
def fit(facts: Facts, taken: float, words: int, dense: float, weights: Weights) -> float:
    """Fused similarities less what hubs get from everyone, as 0..1."""
    away = (fused(facts, words, dense) - facts.taken - taken - weights.middle) / weights.width
    return 0.5 * (1.0 + away / sqrt(1.0 + away * away))


@inlined
def technology(value: float, known: float, both_named: bool, tags: int) -> float:
    """Field, sector and technologies: the mean of those that are known, NaN when none is."""
    if both_named:
        value += CONCEPTS * min(1.0, tags * COSINE / CLOSE)
        known += CONCEPTS
    return value / known if known > 0.0 else nan


@inlined
def gate(of_fit: float, of_technology: float, weights: Weights) -> float:
    """How far conditions count: in full where the content is related, in proportion where it is not."""
    earned, possible = weights.need_fit * of_fit, weights.need_fit
    if not isnan(of_technology):
        earned += weights.field_technology * of_technology
        possible += weights.field_technology
    return min(1.0, earned / possible / weights.full_relevance) if possible > 0.0 else 1.0


@inlined
def total(
    of_fit: float,
    of_technology: float,
    maturity: float,
    credentials: float,
    region: float,
    terms: float,
    weights: Weights,
) -> float:
    """The score: unknown parts are left out and the others stand for the whole."""
    share = gate(of_fit, of_technology, weights)
    earned, possible = weights.need_fit * of_fit, weights.need_fit
    if not isnan(of_technology):
        earned += weights.field_technology * of_technology
        possible += weights.field_technology
    if not isnan(maturity):
        earned += weights.maturity * share * maturity
        possible += weights.maturity
    if not isnan(credentials):
        earned += weights.credentials * share * credentials
        possible += weights.credentials
    if not isnan(region):
        earned += weights.region * share * region
        possible += weights.region
    if not isnan(terms):
        earned += weights.terms * share * terms
        possible += weights.terms
    return 100.0 * earned / possible if possible > 0.0 else 0.0


@inlined
def judged(
    facts: Facts,
    values: Floats,
    known: Floats,
    verdicts: Flags,
    classes: Small,
    named: Flags,
    owners: Integers,
    taken: Floats,
    j: int,
    words: int,
    dense: float,
    tags: int,
    weights: Weights,
) -> tuple[float, float, float, float, float, float, float, int]:
    """The fractions of all parts of one pair (NaN where unknown), its score (a barred pair keeps a hundredth), its standing."""
    subject, kind, held, place, price = classes[j, 0], classes[j, 1], classes[j, 2], classes[j, 3], classes[j, 4]
    of_fit = fit(facts, taken[j], words, dense, weights)
    of_technology = technology(values[subject], known[subject], facts.tagged and named[j] != 0, tags)
    found: int = min(min(verdicts[kind], verdicts[held]), min(verdicts[place], verdicts[price]))
    if facts.closed or (facts.owner != 0 and facts.owner == owners[j]):
        found = BARRED
    score = total(of_fit, of_technology, values[kind], values[held], values[place], values[price], weights)
    if found == BARRED:
        score = BARRED_KEEPS * score
    return of_fit, of_technology, values[kind], values[held], values[place], values[price], score, found


@inlined
def key(score: float, found: int, rank: int) -> int:
    """A scored pair as one whole number: see ranking."""
    millionths: int = np.int64(np.rint(score * 1e6))  # type: ignore[assignment]
    if found != BARRED:
        millionths += ABOVE_BARRED
    return (millionths << SHIFT) | ((RANKS - 1 - rank) << 2) | int(found)


@compiled
def rows(
    needs: NeedArrays,
    i: int,
    view: View,
    offers: OfferArrays,
    places: Integers,
    similar: Integers,
    weights: Weights,
    fractions: Floats,
    scores: Floats,
    standings: Flags,
) -> None:
    """Fill in parts (6 by places), scores and standings of need i with the offers at `places`; `similar` is (3, places).

    The only row of `view` is that of the need.
    """
    facts = facts_of(needs, i)
    values, known, verdicts = view.values[0], view.known[0], view.verdicts[0]
    classes, named, owners, taken = offers.classes, offers.named, offers.owner, offers.taken
    for at in range(len(places)):
        found = judged(
            facts, values, known, verdicts, classes, named, owners, taken,
            places[at], similar[0, at], float(similar[1, at]), similar[2, at], weights,
        )  # fmt: skip
        fractions[0, at], fractions[1, at], fractions[2, at] = found[0], found[1], found[2]
        fractions[3, at], fractions[4, at], fractions[5, at] = found[3], found[4], found[5]
        scores[at], standings[at] = found[6], found[7]


@compiled
def column(
    needs: NeedArrays,
    view: View,
    offers: OfferArrays,
    j: int,
    similar: Integers,
    weights: Weights,
    ranks: Integers,
    fractions: Floats,
    scores: Floats,
    standings: Flags,
    keys: Integers,
) -> None:
    """Fill in the same for all needs (rows of `view`) with the offer at place j, and keys; `ranks` are those of the needs' ids."""
    classes, named, owners, taken = offers.classes, offers.named, offers.owner, offers.taken
    for i in range(len(keys)):
        found = judged(
            facts_of(needs, i), view.values[i], view.known[i], view.verdicts[i], classes, named, owners, taken,
            j, similar[0, i], float(similar[1, i]), similar[2, i], weights,
        )  # fmt: skip
        fractions[0, i], fractions[1, i], fractions[2, i] = found[0], found[1], found[2]
        fractions[3, i], fractions[4, i], fractions[5, i] = found[3], found[4], found[5]
        scores[i], standings[i] = found[6], found[7]
        keys[i] = key(found[6], found[7], ranks[i])


@compiled
def fused_all(needs: NeedArrays, similar: Integers, into: Floats) -> None:
    """Fused similarities of all needs with one offer; `similar` is (3, needs)."""
    for i in range(len(into)):
        into[i] = fused(facts_of(needs, i), similar[0, i], float(similar[1, i]))
