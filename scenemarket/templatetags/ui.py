"""Template tags of the look. `{% load ui %}`; what each takes is told in templates/_components/README.md."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scenemarket import drawings, figures, marking

register = template.Library()
register.filter("money", figures.money)
register.filter("figure", figures.count)
register.filter("day", figures.day)
register.filter("exact", figures.exact)
register.filter("ring", drawings.ring)

TONES = {
    "draft": "hollow", "proposed": "hollow", "queued": "hollow", "planned": "hollow", "uploaded": "hollow",
    "published": "act", "approved": "act", "pushed": "act", "running": "act", "released": "act", "reading": "act",
    "importing": "act", "connected": "act", "piloting": "act", "booking": "act", "scheduled": "act", "confirmed": "act", "open": "act",
    "submitted": "wait", "paused": "wait", "waiting": "wait", "ready": "wait", "checked": "wait", "evaluating": "wait",
    "matched": "ok", "agreed": "ok", "accepted": "ok", "contracted": "ok", "landed": "ok", "replicated": "ok",
    "held": "ok", "met": "ok", "done": "ok", "verified": "ok", "awarded": "ok",
    "returned": "bad", "excluded": "bad", "declined": "bad", "stopped": "bad", "failed": "bad", "missed": "bad",
}  # fmt: skip
ALERTS = {"warning": "wait", "error": "bad"}
SIDES = {"opportunity": "need", "need": "need", "capability": "offer", "offer": "offer"}


# --- Drawings -----------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A Tabler outline icon of frontend/icons.txt, beside a word."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', extra, static("icons.svg"), name
    )


@register.simple_tag
def live_now() -> int:
    """The time in milliseconds: what is older, this page shows already (static/js/live.js)."""
    return time.time_ns() // 1_000_000


@register.simple_tag
def field_icon(code: str, size: int = 16) -> SafeString:
    """The icon of an application field (industry, consumption, society, city, digital)."""
    return _drawing(f"field-{code}", f"s-fi x{size}")


@register.simple_tag
def side(kind: str) -> SafeString:
    """The half of the mark that stands for `kind`: opportunity or capability."""
    return _drawing(SIDES[kind], "s-side")


@register.simple_tag
def logo() -> SafeString:
    return _drawing("logo", "s-logo")


def _drawing(name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("img/marks.svg"), name
    )


# --- States, times, sums ------------------------------------------------------------------------------------------------
@register.simple_tag
def state(thing: Any, label: str = "", field: str = "state", tone: str = "") -> SafeString:
    """The dot and word of a row's state: a model row with `field`, or a state's name with its `label`."""
    value = thing if isinstance(thing, str) else getattr(thing, field)
    word = label or getattr(thing, f"get_{field}_display", lambda: value)()
    reason = getattr(thing, "close_reason", "") if value == "closed" else ""
    if reason:
        value, word = reason, label or thing.get_close_reason_display()
    return format_html('<span class="s-st {}">{}</span>', tone or TONES.get(value, ""), word)


@register.simple_tag
def due(moment: date | datetime | None, kind: str = "deadline") -> SafeString:
    """When something ends, as people say it; kind "deadline" or "task". The exact time is on hover."""
    said = figures.due(moment, task=kind == "task")
    if not said.iso:
        return format_html('<span class="due">{}</span>', said.text)
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>', said.tone, said.iso, said.exact, said.text
    )


@register.simple_tag
def when(moment: date | datetime | None, style: str = "day") -> SafeString | str:
    """A moment that has passed: style "day" (17 March) or "ago" (5 minutes ago); the exact time is on hover."""
    if moment is None:
        return "—"
    text = figures.ago(moment) if style == "ago" and isinstance(moment, datetime) else figures.day(moment)
    return format_html(
        '<time class="nw" datetime="{}" title="{}">{}</time>', moment.isoformat(), figures.exact(moment), text
    )


@register.simple_tag
def money_range(low: Decimal | None, high: Decimal | None, unknown: str = "") -> str:
    return figures.money_range(low, high, unknown=unknown)


# --- Scores -------------------------------------------------------------------------------------------------------------
@register.simple_tag
def meter(value: float | None, of: float = 100, kind: str = "") -> SafeString:
    """A bar of `value` out of `of`; unknown (None) is hatched, never drawn as zero. Beside its number, so unread aloud."""
    if value is None:
        return format_html('<svg class="s-meter unknown {}" aria-hidden="true"></svg>', kind)
    share = round(100 * min(max(float(value) / (float(of) or 1), 0), 1), 1)
    return format_html(
        '<svg class="s-meter {}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"/></svg>',
        kind, f"{share:g}",
    )  # fmt: skip


@register.simple_tag
def score(value: float | None) -> SafeString:
    """A number with its bar, for lists."""
    if value is None:
        return format_html(
            '<span class="s-score"><span class="say">{}</span>{}</span>', _("unknown"), meter(None, kind="thin")
        )
    return format_html(
        '<span class="s-score"><b><span class="sr">{} </span>{}</b>{}</span>',
        _("score"),
        round(value),
        meter(value, kind="thin"),
    )


@register.simple_tag
def marked(text: str, spans: Iterable[marking.Span | tuple[int, int, int, str]] = ()) -> SafeString:
    """The original text in paragraphs, with the passages of each reason marked and numbered."""
    return marking.marked(text or "", [s if isinstance(s, marking.Span) else marking.Span(*s) for s in spans])


@register.simple_tag
def marked_line(text: str, spans: Iterable[marking.Span] = ()) -> SafeString:
    """A heading with the words of each reason marked and numbered."""
    return marking.marked_line(text or "", spans)


@register.filter
def paragraphs(text: str) -> SafeString:
    """Each line of a plain text as a paragraph."""
    return marking.marked(text or "", [])


@register.inclusion_tag("_components/histogram.html")
def histogram(
    bins: list[int],
    line: float,
    low: float = 40,
    high: float = 100,
    name: str = "line",
    form: str = "",
    label: str = "",
) -> dict[str, Any]:
    """The score histogram with its line, a slider named `name`."""
    drawn = drawings.histogram(bins, low=low, high=high, line=line)
    return {
        **drawn,
        "line": round(line),
        "low": round(low),
        "high": round(high),
        "name": name,
        "form": form,
        "label": label,
    }


@register.inclusion_tag("_components/fairness.html")
def fairness(counts: list[tuple[str, int]], cap: int, urls: Sequence[str] = (), of: int = 0) -> dict[str, Any]:
    """One bar a firm, most first, cut at the weekly cap; with `urls` each bar leads to its list; `of` so many firms in all."""
    drawn = drawings.fairness(counts, cap=cap, urls=urls)
    return {**drawn, "cap": cap, "linked": bool(urls), "all": max(of, len(counts))}


@register.simple_tag
def clock_of(deadline: date | datetime | None, published: date | datetime | None = None) -> figures.Clock:
    """What the deadline clock says."""
    return figures.clock(deadline, published)


# --- Messages -----------------------------------------------------------------------------------------------------------
@register.simple_tag
def sorted_messages(messages: Iterable[Any]) -> dict[str, list[dict[str, str]]]:
    """Django's messages as `toasts` (good news, with `undo` from extra_tags "undo:/address") and `alerts` (to act on)."""
    said: dict[str, list[dict[str, str]]] = {"toasts": [], "alerts": []}
    for message in messages or ():
        tone = ALERTS.get(message.level_tag, "")
        undo = next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:")), "")
        said["alerts" if tone else "toasts"].append({"text": str(message), "tone": tone, "undo": undo})
    return said


