"""The two sides of a collection as arrays, and the measures that are frozen when the collection is built."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np
from scipy import sparse

from matching.engine.classes import Classes
from matching.engine.compiled import fixed
from matching.engine.concepts import Concepts
from matching.engine.conditions import rules
from matching.engine.exact import COSINE, NeedArrays, OfferArrays, Short, Small
from matching.engine.facets import CLOSE, Credentials, Facet, Field, Maturity, Region, Sector, Terms, amount
from matching.engine.lexical import Counts, Lexicon, Listed, Sparse, Vocabulary
from matching.engine.meaning import Latent, Provider, Space, unit_rows
from matching.engine.model import Floats, Integers, Named, Need, Offer
from matching.engine.settings import Settings
from matching.engine.tables import NEED_KEYS, Sides, offer_keys

Record = Need | Offer
CHUNK = 4096


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
class Read:
    """Texts as counted terms and technologies; titles are None where nobody asks for them."""

    titles: Counts | None
    texts: Counts
    tags: Sparse


@dataclass(frozen=True)
class NeedSide:
    """Needs: arrays, and their classes by facet. `best` is the mean of the best few fused similarities of each."""

    arrays: NeedArrays
    classes: Sides
    best: Floats
    spreads: Floats


@dataclass(frozen=True)
class OfferSide:
    """Offers: arrays and their classes. `words` and `tags` row by row where offers stand by themselves."""

    arrays: OfferArrays
    classes: Sides
    words: Listed | None = None
    tags: Listed | None = None


class Frame:
    """What is measured once on both sides together and then frozen: terms, directions of meaning, rarity of concepts."""

    def __init__(
        self, settings: Settings, day: date, concepts: Concepts, provider: Provider | None,
        lexicon: Lexicon, rarity: Floats, latent: Latent | None, space: Space,
    ) -> None:  # fmt: skip
        self.settings, self.day, self.concepts, self.provider = settings, day, concepts, provider
        self.lexicon, self.rarity, self.latent, self.space = lexicon, rarity, latent, space
        self.rules = rules(day)
        self.facets: tuple[Facet, ...] = (Field(), Sector(), Maturity(), Credentials(day), Region(), Terms())
        self.offer_keys = offer_keys(day)

    @property
    def model_id(self) -> str:
        """Which embedding made the vectors."""
        return self.provider.model_id if self.provider else Latent.model_id

    def read(self, records: Sequence[Record]) -> Read:
        """Other records, by the collection's terms."""
        titles = self.lexicon.counts([title_of(record) for record in records])
        texts = self.lexicon.counts([whole_of(record) for record in records])
        return Read(titles, texts, _tags(self.concepts, records))

    def meaning(self, records: Sequence[Record], read: Read) -> Short:
        """Vectors of records in whole numbers."""
        return self.space.vectors(*vectors(records, read, self.provider, self.latent, self.lexicon))

    def queries(self, read: Read) -> Listed:
        """The words that needs ask for."""
        assert read.titles is not None
        settings = self.settings
        found = self.lexicon.queries(
            read.titles, read.texts, settings.title_share, settings.saturation, settings.query_terms
        )
        return Listed(*found)

    def documents(self, texts: Counts) -> Listed:
        """The words that offers have."""
        weights = self.lexicon.documents(texts, self.settings.saturation, self.settings.length_norm)
        return Listed(texts.starts, texts.terms, weights)

    def tagged(self, read: Read) -> Listed:
        """The technologies of records as vectors in whole numbers."""
        found = self.concepts.vectors(read.tags, self.rarity)
        return Listed(found.indptr.astype(np.int64), found.indices.astype(np.int32), found.data.astype(np.int32))

    def need_arrays(
        self, needs: Sequence[Need], meaning: Short, words: Listed, tags: Listed
    ) -> tuple[NeedArrays, Sides]:
        """Needs as arrays, all that is measured over offers still zero."""
        classes = {name: Classes.found(map(key, needs)) for name, key in NEED_KEYS.items()}
        budget = np.array(
            [(amount(need.budget_min), amount(need.budget_max)) for need in needs], dtype=np.float64
        ).reshape(-1, 2)
        closed = np.array([need.deadline is not None and need.deadline < self.day for need in needs], dtype=np.int8)
        nothing = np.zeros((len(needs), 2))
        return NeedArrays(
            *map(fixed, (
                meaning, words.start, words.columns, words.weights, tags.start, tags.columns, tags.weights,
                *(classes[name].of for name in ("field", "sector", "level", "asked", "region", "suppliers")),
                budget[:, 0], budget[:, 1], closed, np.array([need.only_verified for need in needs], dtype=np.int8),
                owners(needs), nothing, nothing, nothing[:, 0],
            ))
        ), classes  # fmt: skip

    def offer_arrays(self, offers: Sequence[Offer], meaning: Short, words: Any, tags: Any) -> tuple[OfferArrays, Sides]:
        """Offers as arrays, without what the hub correction takes; `words`, `tags`: (start, offers, weights) by term."""
        classes = {name: Classes.found(map(key, offers)) for name, key in self.offer_keys.items()}
        subjects, subject = _crossed(classes["field"].of, classes["sector"].of)
        verified = np.array([0 if o.verified is None else 1 + o.verified for o in offers], dtype=np.int32)
        kinds, kind = _crossed(classes["level"].of, verified)
        prices = Classes.found((o.price_min, o.price_max) for o in offers)
        price = np.array(
            [(amount(offers[at].price_min), amount(offers[at].price_max)) for at in prices.first], dtype=np.float64
        ).reshape(-1, 2)
        held, place = (np.arange(len(classes[name]), dtype=np.int32) for name in ("held", "place"))
        starts = np.cumsum([0, len(subjects), len(kinds), len(held), len(place)])
        each = np.stack([subject, kind, classes["held"].of, classes["place"].of, prices.of], axis=1) + starts
        named = np.zeros(len(offers), dtype=np.int8)
        named[tags[1]] = 1
        return OfferArrays(
            *map(fixed, (
                meaning, *words, tags[0], tags[1], tags[2].astype(np.int16), named, each.astype(np.int32),
                subjects[:, 0], subjects[:, 1], kinds[:, 0], kinds[:, 1].astype(np.int8), held, place, price[:, 0], price[:, 1],
                owners(offers), np.zeros(len(offers)),
            ))
        ), classes  # fmt: skip

    def technology(self, place: int) -> Named:
        """The name of a technology."""
        return self.concepts.tags[place].named

    def closeness(self, left: Floats, right: Floats) -> float:
        """How close two listings are in technology (0 to 1), from what each names as Concepts.counts() gives it."""
        vectors = self.concepts.vectors(sparse.csr_matrix(np.stack([left, right])), self.rarity)
        return min(1.0, float((vectors[0] @ vectors[1].T).sum()) * COSINE / CLOSE)


