"""What texts are about, by the list of technologies: its names, synonyms, and the problems that each is used for.

Those who need something name the problem, those who offer something name the technology; the list knows both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine.meaning import exact
from matching.engine.model import Floats, Matrix, Named
from matching.engine.text import comparable

PARENT = 0.35  # what a technology says about its group
USED_FOR = 0.8  # a problem says a little less than a name
STATED = 1.5  # a technology that is listed says more than one that is mentioned


@dataclass(frozen=True)
class Tag:
    """One technology. `words` mean it, `used_for` are problems that it solves, `parent` is its group's code or None."""

    named: Named
    words: tuple[str, ...]
    used_for: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True)
class Hit:
    """One phrase found in a text: where, and the technologies it points at with their weights."""

    start: int
    end: int
    tags: tuple[tuple[int, float], ...]


class Concepts:
    """Finds technologies in texts."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.tags = tuple(tags)
        self._place = {tag.named.code: place for place, tag in enumerate(self.tags)}
        grouped: dict[str, list[int]] = {}
        for place, tag in enumerate(self.tags):
            if tag.parent in self._place:
                grouped.setdefault(tag.parent, []).append(place)
        self._groups = [(self._place[parent], np.array(children)) for parent, children in grouped.items()]
        phrases: dict[str, dict[int, float]] = {}
        for place, tag in enumerate(self.tags):
            for words, weight in ((tag.used_for, USED_FOR), ((tag.named.zh, *tag.words), 1.0)):
                for phrase in map(comparable, words):
                    if len(phrase) >= 2:
                        phrases.setdefault(phrase, {})[place] = weight
        self._by_head: dict[str, list[tuple[str, tuple[tuple[int, float], ...]]]] = {}
        for phrase, found in sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])):
            # a phrase that means several technologies says less about each
            shared = tuple((place, weight / len(found) ** 0.5) for place, weight in sorted(found.items()))
            self._by_head.setdefault(phrase[:2], []).append((phrase, shared))

    def hits(self, text: str) -> list[Hit]:
        """The phrases in a text that is comparable() already; at each place the longest one."""
        found = []
        for start in range(len(text) - 1):
            for phrase, tags in self._by_head.get(text[start : start + 2], ()):
                if text.startswith(phrase, start) and _stands_alone(text, start, phrase):
                    found.append(Hit(start, start + len(phrase), tags))
                    break
        return found

    def counts(self, texts: Sequence[str], stated: Sequence[Iterable[Named]]) -> Floats:
        """An array of texts by technologies: how strongly each is meant. `texts` as written, `stated` what is listed."""
        found = np.zeros((len(texts), max(1, len(self.tags))))
        for row, (text, listed) in enumerate(zip(texts, stated, strict=True)):
            for hit in self.hits(comparable(text)):
                for place, weight in hit.tags:
                    found[row, place] += weight
            np.sqrt(found[row], out=found[row])
            for named in listed:
                if named.code in self._place:
                    found[row, self._place[named.code]] += STATED
        return found

    def rarity(self, counts: Floats) -> Floats:
        """How telling each technology is in a collection."""
        seen = (counts > 0).sum(axis=0)
        rarity: Floats = np.log1p((len(counts) + 1) / (seen + 1))
        return rarity

    def vectors(self, counts: Floats, rarity: Floats) -> Matrix:
        """exact() rows for comparing; a row of zeros for a text that names no technology."""
        weighed = counts * rarity
        spread = weighed.copy()
        for parent, children in self._groups:
            spread[:, parent] += PARENT * weighed[:, children].sum(axis=1)
        return exact(spread)


def _stands_alone(text: str, start: int, phrase: str) -> bool:
    """Whether a Latin word is not a piece of a longer one ("ar" in "smart")."""
    if not phrase[0].isascii() or not phrase[0].isalnum():
        return True
    before = text[start - 1] if start else " "
    after = text[start + len(phrase)] if start + len(phrase) < len(text) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
