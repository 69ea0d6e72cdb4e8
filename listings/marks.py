"""The words that were searched for, marked in a text."""

import re
from collections.abc import Iterable, Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from listings.wording import MOST, opening

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
LEAD = 12


def marked(text: str, words: Iterable[str]) -> SafeString:
    """The text with every place marked where one of the words stands; places that touch are one."""
    spans = _spans(text, words)
    if not spans:
        return conditional_escape(text)
    ends = [0, *(end for _start, end in spans)]
    pieces = ((text[begin:start], text[start:end]) for begin, (start, end) in zip(ends, spans, strict=False))
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[ends[-1] :])


def passage(texts: Sequence[str], words: Sequence[str], most: int = MOST) -> SafeString:
    """The beginning of the first text, or, when no word stands there, the first sentence in which one does; marked."""
    begin = opening(texts[0], most)
    if not _spans(begin, words):
        begin = next(
            (
                _cut(sentence, words, most)
                for text in texts
                for sentence in _SENTENCE.findall(text)
                if _spans(sentence, words)
            ),
            begin,
        )
    return marked(begin, words)


def _cut(sentence: str, words: Sequence[str], most: int) -> str:
    """A long sentence from shortly before the first word."""
    sentence = sentence.strip()
    if len(sentence) <= most:
        return sentence
    start = max(0, _spans(sentence, words)[0][0] - LEAD)
    return (
        ("…" if start else "") + sentence[start : start + most - 2] + ("…" if start + most - 2 < len(sentence) else "")
    )


def _spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words stand, in order; what touches or overlaps is one."""
    folded = text.lower()
    # folding may change the length of rare letters; then nothing is marked rather than the wrong letters
    if len(folded) != len(text):
        return []
    found = sorted(
        (at.start(), at.end()) for word in words if word for at in re.finditer(re.escape(word.lower()), folded)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