def measured(
    needs: Sequence[Need],
    offers: Sequence[Offer],
    settings: Settings,
    concepts: Concepts,
    provider: Provider | None,
    day: date,
) -> tuple[Frame, tuple[Read, Short], tuple[Read, Short]]:
    """Read and measure a collection: its frame, and each side as read and with its vectors."""
    vocabulary = Vocabulary()
    reads = [
        _first_read(vocabulary, concepts, side, titles) for side, titles in ((needs, True), (offers, provider is None))
    ]
    codes, places = vocabulary.settled()
    of_needs, of_offers = (_renumbered(read, places) for read in reads)
    lexicon = Lexicon.measured(codes, of_offers.texts, settings.single_characters)
    rarity = concepts.rarity(sparse.vstack([of_needs.tags, of_offers.tags]).tocsr())
    latent = None
    if provider is None:
        weighed = [unit_rows(lexicon.matrix(read.texts), lexicon.idf) for read in (of_offers, of_needs)]
        latent = Latent.fitted(sparse.vstack(weighed).tocsr(), settings.dimensions)
    sample = [vectors(side, read, provider, latent, lexicon) for side, read in ((needs, of_needs), (offers, of_offers))]
    common = provider.common_directions if provider else 0
    space = Space.measured(np.vstack(sample[0]), np.vstack(sample[1]), common, settings.title_meaning)
    frame = Frame(settings, day, concepts, provider, lexicon, rarity, latent, space)
    left, right = (space.vectors(*pair) for pair in sample)
    return frame, (of_needs, left), (of_offers, right)


def vectors(
    records: Sequence[Record], read: Read, provider: Provider | None, latent: Latent | None, lexicon: Lexicon
) -> tuple[Floats, Floats]:
    """Vectors of titles and of whole texts, from a provider or by latent meaning."""
    if provider is not None:
        titles, texts = zip(*map(texts_to_embed, records), strict=True) if records else ((), ())
        return provider.embed(titles).astype(np.float64), provider.embed(texts).astype(np.float64)
    assert latent is not None
    assert read.titles is not None
    found = [latent.vectors(unit_rows(lexicon.matrix(counts), lexicon.idf)) for counts in (read.titles, read.texts)]
    return found[0], found[1]


def owners(records: Sequence[Record]) -> Integers:
    """A number for each record's organisation, the same for the same name everywhere; 0 where it is unknown."""
    found = [
        int.from_bytes(blake2b(r.owner.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
        if r.owner
        else 0
        for r in records
    ]
    return np.array(found, dtype=np.int64)


def _first_read(vocabulary: Vocabulary, concepts: Concepts, records: Sequence[Record], titles: bool) -> Read:
    heads = vocabulary.counts(map(title_of, records)) if titles else None
    parts = [_tags(concepts, part) for part in _parts(records)]
    tags = sparse.vstack(parts).tocsr() if parts else sparse.csr_matrix((0, max(1, len(concepts.tags))))
    return Read(heads, vocabulary.counts(map(whole_of, records)), tags)


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    return (records[begin : begin + CHUNK] for begin in range(0, len(records), CHUNK))


def _tags(concepts: Concepts, records: Sequence[Record]) -> Sparse:
    return concepts.meant([whole_of(record) for record in records], [record.technologies for record in records])


def _renumbered(read: Read, places: Small) -> Read:
    heads, texts = ((c and Counts(c.starts, places[c.terms], c.times)) for c in (read.titles, read.texts))
    assert texts is not None
    return Read(heads, texts, read.tags)


def _crossed(left: Small, right: Small) -> tuple[Small, Small]:
    """The pairs of two classes that occur, and which of them each record has."""
    codes, of = np.unique((left.astype(np.int64) << 32) | right, return_inverse=True)
    pairs = np.stack([codes >> 32, codes & 0xFFFFFFFF], axis=1).astype(np.int32)
    return pairs, of.astype(np.int32)
