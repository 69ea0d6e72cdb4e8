"""Collections of any size for measuring speed: arrays as the engine makes them, filled by chance, without texts behind them.

Vectors are mixtures of 200 directions, so that near ones exist; terms are drawn by Zipf's law, about 110 different ones to an
offer, the 80 most telling of as many to a need; classes are drawn from as many as a province's lists have.
"""

from dataclasses import dataclass

import numpy as np

from matching.engine.compiled import fixed
from matching.engine.counting import Short
from matching.engine.exact import NeedArrays, OfferArrays, Tables
from matching.engine.fusion import Levels, channel_weights, few_of, trust
from matching.engine.lexical import DOCUMENT, QUERY, Listed, postings
from matching.engine.meaning import exact
from matching.engine.model import Floats, Integers
from matching.engine.scoring import REFERENCES, chosen, measure, nearness_of_offers, spread_evenly
from matching.engine.settings import Settings

TERMS, DRAWN, ASKED, TAGS = 300_000, 150, 80, 219
FIELDS, SECTORS, LEVELS, HELD, PLACES, REGIONS, PRICES = 6, 60, 10, 400, 800, 120, 500


@dataclass(frozen=True)
class Made:
    """A collection: arrays, tables, and the terms of each offer and need row by row."""

    needs: NeedArrays
    offers: OfferArrays
    tables: Tables
    words: Listed
    idf: Floats
    references: Integers
    reference_meaning: Short
    levels: Levels


def made(needs: int, offers: int, dimensions: int, seed: int = 1) -> Made:
    """A collection of a size, with all that build() measures."""
    chance = np.random.default_rng(seed)
    words = _drawn(chance, offers)
    seen = np.bincount(words.columns, minlength=TERMS)
    idf = np.log1p((offers - seen + 0.5) / (seen + 0.5)) * (seen > 0)
    found = _offers(chance, offers, dimensions, words)
    asking = _needs(chance, needs, dimensions, idf)
    references = spread_evenly(np.arange(offers), REFERENCES)
    settings = Settings()
    asking, _spreads, best = measure(
        asking, found, references, found.meaning[references], settings, channel_weights(settings, "made")
    )
    places = spread_evenly(np.arange(needs), settings.references)
    near = nearness_of_offers(chosen(asking, places), found, few_of(settings.hub_neighbours, len(places)))
    levels = Levels(float(near.mean()), float(best[places].mean()), trust(len(places)), trust(len(references)))
    asking = NeedArrays(*map(fixed, asking._replace(taken=levels.taken_from_needs(best, settings))))
    found = found._replace(taken=fixed(levels.taken_from_offers(near, settings)))
    return Made(asking, found, _tables(chance), words, idf, references, found.meaning[references], levels)


def vectors(chance: np.random.Generator, count: int, dimensions: int) -> Short:
    """Rows in whole numbers, made in parts to spare memory."""
    directions = np.random.default_rng(5).standard_normal((200, dimensions))
    found = np.empty((count, dimensions), dtype=np.int16)
    for begin in range(0, count, 20_000):
        rows = min(20_000, count - begin)
        near = directions[chance.integers(0, 200, rows)] + 0.7 * directions[chance.integers(0, 200, rows)]
        found[begin : begin + rows] = exact(near + 1.2 * chance.standard_normal((rows, dimensions)))
    return found


def _drawn(chance: np.random.Generator, texts: int) -> Listed:
    """Terms of texts with the weights that documents have."""
    starts, columns, weights = [np.zeros(1, dtype=np.int64)], [], []
    for begin in range(0, texts, 20_000):
        rows = min(20_000, texts - begin)
        terms = (TERMS ** chance.random((rows, DRAWN)) - 1).astype(np.int64)
        codes, often = np.unique((np.arange(rows)[:, None] * TERMS + terms).ravel(), return_counts=True)
        owner = codes // TERMS
        weights.append(np.rint(DOCUMENT * often * 2.2 / (often + 1.2)).astype(np.int16))
        columns.append((codes % TERMS).astype(np.int32))
        starts.append(starts[-1][-1] + np.cumsum(np.bincount(owner, minlength=rows)))
    return Listed(np.concatenate(starts), np.concatenate(columns), np.concatenate(weights))