# --- Addresses ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("_components/pager.html", takes_context=True)
def pager(context: template.Context, page: Page, name: str = "page") -> dict[str, Any]:
    """Links to the pages of a Django paginator; every other part of the address stays."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    links = [(n, _address(context, **{name: n}) if isinstance(n, int) else "") for n in numbers]
    steps = {
        "previous": _address(context, **{name: page.number - 1}) if page.has_previous() else "",
        "next": _address(context, **{name: page.number + 1}) if page.has_next() else "",
    }
    return {"page": page, "links": links, **steps}


def _address(context: template.Context, **changes: Any) -> str:
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query[key] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def link_item(name: str, label: str, extra: str = "") -> SafeString | str:
    """A list item with a link to the page of that URL name, or nothing while there is no such page: no dead link."""
    try:
        return format_html('<li><a href="{}{}">{}</a></li>', reverse(name), extra, label)
    except NoReverseMatch:
        return ""


@register.filter
def crumb(label: Any, above: Any = None) -> list[tuple[Any, str]]:
    """The crumbs of a page right below home: {{ "Team"|crumb }}, or below a thing with a page: {{ "Team"|crumb:thing }}."""
    return [*([(above, above.get_absolute_url())] if above else []), (label, "")]


# --- Composition --------------------------------------------------------------------------------------------------------
class AsVar(template.Node):
    def __init__(self, nodes: template.NodeList, name: str) -> None:
        self.nodes, self.name = nodes, name

    def render(self, context: template.Context) -> str:
        context[self.name] = self.nodes.render(context)
        return ""


@register.tag
def asvar(parser: Any, token: Any) -> AsVar:
    """{% asvar actions %}…{% endasvar %}: keeps what is drawn between, to hand it to a component."""
    _tag, name = token.split_contents()
    nodes = parser.parse(("endasvar",))
    parser.delete_first_token()
    return AsVar(nodes, name)
