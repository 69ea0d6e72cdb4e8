"""Listings of one side that say nearly the same, and the passages that two texts have in common."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from matching.engine import alike
from matching.engine.corpus import Corpus
from matching.engine.exact import NeedArrays, OfferArrays, Short
from matching.engine.lexical import Listed
from matching.engine.model import Floats, Integers, Need, Offer
from matching.engine.scoring import Row

WORDS = 0.5  # the rest is meaning
BEYOND_WORDS = 0.4  # so much more than the words' likeness that of meaning may count: few texts have few directions
SHORTEST = 8  # characters of a passage
TRIED = 8  # places where a passage may begin that are tried
LONGEST_TEXT = 12_000


@dataclass(frozen=True)
class Common:
    """A passage that two texts share: from `left` in the one and from `right` in the other, `length` characters."""

    left: int
    right: int
    length: int


def near(corpus: Corpus, record: Need | Offer, most: int = 12) -> list[tuple[str, float]]:
    """The collection's records of the same side that are most alike, best first: id, likeness from 0 to 1."""
    of_needs = isinstance(record, Need)
    ids = corpus.need_ids if of_needs else corpus.offer_ids
    if not len(ids):
        return []
    found = _alike(corpus, record)
    order = np.argsort(-found, kind="stable")[: most + 1]
    return [(ids[place], float(found[place])) for place in order.tolist() if ids[place] != record.id][:most]


def near_each(corpus: Corpus, record: Need | Offer, others: Sequence[Need | Offer]) -> list[tuple[str, float]]:
    """The same for records that are not in the collection (yet), in their order, by the collection's measures."""
    if not others:
        return []
    words, meaning = _read(corpus, [record, *others])
    rows = [words.row(place) for place in range(len(others) + 1)]
    shared = [_product(rows[0], row) for row in rows[1:]]
    lengths = np.array([np.sqrt((weights.astype(np.float64) ** 2).sum()) for _terms, weights in rows])
    told = _joined(np.array(shared), lengths[1:], lengths[0], *_near_in_meaning(meaning[1:], meaning[0]))
    return [(other.id, float(value)) for other, value in zip(others, told, strict=True)]


def in_common(left: str, right: str, shortest: int = SHORTEST) -> list[Common]:
    """The passages that two texts share, longest first; case and width of characters do not count."""
    one, two = _folded(left), _folded(right)
    starts: dict[str, list[int]] = {}
    for at in range(len(two) - shortest + 1):
        starts.setdefault(two[at : at + shortest], []).append(at)
    found, at = [], 0
    while at <= len(one) - shortest:
        tried = starts.get(one[at : at + shortest], ())[:TRIED]
        length, begin = max(((_same(one, at, two, start), start) for start in tried), default=(0, 0))
        if length and _says_something(one[at : at + length], shortest):
            found.append(Common(at, begin, length))
        at += length or 1
    return sorted(found, key=lambda common: (-common.length, common.left))


def _same(one: str, at: int, two: str, start: int) -> int:
    """How many characters are the same from these places on."""
    length, most = 0, min(len(one) - at, len(two) - start)
    while length < most and one[at + length] == two[start + length]:
        length += 1
    return length


def _says_something(text: str, shortest: int) -> bool:
    return sum(each.isalnum() for each in text) >= shortest - 2


def _folded(text: str) -> str:
    """Each character in its plain form, one for one, so that places stay."""
    return "".join((unicodedata.normalize("NFKC", each) or each)[0].lower()[0] for each in text[:LONGEST_TEXT])


def _read(corpus: Corpus, records: Sequence[Need | Offer]) -> tuple[Listed, Short]:
    frame = corpus.frame
    read = frame.read(records)
    words = frame.queries(read) if isinstance(records[0], Need) else frame.documents(read.texts)
    return words, frame.meaning(records, read)


def _alike(corpus: Corpus, record: Need | Offer) -> Floats:
    words, meaning = _read(corpus, [record])
    terms, weights = words.row(0)
    sides = corpus.collected
    arrays: NeedArrays | OfferArrays = sides.needs.arrays if isinstance(record, Need) else sides.offers.arrays
    shared = np.zeros(len(arrays.owner), dtype=np.int64)
    if isinstance(arrays, NeedArrays):
        has = np.zeros(len(corpus.frame.lexicon.codes), dtype=np.int32)
        has[terms] = weights
        alike.answered(arrays.word_start, arrays.words, arrays.word_weight, has, shared)
    else:
        asked = weights.astype(np.int32)
        alike.covered(arrays.word_start, arrays.word_offer, arrays.word_weight, terms, asked, shared)
    mine = np.sqrt((weights.astype(np.float64) ** 2).sum())
    return _joined(shared, _lengths(corpus, arrays), mine, *_near_in_meaning(arrays.meaning, meaning[0]))


# of a collection and a side: the lengths of the words' vectors, which take a while where there are many
_known: WeakKeyDictionary[Corpus, dict[bool, Floats]] = WeakKeyDictionary()


def _lengths(corpus: Corpus, arrays: NeedArrays | OfferArrays) -> Floats:
    sides = _known.setdefault(corpus, {})
    of_needs = isinstance(arrays, NeedArrays)
    if of_needs not in sides:
        count = len(arrays.owner)
        owner: Integers = (
            np.repeat(np.arange(count), np.diff(arrays.word_start)) if isinstance(arrays, NeedArrays) else arrays.word_offer.astype(np.int64)
        )  # fmt: skip
        sides[of_needs] = np.sqrt(np.bincount(owner, arrays.word_weight.astype(np.float64) ** 2, minlength=count))
    return sides[of_needs]


def _near_in_meaning(rows: Short, one: Short) -> tuple[Integers, Floats, float]:
    """Products of rows of meaning with one, and the lengths of both."""
    shared = np.zeros(len(rows), dtype=np.int64)
    alike.products(rows, one, shared)
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    return shared, np.sqrt(squares), float(np.sqrt((one.astype(np.float64) ** 2).sum()))


def _joined(
    words: Integers, word_lengths: Floats, word_length: float, meaning: Integers, lengths: Floats, length: float
) -> Floats:  # fmt: skip
    by_words = words / np.maximum(word_lengths * word_length, 1.0)
    by_meaning = np.clip(meaning / np.maximum(lengths * length, 1.0), 0.0, by_words + BEYOND_WORDS)
    found: Floats = np.clip(WORDS * by_words + (1.0 - WORDS) * by_meaning, 0.0, 1.0)
    return found


def _product(one: Row, two: Row) -> int:
    """What two sparse rows share; their columns rise."""
    _terms, left, right = np.intersect1d(one[0], two[0], assume_unique=True, return_indices=True)
    return int(one[1][left].astype(np.int64) @ two[1][right].astype(np.int64))
