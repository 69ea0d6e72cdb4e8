"""Texts cut into the model's pieces, whatever they hold."""

import re
import unicodedata

from matching.engine.providers.weights import Vocabulary

# some ten windows; the mean of more of them says nothing new
MOST_CHARACTERS = 8_000
SPACE = "\u2581"
# an unknown character counts so much less than the rarest piece
UNKNOWN = 10.0
NEVER = float("-inf")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_SPACES = re.compile(" {2,}")


def plain(text: str) -> str:
    """Text as it is embedded and known by: width folded (NFKC), without NUL and surrogates, at most 8,000 characters.

    Folding also turns single characters that stand for a whole sentence into that sentence, before anything counts lengths.
    """
    head = _BROKEN.sub(" ", text[:MOST_CHARACTERS])
    return unicodedata.normalize("NFKC", head)[:MOST_CHARACTERS].strip()


class Pieces:
    """The cutter: of all ways to cut a text, the one whose pieces are likeliest together (Viterbi)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.begin, self.end = vocabulary.begin, vocabulary.end
        self._replaced, self._unknown = vocabulary.replaced, vocabulary.unknown
        self._known = vocabulary.pieces
        self._rarest = min(score for _number, score in self._known.values()) - UNKNOWN
        # how long a piece that starts with this character may be: most characters start short ones only
        self._longest: dict[str, int] = {}
        for piece in self._known:
            if len(piece) > self._longest.get(piece[:1], 0):
                self._longest[piece[:1]] = len(piece)

    def cut(self, text: str) -> list[int]:
        """The pieces' numbers, without those that mark begin and end."""
        clean = _SPACES.sub(" ", text.translate(self._replaced)).replace(" ", SPACE)
        return self._likeliest(clean if clean.startswith(SPACE) else SPACE + clean)

    def _likeliest(self, text: str) -> list[int]:
        size, known, longest = len(text), self._known, self._longest
        scores, steps = [0.0] + [NEVER] * size, [(0, 0)] * (size + 1)
        for start, here in enumerate(scores[:-1]):
            here = scores[start]
            if here + self._rarest > scores[start + 1]:
                scores[start + 1], steps[start + 1] = here + self._rarest, (start, self._unknown)
            for end in range(start + 1, min(size, start + longest.get(text[start], 0)) + 1):
                found = known.get(text[start:end])
                if found and here + found[1] > scores[end]:
                    scores[end], steps[end] = here + found[1], (start, found[0])
        return _walked_back(steps)


def _walked_back(steps: list[tuple[int, int]]) -> list[int]:
    found, at = [], len(steps) - 1
    while at:
        at, number = steps[at]
        found.append(number)
    return found[::-1]
