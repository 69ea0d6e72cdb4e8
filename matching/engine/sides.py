"""The two sides of a collection as arrays, and the measures that are frozen when the collection is built."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
from scipy import sparse

from matching.engine import lexical
from matching.engine.classes import Table
from matching.engine.concepts import Concepts
from matching.engine.conditions import Rule, rules
from matching.engine.facets import CLOSE, Credentials, Facet, Field, Maturity, Region, Sector, Terms
from matching.engine.lexical import Counts, Lexicon, Sparse
from matching.engine.meaning import Latent, Provider, Space, cosines, unit, unit_rows
from matching.engine.model import Floats, Integers, Matrix, Named, Need, Offer, Technologies
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN
from matching.engine.settings import Settings
from matching.engine.text import Sentence, cut

Record = Need | Offer
REMEMBERED = 2048
_VERDICTS = {"barred": BARRED, "unknown": UNKNOWN, "met": ELIGIBLE, None: ELIGIBLE}


def title_of(record: Record) -> str:
    """The first section: the title."""
    return record.texts[0][1]


def whole_of(record: Record) -> str:
    """All sections, one below the other."""
    return "\n".join(text for _section, text in record.texts)


def texts_to_embed(record: Record) -> tuple[str, ...]:
    """The texts of a record that Corpus.build() asks a provider for: its title and the whole."""
    return title_of(record), whole_of(record)


@dataclass(frozen=True)
class NeedSide:
    """Needs as arrays, row by row."""

    records: Sequence[Need]
    by_title: Sparse
    by_text: Sparse
    meaning: Matrix
    concepts: Matrix

    def rows(self, start: int, stop: int) -> "NeedSide":
        """Some of the needs."""
        return NeedSide(
            self.records[start:stop], self.by_title[start:stop], self.by_text[start:stop],
            self.meaning[start:stop], self.concepts[start:stop],
        )  # fmt: skip


@dataclass(frozen=True)
class OfferSide:
    """Offers as arrays, column by column, and the tables that judge them."""

    records: Sequence[Offer]
    weighed: Sparse
    postings: Sparse
    meaning: Matrix
    concepts: Matrix
    facets: dict[str, Table]
    conditions: tuple[Table, ...]


@dataclass(frozen=True)
class Analysed:
    """A listing sentence by sentence: rows of words (of length one), technologies and meaning; `tags` are the technologies of the whole."""

    sentences: list[Sentence]
    words: Sparse
    concepts: Floats
    meaning: Floats
    tags: Floats
    tag_vector: Matrix


@dataclass(frozen=True)
class _Read:
    titles: Counts
    texts: Counts
    tags: Floats


class Frame:
    """What is measured once on both sides together and then frozen: terms, directions of meaning, rarity of concepts."""

    def __init__(
        self,
        needs: Sequence[Need],
        offers: Sequence[Offer],
        settings: Settings,
        concepts: Concepts,
        provider: Provider | None,
        day: date,
        vectors: list[tuple[Floats, Floats]] | None = None,
    ) -> None:
        self.settings, self.day = settings, day
        self.rules = rules(day)
        self.facets: tuple[Facet, ...] = (Field(), Sector(), Maturity(), Credentials(day), Region(), Terms())
        self._concepts, self._provider = concepts, provider
        self._analysed = lru_cache(maxsize=REMEMBERED)(self._analyse)
        read_needs, read_offers = self._read(needs), self._read(offers)
        self.lexicon = Lexicon(read_offers.texts, read_needs.texts)
        self._rarity = concepts.rarity(np.vstack([read_needs.tags, read_offers.tags]))
        if provider is None:
            both = (self.lexicon.matrix(read_offers.texts), self.lexicon.matrix(read_needs.texts))
            weighed = [unit_rows(counted, self.lexicon.idf) for counted in both]
            self._latent = Latent(lexical.below(weighed), settings.dimensions)
        sample = vectors or [self._vectors(side, read) for side, read in ((needs, read_needs), (offers, read_offers))]
        self.embedded = sample
        self._space = Space(
            np.vstack([half for pair in sample for half in pair]), provider.common_directions if provider else 0
        )
        self.needs, self.offers = (
            self._needs(needs, read_needs, sample[0]),
            self._offers(offers, read_offers, sample[1]),
        )

    @property
    def model_id(self) -> str:
        """Which embedding made the vectors."""
        return self._provider.model_id if self._provider else Latent.model_id

    @property
    def provider(self) -> Provider | None:
        """What makes its vectors; None for LSI."""
        return self._provider

    @property
    def concepts(self) -> Concepts:
        """The list of technologies that it was built with."""
        return self._concepts

    def need_side(self, needs: Sequence[Need]) -> NeedSide:
        """Other needs, measured with the frozen numbers."""
        read = self._read(needs)
        return self._needs(needs, read, self._vectors(needs, read))

    def offer_side(self, offers: Sequence[Offer]) -> OfferSide:
        """Other offers, measured with the frozen numbers."""
        read = self._read(offers)
        return self._offers(offers, read, self._vectors(offers, read))

    def technology(self, place: int) -> Named:
        """The name of a technology."""
        return self._concepts.tags[place].named

    def technologies(self, need: Need, offer: Offer) -> Technologies:
        """How close two listings are in technology, and by which."""
        left, right = self.analysed(need), self.analysed(offer)
        of_need, of_offer = self._strongest(left.tags), self._strongest(right.tags)
        if not (of_need and of_offer):
            return Technologies(None, (), of_need, of_offer)
        closeness = min(1.0, float(cosines(left.tag_vector, right.tag_vector)[0, 0]) / CLOSE)
        return Technologies(closeness, self._strongest(left.tags * right.tags), of_need, of_offer)

    def analysed(self, record: Record) -> Analysed:
        """A listing sentence by sentence, remembered for a while: a listing is explained beside many others."""
        return self._analysed(record)

    def _analyse(self, record: Record) -> Analysed:
        sentences = cut(record.texts)
        texts = [sentence.text for sentence in sentences]
        counted = self.lexicon.matrix(lexical.count(texts))
        telling = self.lexicon.is_telling[counted.indices]
        weights = self.lexicon.idf[counted.indices] * telling
        words = unit(sparse.csr_matrix((weights, counted.indices, counted.indptr), counted.shape))
        tags = self._concepts.counts(texts, [()] * len(texts)) * self._rarity
        if self._provider is not None:
            # nothing is embedded to explain a pair
            meaning = np.zeros((len(texts), 1))
        else:
            meaning = self._latent.vectors(unit_rows(counted, self.lexicon.idf))
        whole = self._concepts.counts([whole_of(record)], [record.technologies])
        return Analysed(
            sentences, words, tags, meaning, (whole * self._rarity)[0], self._concepts.vectors(whole, self._rarity)
        )

    def _strongest(self, weights: Floats) -> tuple[Named, ...]:
        places = np.flatnonzero(weights)
        return tuple(self.technology(int(place)) for place in places[np.argsort(-weights[places], kind="stable")])

    def one_offer(self, place: int) -> OfferSide:
        """One offer of the collection by itself."""
        which = slice(place, place + 1)
        known = self.offers
        return self._judging(known.records[which], known.weighed[which], known.meaning[which], known.concepts[which])

    def _read(self, records: Sequence[Record]) -> _Read:
        texts = [whole_of(record) for record in records]
        tags = self._concepts.counts(texts, [record.technologies for record in records])
        return _Read(lexical.count([title_of(record) for record in records]), lexical.count(texts), tags)

    def _vectors(self, records: Sequence[Record], read: _Read) -> tuple[Floats, Floats]:
        if self._provider is not None:
            titles = self._provider.embed([title_of(record) for record in records])
            texts = self._provider.embed([whole_of(record) for record in records])
            return titles.astype(np.float64), texts.astype(np.float64)
        counted = (self.lexicon.matrix(read.titles), self.lexicon.matrix(read.texts))
        title, text = (self._latent.vectors(unit_rows(found, self.lexicon.idf)) for found in counted)
        return title, text

    def _needs(self, records: Sequence[Need], read: _Read, vectors: tuple[Floats, Floats]) -> NeedSide:
        titles, texts = self.lexicon.matrix(read.titles), self.lexicon.matrix(read.texts)
        saturation, most = self.settings.saturation, self.settings.query_terms
        return NeedSide(
            records, self.lexicon.queries(titles, saturation, most), self.lexicon.queries(texts + titles, saturation, most),
            self._space.vectors(*vectors), self._concepts.vectors(read.tags, self._rarity),
        )  # fmt: skip

    def _offers(self, records: Sequence[Offer], read: _Read, vectors: tuple[Floats, Floats]) -> OfferSide:
        counted = self.lexicon.matrix(read.texts)
        weighed = self.lexicon.documents(counted, self.settings.saturation, self.settings.length_norm)
        meaning, tags = self._space.vectors(*vectors), self._concepts.vectors(read.tags, self._rarity)
        return self._judging(records, weighed, meaning, tags)

    def _judging(self, records: Sequence[Offer], weighed: Sparse, meaning: Matrix, tags: Matrix) -> OfferSide:
        facets = {f.code: Table(f.value, [f.offer_key(r) for r in records], np.nan) for f in self.facets}
        conditions = tuple(
            Table(partial(_judged, rule), [rule.offer_key(r) for r in records], ELIGIBLE) for rule in self.rules
        )
        return OfferSide(records, weighed, weighed.T.tocsr(), meaning, tags, facets, conditions)


def _judged(rule: Rule, need_key: Any, offer_key: Any) -> float:
    return _VERDICTS[rule.verdict(need_key, offer_key)]


def eligibility(needs: NeedSide, offers: OfferSide, frame: Frame) -> Integers:
    """BARRED, UNKNOWN or ELIGIBLE for every pair: the worst of all conditions."""
    found = np.full((len(needs.records), len(offers.records)), float(ELIGIBLE))
    for rule, table in zip(frame.rules, offers.conditions, strict=True):
        np.minimum(found, table.rows([rule.need_key(need) for need in needs.records]), out=found)
    return found.astype(np.int64)


def facet_rows(needs: NeedSide, offers: OfferSide, frame: Frame) -> dict[str, Floats]:
    """Every facet's values for every pair, by code."""
    return {
        facet.code: offers.facets[facet.code].rows([facet.need_key(need) for need in needs.records])
        for facet in frame.facets
    }
