"""The words that stand in both texts, where they stand, and how much of the words' points each of them earned.

The engine counts characters, pairs of characters, and Latin words. A reader wants whole words: the longest stretches that
both texts have, each with what its terms contributed.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matching.engine.lexical import Lexicon
from matching.engine.model import Floats, Integers, Need, Offer, Passage
from matching.engine.reading import once, valued
from matching.engine.text import MAX_TEXT, terms

MOST = 4
LEAST_SHARE = 0.04
LONGEST = 24  # characters of a word
CERTAIN = 2  # a word of two characters is given up only for pairs so many times as usual
MARKED = 3  # places of one word that are marked in each text
UNTOLD = frozenset({"sector", "category"})  # compared by their codes, and told as such
_LOOSE = frozenset("的了和与及在是为等并或对将可以其他就都也还且而从到由被把让使该此这那")
_NUMERALS = frozenset("0123456789〇一二三四五六七八九十百千万亿两半几每多")
_MEASURES = frozenset("个列条座家台次项处种类只辆件套份名位张块根层场期年月日天周时分秒里米吨公斤克元度小钟平方毫厘")
_OPEN_ENDED = "不多每几两一二三四五六七八九"  # what comes after them is missing
_SEPARATOR = "\n"

Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SharedWord:
    """A word of both texts with its share (0 to 1) of what all words earned, and the places where it stands."""

    word: str
    share: float
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class _Whole:
    """A listing's texts in one, width and case folded without moving a character; where each section begins."""

    written: str
    folded: str
    sections: tuple[tuple[str, int], ...]


@lru_cache(maxsize=2048)
def _whole(texts: Texts) -> _Whole:
    told = [(section, text) for section, text in texts if section not in UNTOLD]
    written = _SEPARATOR.join(text for _section, text in told)[:MAX_TEXT]
    sections, start = [], 0
    for section, text in told:
        sections.append((section, start))
        start += len(text) + 1
    return _Whole(written, _folded(written), tuple(sections))


def _folded(text: str) -> str:
    """Comparable text of the same length, so that places in it are places in the text."""
    plain = text.lower() if unicodedata.is_normalized("NFKC", text) else ""
    return plain if len(plain) == len(text) else "".join(map(_folded_character, text))


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower() if not 0xD800 <= ord(character) <= 0xDFFF else " "
    return folded if len(folded) == 1 else character


def shared_words(need: Need, offer: Offer, codes: Integers, earned: Floats, lexicon: Lexicon) -> list[SharedWord]:
    """The words that earned most, first the most telling; `earned` is what each term with these codes added.

    `lexicon` tells which characters usually stand together.
    """
    left, right = _whole(need.texts), _whole(offer.texts)
    whole = (_uncut(word, (left.folded, right.folded), lexicon) for word in _stretches(left.folded, right.folded))
    words = _apart(list(dict.fromkeys(word for word in whole if _tells(word))))
    if not words:
        return []
    shares = _shares(words, codes, earned)
    best = [place for place in np.argsort(-shares, kind="stable")[:MOST] if shares[place] >= LEAST_SHARE]
    return [
        SharedWord(_as_written(words[place], left), float(shares[place]), (*_places("need", words[place], left), *_places("offer", words[place], right)))
        for place in best
    ]  # fmt: skip


def _stretches(left: str, right: str) -> list[str]:
    """The longest stretches of letters that stand in both, each once, in the order of the left text."""
    found: dict[str, None] = {}
    place, last = 0, len(left) - 1
    pairs = {right[at : at + 2] for at in range(len(right) - 1)}
    while place < last:
        if left[place : place + 2] not in pairs or not (_in_word(left[place]) and _in_word(left[place + 1])):
            place += 1
            continue
        stop = place + 2
        while stop <= last and stop - place < LONGEST and _in_word(left[stop]) and left[place : stop + 1] in right:
            stop += 1
        counted = left[max(0, place - 2) : place].rstrip()[-1:] in _NUMERALS and left[place] in _MEASURES
        found[left[place + counted : stop]] = None
        place = stop
    return list(found)


def _tells(word: str) -> bool:
    return len(word) >= 2 and not _NUMERALS.union(_MEASURES).issuperset(word)


def _uncut(word: str, texts: tuple[str, str], lexicon: Lexicon) -> str:
    """The stretch without the piece of another word at either end: 缺陷检 of 缺陷检测 and 缺陷检出 is 缺陷.

    A character belongs to its neighbour outside when both texts go on there, and that pair is the more usual one in both.
    """
    for end in (0, -1):
        while len(word) >= 2 and _belongs_outside(word, texts, lexicon, end):
            word = word[1:] if end == 0 else word[:-1]
    return word.rstrip(_OPEN_ENDED)


def _belongs_outside(word: str, texts: tuple[str, str], lexicon: Lexicon, end: int) -> bool:
    at = [text.find(word) + (-1 if end == 0 else len(word)) for text in texts]
    if not all(0 <= place < len(text) and _in_word(text[place]) for place, text in zip(at, texts, strict=True)):
        return False
    beside = [text[place] for place, text in zip(at, texts, strict=True)]
    pairs = (
        [word[:2], *(near + word[0] for near in beside)]
        if end == 0
        else [word[-2:], *(word[-1] + near for near in beside)]
    )
    inside, *outside = _seen(pairs, lexicon)
    return min(outside) > inside * (CERTAIN if len(word) == 2 else 1)


def _seen(pairs: list[str], lexicon: Lexicon) -> list[float]:
    """In how many documents each pair of characters stands."""
    codes = np.array([(ord(pair[0]) << 21) | ord(pair[1]) for pair in pairs], dtype=np.int64)
    return [float(n) for n in valued(codes, lexicon.codes, lexicon.seen)]


def _in_word(character: str) -> bool:
    return character.isalnum() and character not in _LOOSE


def _apart(words: list[str]) -> list[str]:
    """Without words that are a piece of another one."""
    return [word for word in words if not any(word != other and word in other for other in words)]


def _shares(words: list[str], codes: Integers, earned: Floats) -> Floats:
    """Each word's share of all that was earned; a term of several words is divided among them."""
    total = earned.sum()
    if not words or not total:
        return np.zeros(len(words))
    owner, found = once(*terms(words))
    _codes, inverse, times = np.unique(found, return_inverse=True, return_counts=True)
    value = valued(found, codes, earned) / times[inverse]
    shares: Floats = np.bincount(owner, value, minlength=len(words)) / total
    return shares


def _as_written(word: str, text: _Whole) -> str:
    start = text.folded.find(word)
    return text.written[start : start + len(word)]


def _places(side: str, word: str, text: _Whole) -> list[Passage]:
    """The first places of a word on one side."""
    found: list[Passage] = []
    start = text.folded.find(word)
    while start >= 0 and len(found) < MARKED:
        section, begin = next((name, at) for name, at in reversed(text.sections) if at <= start)
        found.append(Passage("need" if side == "need" else "offer", section, start - begin, start - begin + len(word)))
        start = text.folded.find(word, start + len(word))
    return found
