"""Marks the passages that a reason stands on, in the original text, each with the reason's number."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

CLASSES = {"for": "", "against": "no", "unknown": "un"}


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the text belong to reason `number`, of kind for, against or unknown."""

    start: int
    end: int
    number: int
    kind: str = "for"


def marked(text: str, spans: Iterable[Span]) -> SafeString:
    """The text as paragraphs of HTML with the spans marked; where spans overlap, the one that begins first wins."""
    chosen = _apart(text, spans)
    paragraphs = []
    for start, end in _lines(text):
        inside = [
            Span(max(s.start, start), min(s.end, end), s.number, s.kind)
            for s in chosen
            if s.start < end and s.end > start
        ]
        paragraphs.append(format_html("<p>{}</p>", _paragraph(text, start, end, inside)))
    return mark_safe("".join(paragraphs))  # noqa: S308  (every piece went through format_html or escape)


def _apart(text: str, spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.number)):
        begin = max(span.start, kept[-1].end if kept else 0)
        end = min(span.end, len(text))
        if begin < end:
            kept.append(Span(begin, end, span.number, span.kind))
    return kept


def _lines(text: str) -> list[tuple[int, int]]:
    edges = [-1, *(i for i, letter in enumerate(text) if letter == "\n"), len(text)]
    return [(a + 1, b) for a, b in pairwise(edges) if text[a + 1 : b].strip()]


def _paragraph(text: str, start: int, end: int, spans: list[Span]) -> SafeString:
    pieces, at = [], start
    for span in spans:
        pieces += [escape(text[at : span.start]), _mark(text[span.start : span.end], span)]
        at = span.end
    pieces.append(escape(text[at:end]))
    return mark_safe("".join(pieces))  # noqa: S308


def _mark(passage: str, span: Span) -> SafeString:
    # The number never stands alone at the start of a line: the last two characters stay with it.
    return format_html(
        '<mark class="{}" data-n="{}">{}<span class="nw">{}<i class="n {}">{}</i></span></mark>',
        CLASSES[span.kind], span.number, passage[:-2], passage[-2:], CLASSES[span.kind], span.number,
    )  # fmt: skip