def _needs(chance: np.random.Generator, count: int, dimensions: int, idf: Floats) -> NeedArrays:
    terms = np.sort((TERMS ** chance.random((count, DRAWN)) - 1).astype(np.int64), axis=1)
    asked = np.zeros((count, ASKED), dtype=np.int32)
    weights = np.zeros((count, ASKED), dtype=np.int32)
    for row, drawn in enumerate(terms):
        different = np.unique(drawn)
        best = np.sort(different[np.argsort(-idf[different], kind="stable")[:ASKED]])
        asked[row, : len(best)] = best
        weights[row, : len(best)] = np.rint(QUERY * idf[best] / idf[best].sum())
    tags = np.stack([np.sort(chance.choice(TAGS, 4, replace=False)) for _ in range(count)]).astype(np.int32)

    def of(classes: int) -> Integers:
        return chance.integers(0, classes, count).astype(np.int32)

    least = chance.integers(20, 900, count).astype(np.float64)
    nothing = np.zeros((count, 2))
    return NeedArrays(
        *map(fixed, (
            vectors(chance, count, dimensions), np.arange(count + 1) * ASKED, asked.ravel(), weights.ravel(),
            np.arange(count + 1) * 4, tags.ravel(), np.full(4 * count, 2000, dtype=np.int32),
            of(FIELDS), of(SECTORS), of(LEVELS), of(HELD), of(REGIONS), of(REGIONS), least, least * 1.5,
            np.zeros(count, dtype=np.int8), np.zeros(count, dtype=np.int8), chance.integers(1, 1 << 40, count),
            nothing, nothing, nothing[:, 0],
        ))
    )  # fmt: skip


def _offers(chance: np.random.Generator, count: int, dimensions: int, words: Listed) -> OfferArrays:
    tags = np.sort(chance.integers(0, TAGS, (count, 4)), axis=1).astype(np.int32)
    listed = Listed(np.arange(count + 1) * 4, tags.ravel(), np.full(4 * count, 2000, dtype=np.int16))
    sizes = (FIELDS * SECTORS, 3 * LEVELS, HELD, PLACES, PRICES)
    starts = np.cumsum([0, *sizes])
    classes = np.stack(
        [chance.integers(0, size, count) + start for size, start in zip(sizes, starts, strict=False)], axis=1
    )
    low = np.arange(PRICES, dtype=np.float64)
    return OfferArrays(
        *map(fixed, (
            vectors(chance, count, dimensions), *postings(words, TERMS), *postings(listed, TAGS),
            np.ones(count, dtype=np.int8), classes.astype(np.int32),
            np.repeat(np.arange(FIELDS), SECTORS).astype(np.int32), np.tile(np.arange(SECTORS), FIELDS).astype(np.int32),
            np.repeat(np.arange(LEVELS), 3).astype(np.int32), np.tile(np.arange(3), LEVELS).astype(np.int8),
            np.arange(HELD, dtype=np.int32), np.arange(PLACES, dtype=np.int32), low, low * 1.4,
            chance.integers(1, 1 << 40, count), np.zeros(count),
        ))
    )  # fmt: skip


def _tables(chance: np.random.Generator) -> Tables:
    def values(rows: int, columns: int) -> Floats:
        found = chance.choice([0.2, 0.4, 0.6, 0.8, 1.0], (rows, columns))
        found[chance.random((rows, columns)) < 0.2] = np.nan
        return found

    def verdicts(rows: int, columns: int) -> Integers:
        return chance.choice(np.array([0, 1, 2], dtype=np.int8), (rows, columns), p=[0.1, 0.2, 0.7])

    return Tables(
        *map(fixed, (
            values(FIELDS, FIELDS), values(SECTORS, SECTORS), values(LEVELS, LEVELS), verdicts(LEVELS, LEVELS),
            values(HELD, HELD), verdicts(HELD, HELD), values(REGIONS, PLACES), verdicts(REGIONS, PLACES), verdicts(REGIONS, PLACES),
        ))
    )  # fmt: skip
