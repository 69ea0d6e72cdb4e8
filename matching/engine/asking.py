"""What a person typed, cut into what can be looked for: pairs of characters, words as far as they are typed, technologies meant."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from matching.engine.concepts import Concepts
from matching.engine.text import comparable, words_in

LONGEST = 60  # characters that are looked at
BEGINNINGS = 24  # words that may begin with what was typed
MEANT = 0.5  # a phrase that stands for many technologies finds none of them
WORD_PLACES = 2  # a word counts as much as two characters
BITS = 21
_WORD = r"[a-z0-9\u00df-\u024f\u0370-\u03ff\u0400-\u04ff]+(?:[.\-][a-z0-9]+)*"
_LATIN, _RUN = re.compile(_WORD), re.compile(_WORD + r"|[\u3400-\u9fff]+")
# words that ask, and tell nothing about what is asked for
ASKING = re.compile("有没有|哪些|怎么样?|怎样|如何|什么|我们|请问|想要|需要|能够|可以|[的了吗呢吧]")


class Term(NamedTuple):
    """Terms with codes from `low` to `high`, and the bits of the characters they stand for."""

    low: int
    high: int
    places: int


class Meant(NamedTuple):
    """Technologies (place in the list, weight) that a phrase stands for, and the bits of its characters."""

    tags: tuple[tuple[int, float], ...]
    places: int


@dataclass(frozen=True)
class Asked:
    """`size` is how many characters have to be found; `marks` is what to mark in a text, `also` are names of technologies meant."""

    text: str
    size: int
    terms: tuple[Term, ...]
    meant: tuple[Meant, ...]
    marks: tuple[str, ...]
    also: tuple[str, ...]


class Words:
    """Latin words and numbers of the texts, in rising order, with how many texts have each."""

    def __init__(self, words: Sequence[str], seen: Sequence[int]) -> None:
        self.words, self.seen = words, seen

    def beginning(self, typed: str) -> list[str]:
        """The words that begin with `typed`, itself first, then the most frequent."""
        start = bisect_left(self.words, typed)
        stop = bisect_left(self.words, typed + "\uffff")
        found = sorted(range(start, stop), key=lambda at: (self.words[at] != typed, -self.seen[at]))
        return [self.words[at] for at in found[:BEGINNINGS]]


def runs(text: str) -> list[str]:
    """Words and unbroken Chinese of a text, without what only asks; a text that only asks is taken as it is."""
    return [run for run, _start in _cut(text)[1]]


def _cut(text: str) -> tuple[str, list[tuple[str, int]]]:
    """The text made comparable, and its runs with where each begins."""
    folded = comparable(text)[:LONGEST]
    telling = ASKING.sub(lambda said: " " * len(said[0]), folded)
    found = [(match[0], match.start()) for match in _RUN.finditer(telling)]
    return folded, found or [(match[0], match.start()) for match in _RUN.finditer(folded)]


def words_of(text: str) -> list[str]:
    """Every Latin word of a text, however long it is."""
    return _LATIN.findall(comparable(text))


def asked(text: str, concepts: Concepts, words: Words) -> Asked:
    """What to look for."""
    terms: list[Term] = []
    marks: list[str] = []
    at = 0
    folded, cut = _cut(text)
    bits = [0] * len(folded)
    for run, start in cut:
        chinese = _is_chinese(run)
        size = len(run) if chinese else WORD_PLACES
        terms += _pairs(run, at) if chinese else _words(run, at, words)
        marks += [a + b for a, b in pairwise(run)] or [run] if chinese else [run]
        for n in range(len(run)):
            bits[start + n] = _bits(at + n, 1) if chinese else _bits(at, size)
        at += size
    meant, also = _meant(folded, bits, concepts)
    return Asked(text, at, tuple(terms), meant, tuple(dict.fromkeys(marks)), also)


def _meant(folded: str, bits: list[int], concepts: Concepts) -> tuple[tuple[Meant, ...], tuple[str, ...]]:
    """The technologies that phrases stand for, and their names; bits[i] are those of the i-th letter."""
    hits = concepts.hits(folded)
    meant = tuple(Meant(hit.tags, reduce(or_, bits[hit.start : hit.end], 0)) for hit in hits)
    names = [concepts.tags[tag].named.zh for hit in hits for tag, weight in hit.tags if weight >= MEANT]
    return meant, tuple(dict.fromkeys(names))


def _is_chinese(run: str) -> bool:
    return run[0] >= "\u3400"


def _pairs(run: str, at: int) -> list[Term]:
    if len(run) == 1:
        # whatever begins with it
        return [Term(ord(run) << BITS, ((ord(run) + 1) << BITS) - 1, _bits(at, 1))]
    codes = [(ord(a) << BITS) | ord(b) for a, b in pairwise(run)]
    return [Term(code, code, _bits(at + n, 2)) for n, code in enumerate(codes)]


def _words(run: str, at: int, words: Words) -> list[Term]:
    found = words.beginning(run)
    codes = words_in(" ".join(dict.fromkeys([run, *found])))[0].tolist()
    return [Term(code, code, _bits(at, WORD_PLACES)) for code in codes]


def _bits(first: int, count: int) -> int:
    return ((1 << count) - 1) << first if first + count < 64 else 0
