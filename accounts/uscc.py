"""The unified social credit code of GB 32100-2015: 18 characters, the last one checks the others. Plain Python."""

import unicodedata
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGISTRARS = "123456789ANY"
Fault = Literal["length", "character", "registrar", "check"]

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, i, 31) for i in range(17)]
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# what people paste along with the code: spaces, dashes, zero-width characters, soft hyphens
_DROPPED = dict.fromkeys(map(ord, " \t\r\n-‐‑–—·\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'\""))


def normalise(value: str) -> str:
    """The code as the register writes it: full-width forms folded, capitals, without what was pasted along."""
    return unicodedata.normalize("NFKC", value).translate(_DROPPED).upper()


def check_character(first_17: str) -> str:
    """The 18th character of a code; KeyError for a character outside the alphabet."""
    total = sum(_VALUE[character] * weight for character, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def fault(value: str) -> Fault | None:
    """What is wrong with a code (normalised first), or None: length, character, registrar or check."""
    code = normalise(value)
    if len(code) != 18:
        return "length"
    if any(character not in _VALUE for character in code):
        return "character"
    if code[0] not in REGISTRARS:
        return "registrar"
    return None if code[17] == check_character(code[:17]) else "check"


def has_inner_fault(value: str) -> bool:
    """Whether the organisation code inside (characters 9 to 17, GB 11714) fails its own check.

    A warning only: some old codes in the register fail it. Expects a code without a fault.
    """
    inner = normalise(value)[8:17]
    total = sum(int(character, 36) * weight for character, weight in zip(inner[:8], _INNER_WEIGHTS, strict=True))
    return inner[8] != "0123456789X0"[11 - total % 11]
