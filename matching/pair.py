"""A pair as pages show it: the score in parts, the two texts with marked passages, reasons, facets, titles, words."""

from collections.abc import Iterable, Sequence
from math import floor
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Title
from codelists import names
from listings.models import Visibility
from matching.access import sees_owner
from matching.models import Match
from matching.services.explain import Explanation, ReasonSentence, explain, explain_many
from matching.states import Side
from scenemarket import figures
from scenemarket.marking import Span

REASONS = ("reasons_for", "reasons_against", "reasons_unknown")
TITLE_TONES = {
    "verified": ("ok", _lazy("Verified")),
    "waiting": ("wait", _lazy("Stated, not verified")),
    "expired": ("bad", _lazy("Expired")),
}


def of_match(match: Match, *, reader: Any) -> dict[str, Any]:
    """The pair of a match as `reader` may see it."""
    return of_matches([match], reader=reader)[0]


def of_matches(matches: Sequence[Match], *, reader: Any) -> list[dict[str, Any]]:
    """The same for several, side by side."""
    told = explain_many([(m.opportunity, m.capability) for m in matches])
    return [_of_match(match, one, reader) for match, one in zip(matches, told, strict=True)]


def _of_match(match: Match, told: Explanation, reader: Any) -> dict[str, Any]:
    known = {side: names_owner(reader, match, side) for side in Side.values}
    shown = _shown(match.opportunity, match.capability, told, known)
    return {**shown, **_as_decided(match, told), "note": match.note, "url": match.get_absolute_url(), "match": match}


def _as_decided(match: Match, told: Explanation) -> dict[str, Any]:
    """The score that was reviewed and pushed, with its parts, where the last run would score the pair otherwise now.

    The points of single reasons belong to the score of now, so they are left out then.
    """
    score = float(match.score)
    if not match.parts or round(told.score) == round(score):
        return {}
    labels = {p.code: p.label for p in told.parts}
    rows = [(labels.get(p["code"], p["code"]), p["earned"], p["possible"]) for p in match.parts]
    reasons = _reasons(told)
    without = {name: [{**r, "points": None} for r in reasons[name]] for name in REASONS}
    return {"score": round(score), "value": score, "parts": parts(rows, score), **without}


def of_listings(opportunity: Any, capability: Any) -> dict[str, Any]:
    """The pair of any two listings that the reader may read; both pages name their owners."""
    return _shown(opportunity, capability, explain(opportunity, capability), dict.fromkeys(Side.values, True))


def short(pairs: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Score and reasons only, for the cards of a list."""
    return [_reasons(told) for told in explain_many(pairs)]


def names_owner(reader: Any, match: Match, side: str) -> bool:
    """Who stands behind a public listing is public with it; otherwise the name opens when both have agreed."""
    return match.listing(side).visibility == Visibility.PUBLIC or sees_owner(reader, match, side)


def side_names(reader: Any, match: Match) -> dict[str, str]:
    """What each side is called before this reader: its name, or which side it is."""
    hidden = {Side.OPPORTUNITY: _("Side of the opportunity"), Side.CAPABILITY: _("Side of the capability")}
    return {s: str(match.listing(s).owner) if names_owner(reader, match, s) else hidden[s] for s in Side}


def _shown(opportunity: Any, capability: Any, told: Explanation, known: dict[str, bool]) -> dict[str, Any]:
    return {
        **_reasons(told),
        "score": round(told.score), "value": told.score, "parts": parts([(p.label, p.earned, p.possible) for p in told.parts], told.score), "barred": told.barred_by,
        "facts": [_fact(row) for row in told.facets],
        "need": {**_text(opportunity, known[Side.OPPORTUNITY]), "text": told.need_text, **_spans(told.reasons, "need")},
        "offer": {**_text(capability, known[Side.CAPABILITY]), "text": told.offer_text, **_spans(told.reasons, "offer")},
        "titles": [_title(t) for t in capability.owner.titles.all()],
    }  # fmt: skip


def _reasons(told: Explanation) -> dict[str, Any]:
    """Reasons by kind, each with its number, sentence and whole points."""
    found: dict[str, list[dict[str, Any]]] = {"for": [], "against": [], "unknown": []}
    for r in told.reasons:
        points = abs(round(r.points)) or None if r.points else None
        found[r.kind].append({"n": r.number, "text": r.sentence, "points": points})
    return {**{f"reasons_{kind}": rows for kind, rows in found.items()}, "value": told.score, "barred": told.barred_by}


def parts(rows: Sequence[tuple[str, float | None, float]], score: float) -> list[dict[str, Any]]:
    """(label, earned, possible) in whole points that add up to the whole score; what is unknown stays None."""
    points = whole([float(earned or 0) for _label, earned, _possible in rows], round(score))
    return [
        {"label": label, "points": None if earned is None else n, "of": round(possible)}
        for (label, earned, possible), n in zip(rows, points, strict=True)
    ]


def whole(values: list[float], total: int) -> list[int]:
    """Round to whole numbers that add up to `total`, giving the odd points to the largest remainders."""
    floors = [floor(v) for v in values]
    odd = max(total - sum(floors), 0)
    order = sorted(range(len(values)), key=lambda i: (-(values[i] - floors[i]), i))
    for i in order[:odd]:
        floors[i] += 1
    return floors


def _fact(row: Any) -> dict[str, Any]:
    return {
        "label": row.item,
        "need": row.asked or _("not stated"),
        "offer": row.offered or _("not stated"),
        "verdict": row.words,
        "kind": row.kind,
    }


def _spans(reasons: Iterable[ReasonSentence], side: str) -> dict[str, list[Span]]:
    """The marked passages of one side's text and title."""
    fields = {"spans": f"in_{side}", "title_spans": f"in_{side}_title"}
    return {
        name: [Span(start, end, r.number, r.kind) for r in reasons for start, end in getattr(r, field)]
        for name, field in fields.items()
    }


def _text(listing: Any, known: bool) -> dict[str, Any]:
    """One half of the pair: number, address, title, who and where."""
    owner = [str(listing.owner), listing.owner.get_kind_display()] if known else [_("name shown once both have agreed")]
    words = [*owner, names.name("region", getattr(listing, "region", "") or listing.city)]
    deadline = getattr(listing, "deadline", None)
    words += [_("until %(day)s") % {"day": figures.day(deadline)}] if deadline else []
    return {
        "code": listing.number, "url": reverse(listing.log_kind, args=[listing.public_id]), "title": listing.title,
        "by": _(", ").join(words),
    }  # fmt: skip


def _title(title: Title) -> dict[str, Any]:
    tone, word = TITLE_TONES[title.state]
    until = _("valid until %(day)s") % {"day": figures.exact(title.expires)} if title.expires else ""
    return {
        "name": title.name,
        "note": _(", ").join(w for w in (str(title.get_level_display()), until) if w),
        "tone": tone,
        "state": word,
    }


def side_by_side(columns: list[dict[str, Any]]) -> dict[str, Any]:
    """Up to four pairs as the columns of one table; the rows are those of the first with the same labels."""
    for column in columns:
        column["their"] = column["offer"]
    return {
        "columns": columns, "part_rows": _rows(columns, "parts"), "fact_rows": _rows(columns, "facts"),
    }  # fmt: skip


def _rows(columns: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    labels = dict.fromkeys(row["label"] for column in columns for row in column[key])
    found = [{row["label"]: row for row in column[key]} for column in columns]
    return [{"label": label, "cells": [by_label.get(label, {}) for by_label in found]} for label in labels]
