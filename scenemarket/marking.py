"""Marks the passages that a reason stands on, in the original text, each with the reason's number."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    inner: "tuple[Span, ...]" = ()


def marked(text: str, spans: Iterable[Span]) -> SafeString:
    """The text as paragraphs of HTML with the spans marked; where spans overlap, the one that begins first wins.

    A span that lies within another one is marked inside it, and shows its number only where it stands for the first time.
    """
    chosen = _apart(text, spans)
    paragraphs = []
    for start, end in _lines(text):
        inside = [_within(s, start, end) for s in chosen if s.start < end and s.end > start]
        paragraphs.append(format_html("<p>{}</p>", _paragraph(text, start, end, inside)))
    return mark_safe("".join(paragraphs))  # noqa: S308  (every piece went through format_html or escape)


def marked_line(text: str, spans: Iterable[Span]) -> SafeString:
    """The same for one line without a paragraph of its own, as a heading."""
    return _paragraph(text, 0, len(text), _apart(text, spans))


def _within(span: Span, start: int, end: int) -> Span:
    inner = tuple(_within(s, start, end) for s in span.inner if s.start < end and s.end > start)
    return replace(span, start=max(span.start, start), end=min(span.end, end), inner=inner)


def _apart(text: str, spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.number)):
        last = kept[-1] if kept else None
        if last and span.end <= last.end:
            begin = max(span.start, last.inner[-1].end if last.inner else last.start)
            if begin < span.end and (not last.inner or begin == span.start):
                kept[-1] = replace(last, inner=(*last.inner, replace(span, start=begin, inner=())))
            continue
        begin, end = max(span.start, last.end if last else 0), min(span.end, len(text))
        if begin < end:
            kept.append(replace(span, start=begin, end=end, inner=()))
    return kept


def _lines(text: str) -> list[tuple[int, int]]:
    edges = [-1, *(i for i, letter in enumerate(text) if letter == "\n"), len(text)]
    return [(a + 1, b) for a, b in pairwise(edges) if text[a + 1 : b].strip()]


def _paragraph(text: str, start: int, end: int, spans: list[Span]) -> SafeString:
    pieces, at, told = [], start, {span.number for span in spans}
    for span in spans:
        pieces += [escape(text[at : span.start]), _mark(text, span, told)]
        at = span.end
    pieces.append(escape(text[at:end]))
    return mark_safe("".join(pieces))  # noqa: S308


def _mark(text: str, span: Span, told: set[int]) -> SafeString:
    pieces, at = [], span.start
    for one in span.inner:
        number = "" if one.number in told else format_html('<i class="n {}">{}</i>', CLASSES[one.kind], one.number)
        told.add(one.number)
        inside = (text[at : one.start], CLASSES[one.kind], one.number, text[one.start : one.end], number)
        pieces.append(format_html('{}<mark class="in {}" data-n="{}">{}{}</mark>', *inside))
        at = one.end
    # The number never stands alone at the start of a line: the last two characters stay with it.
    rest = text[at : span.end]
    last = (rest[:-2], rest[-2:], CLASSES[span.kind], span.number)
    pieces.append(format_html('{}<span class="nw">{}<i class="n {}">{}</i></span>', *last))
    inside_mark = mark_safe("".join(pieces))  # noqa: S308
    return format_html('<mark class="{}" data-n="{}">{}</mark>', CLASSES[span.kind], span.number, inside_mark)
