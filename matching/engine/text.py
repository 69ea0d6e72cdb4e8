"""Text made fit for comparing, whatever it holds, and cut into terms and sentences."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matching.engine.model import Integers

MAX_TEXT = 20_000
_SEPARATOR = "\n"
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_WORD = re.compile(r"[a-z0-9\u00df-\u024f\u0370-\u03ff\u0400-\u04ff]+(?:[.\-][a-z0-9]+)*")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_CLAUSE = re.compile(r"[^，,、：:]+[，,、：:]?")
LONG_SENTENCE = 60
NOT_PROSE = {"technologies", "sector", "category"}
_WORD_MARK = np.int64(1) << np.int64(62)


def comparable(text: str) -> str:
    """Text with width and case folded; at most 20,000 characters, without what breaks C libraries (NUL, surrogates)."""
    head = _BROKEN.sub(" ", text[:MAX_TEXT])
    return unicodedata.normalize("NFKC", head)[:MAX_TEXT].lower()


def terms(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """(text index, term) of every term of every text: characters and pairs of Chinese, words of Latin text and numbers."""
    joined = _SEPARATOR.join(comparable(text).replace(_SEPARATOR, " ") for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    owner = np.cumsum(points == ord(_SEPARATOR))
    ideograph = _is_ideograph(points)
    pair = ideograph[:-1] & ideograph[1:]
    codes, starts = words_in(joined)
    found = [points[ideograph], (points[:-1][pair] << 21) | points[1:][pair], codes]
    owners = [owner[ideograph], owner[:-1][pair], owner[starts]]
    return np.concatenate(owners), np.concatenate(found)


def words_in(text: str) -> tuple[Integers, Integers]:
    """Terms of the words of Latin text and the numbers in comparable text, and where each begins."""
    found = [(_word_code(match[0]), match.start()) for match in _WORD.finditer(text)]
    codes = np.array([code for code, _start in found], dtype=np.int64)
    return codes, np.array([start for _code, start in found], dtype=np.int64)


def _is_ideograph(points: Integers) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (points >= 0x3400) & (points <= 0x9FFF)
    found |= (points >= 0x20000) & (points <= 0x323AF)
    found |= (points >= 0x3041) & (points <= 0x30FF)
    return found


@lru_cache(maxsize=200_000)
def _word_code(word: str) -> int:
    digest = hashlib.blake2b(word.encode(), digest_size=7).digest()
    return int(_WORD_MARK) | int.from_bytes(digest, "big")


@dataclass(frozen=True)
class Sentence:
    """One sentence of one section of a listing, with its place there."""

    section: str
    start: int
    end: int
    text: str


def cut(texts: Sequence[tuple[str, str]]) -> list[Sentence]:
    """The sentences of a listing's prose, from its (section, text)."""
    return [
        Sentence(section, start, end, text[start:end])
        for section, text in texts if section not in NOT_PROSE for start, end in sentences(text)
    ]  # fmt: skip


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a text, long ones cut at their commas; surrounding blanks left out."""
    found: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text[:MAX_TEXT]):
        pieces = _CLAUSE.finditer(match[0]) if len(match[0]) > LONG_SENTENCE else [re.match(r".*", match[0], re.DOTALL)]
        for piece in pieces:
            if piece and piece[0].strip():
                begin = match.start() + piece.start() + len(piece[0]) - len(piece[0].lstrip())
                found.append((begin, begin + len(piece[0].strip())))
    return found
