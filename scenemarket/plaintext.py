"""Text as it is kept: without what nobody types and what disguises the rest."""

import re
from typing import Any

# zero-width and direction marks ("photo<U+202E>gpj.exe" reads as a picture), and controls other than tab and line break
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def tidy(value: Any) -> Any:
    """The same value with every text in it, however deep, freed of unseen characters."""
    if isinstance(value, str):
        return _UNSEEN.sub("", value)
    if isinstance(value, list):
        return [tidy(item) for item in value]
    return {name: tidy(item) for name, item in value.items()} if isinstance(value, dict) else value
