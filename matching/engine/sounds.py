"""Words as they sound: typed pinyin and homophones that were picked by mistake lead to words that the texts really have."""

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from matching.engine.exact import Short, Small
from matching.engine.model import Integers

FIRST, LAST = 0x4E00, 0x9FFF
READINGS = 2  # of a character
BITS, MASK = 21, (1 << 21) - 1
CHANGED = 0.9  # what a character costs that is not as typed; one that stands in a pair which the texts have earns 1
SURE = 2  # texts that must have a pair before something is changed into it
NONE = -1
LONGEST_SYLLABLE = 6


class Sounds(NamedTuple):
    """Pairs of characters by their sound: `keys` (rising) are two syllables, with the pair's code and how many texts have it."""

    readings: Short  # characters from FIRST on by READINGS: numbers of syllables
    keys: Small
    pairs: Integers
    seen: Small


@dataclass(frozen=True)
class Slot:
    """One character to be found: how it may sound, and which one was typed, if any."""

    sounds: tuple[int, ...]
    typed: int = 0
    kept: bool = False


def plain(reading: str) -> str:
    """A syllable without its tone: "lǜ" -> "lv"."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def syllables() -> tuple[list[str], Short]:
    """All syllables, and the readings of all characters as places among them."""
    # imported by whoever builds; nobody else needs its tables
    from pypinyin.pinyin_dict import pinyin_dict

    read = {
        point: list(dict.fromkeys(plain(each) for each in said.split(",")))[:READINGS]
        for point, said in pinyin_dict.items() if FIRST <= point <= LAST
    }  # fmt: skip
    names = sorted({each for said in read.values() for each in said})
    place = {name: at for at, name in enumerate(names)}
    table = np.full((LAST - FIRST + 1, READINGS), NONE, dtype=np.int16)
    for point, said in read.items():
        table[point - FIRST, : len(said)] = [place[each] for each in said]
    return names, table


def sounds_of(codes: Integers, seen: Integers, readings: Short, count: int) -> Sounds:
    """Pairs (codes of two characters each) with how many texts have them, by how they sound; `count` is that of syllables."""
    first, second = codes >> BITS, codes & MASK
    usual = (first >= FIRST) & (first <= LAST) & (second >= FIRST) & (second <= LAST)
    first, second, codes, seen = first[usual], second[usual], codes[usual], seen[usual]
    keys, pairs, often = [], [], []
    for left in range(READINGS):
        for right in range(READINGS):
            a, b = readings[first - FIRST, left].astype(np.int32), readings[second - FIRST, right].astype(np.int32)
            has = (a != NONE) & (b != NONE)
            keys.append(a[has] * count + b[has])
            pairs.append(codes[has])
            often.append(seen[has])
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    return Sounds(
        readings, key[order].astype(np.int32), np.concatenate(pairs)[order], np.concatenate(often)[order].astype(np.int32)
    )  # fmt: skip


class Ear:
    """Finds what was meant."""

    def __init__(self, names: Sequence[str], sounds: Sounds) -> None:
        self._names, self._sounds = names, sounds
        self._place = {name: at for at, name in enumerate(names)}

    def homophones(self, run: str) -> str:
        """Unbroken Chinese with characters replaced by others of the same sound where the texts have the word; else as it was.

        What stands in any pair that the texts have is left alone.
        """
        if len(run) < 2 or any(not FIRST <= ord(letter) <= LAST for letter in run):
            return run
        slots = [Slot(self._read(ord(letter)), ord(letter)) for letter in run]
        known = [self._has(left, right) for left, right in itertools.pairwise(slots)]
        kept = [before or after for before, after in zip([False, *known], [*known, False], strict=True)]
        if all(kept):
            return run
        return self._likeliest([replace(slot, kept=stays) for slot, stays in zip(slots, kept, strict=True)])[1]

    def spelled(self, typed: str) -> str:
        """Chinese for typed pinyin ("loushui"), "" when the texts have no such words."""
        best = (0.0, "")
        for cut in self._cuts(typed):
            if len(cut) < 2:
                continue
            worth, text = self._likeliest([Slot((sound,)) for sound in cut])
            if worth >= len(cut):
                best = max(best, (worth / len(cut), text))
        return best[1]

    def _has(self, left: Slot, right: Slot) -> bool:
        """Whether the texts have two characters as typed."""
        return (left.typed, right.typed) in self._pairs(left, right)

    def _read(self, point: int) -> tuple[int, ...]:
        """How a character is usually read; rarer readings of what was typed lead far away."""
        return tuple(sound for sound in self._sounds.readings[point - FIRST, :1].tolist() if sound != NONE)

    def _cuts(self, typed: str) -> list[list[int]]:
        """All ways to read letters as syllables, the first few."""

        @cache
        def rest(at: int) -> list[tuple[int, ...]]:
            if at == len(typed):
                return [()]
            ends = range(min(len(typed), at + LONGEST_SYLLABLE), at, -1)
            heads = [(self._place[typed[at:end]], end) for end in ends if typed[at:end] in self._place]
            return [(sound, *more) for sound, end in heads for more in rest(end)][:8]

        return [list(cut) for cut in rest(0)]

    def _likeliest(self, slots: list[Slot]) -> tuple[float, str]:
        """The best way through the characters that each slot may be: most in pairs that the texts have, least changed.

        A way is kept for each character and for whether it stands in such a pair already.
        """
        links = [self._pairs(left, right) for left, right in itertools.pairwise(slots)]
        ways = {(point, False): (_price(slots[0], point), chr(point)) for point in self._choices(slots, links, 0)}
        for at in range(1, len(slots)):
            start = max(ways.values(), default=(0.0, ""))
            here = {
                (point, False): (start[0] + _price(slots[at], point), start[1] + chr(point))
                for point in self._choices(slots, links, at)
            }
            for (left, right), often in links[at - 1].items():
                for paired in (False, True):
                    before = ways.get((left, paired))
                    if before is not None and (right, False) in here:
                        worth = (1.0 if paired else 2.0) + often + _price(slots[at], right)
                        way = (before[0] + worth, before[1] + chr(right))
                        here[right, True] = max(here.get((right, True), way), way)
            ways = here
        return max(ways.values(), default=(0.0, ""))

    def _choices(self, slots: list[Slot], links: list[dict[tuple[int, int], float]], at: int) -> set[int]:
        if slots[at].kept:
            return {slots[at].typed}
        found = {slots[at].typed} - {0}
        found |= {right for _left, right in links[at - 1]} if at else set()
        return found | ({left for left, _right in links[at]} if at < len(links) else set())

    def _pairs(self, left: Slot, right: Slot) -> dict[tuple[int, int], float]:
        """Pairs that sound so, with a little for how often texts have them."""
        found: dict[tuple[int, int], float] = {}
        for a in left.sounds:
            for b in right.sounds:
                key = a * len(self._names) + b
                start, stop = np.searchsorted(self._sounds.keys, [key, key + 1])
                codes, often = self._sounds.pairs[start:stop].tolist(), self._sounds.seen[start:stop].tolist()
                for code, seen in zip(codes, often, strict=True):
                    pair = (code >> BITS, code & MASK)
                    if seen >= SURE or pair == (left.typed, right.typed):
                        found[pair] = 0.01 * math.log(seen)
        return found


def _price(slot: Slot, point: int) -> float:
    return 0.0 if slot.typed in (0, point) else -CHANGED
