"""What the review queue shows: the filtered list, the distribution of scores, the share of each firm, one open pair."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast, Floor
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matching.fair_strip import fairness
from matching.forms import BANDS, CONFLICTS, NOVELTIES, QueueForm
from matching.models import Match, MatchRun
from matching.services import interests, runs
from matching.states import IN_REVIEW, MatchState, RunState
from scenemarket import figures

PAGE = 10
BINS = 30
BULK_SHARE = 0.2
SHOWN_RUNS = 8
# of the address, what the drop-downs do not hold
KEPT = ("state", "sort")


@dataclass(frozen=True)
class Distribution:
    """Pairs per whole point of score; `held` are those with a conflict of interest, which bulk work leaves out."""

    counts: dict[int, int]
    held: dict[int, int]

    @property
    def low(self) -> int:
        """Where the picture begins: the highest of 70, 40 and 10 that leaves nobody out."""
        least = min(self.counts, default=40)
        return next((edge for edge in (70, 40, 10) if edge <= least), 10)

    def bins(self) -> list[int]:
        """Pairs in each of the bars from `low` to 100; what lies below stands in the first one."""
        low, width = self.low, (100 - self.low) / BINS
        found = Counter[int]()
        for point, n in self.counts.items():
            found[min(max(int((point - low) / width), 0), BINS - 1)] += n
        return [found[i] for i in range(BINS)]

    def above(self, line: int) -> int:
        return sum(n for point, n in self.counts.items() if point >= line)

    def held_above(self, line: int) -> int:
        return sum(n for point, n in self.held.items() if point >= line)

    def line(self) -> int:
        """The lowest line with at most a fifth of all pairs above it."""
        room, most = sum(self.counts.values()) * BULK_SHARE, 100
        for point in sorted(self.counts, reverse=True):
            room -= self.counts[point]
            if room < 0:
                return min(most, 100)
            most = point
        return most


def distribution(rows: QuerySet[Match], held: Q) -> Distribution:
    """One query: pairs and held pairs (those that `held` chooses) per whole point."""
    points = (
        rows.order_by().annotate(point=Cast(Floor("score"), IntegerField())).values("point")
        .annotate(n=Count("pk"), held=Count("pk", filter=held))
    )  # fmt: skip
    found = list(points)
    return Distribution({p["point"]: p["n"] for p in found}, {p["point"]: p["held"] for p in found})


def counts(every: QuerySet[Match]) -> dict[str, int]:
    """How many pairs wait, are approved and are excluded; and how the waiting ones compare with the run before."""
    waiting = Q(state=MatchState.PROPOSED)
    return (
        every.filter(state__in=IN_REVIEW)
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=waiting),
            approved=Count("pk", filter=Q(state=MatchState.APPROVED)),
            excluded=Count("pk", filter=Q(state=MatchState.EXCLUDED)),
            new=Count("pk", filter=waiting & Q(score_before=None)),
            up=Count("pk", filter=waiting & Q(score__gt=F("score_before"))),
            down=Count("pk", filter=waiting & Q(score__lt=F("score_before"))),
        )
    )


@dataclass
class Window:
    """The part of the queue that is on screen, the open pair, and its neighbours."""

    items: list[Match]
    open: Match | None
    before: Match | None
    after: Match | None
    # the last pair of the page before, the first one of the page after
    page_before: Match | None
    page_after: Match | None
    position: int
    first: int
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1

    @property
    def earlier(self) -> int:
        return self.first - 1

    @property
    def later(self) -> int:
        return max(self.total - self.last, 0)


def window(rows: QuerySet[Match], chosen: Match | None, *, low_first: bool, total: int) -> Window:
    """The page of `rows` around the pair `chosen`, or the first page; however far back, only this page is read whole.

    A chosen pair that is not in the queue any more gives way to the one that followed it.
    """
    ordered = rows.order_by("score", "-pk") if low_first else rows.order_by("-score", "pk")
    at = min(_place(rows, chosen, low_first), max(total - 1, 0))
    start = at - at % PAGE
    keys = list(ordered.values_list("pk", flat=True)[max(start - 1, 0) : start + PAGE + 1])
    found = Match.objects.select_related("opportunity__owner", "capability__owner").in_bulk(keys)
    around = [found[key] for key in keys if key in found]
    lead = 1 if start else 0
    items = around[lead : lead + PAGE]
    if not items:
        return Window([], None, None, None, None, None, 0, 0, total)
    here = min(at - start, len(items) - 1)
    before, after = around[: lead + here], around[lead + here + 1 :]
    rest = around[lead + PAGE :]
    return Window(
        items=items, open=items[here], before=before[-1] if before else None, after=after[0] if after else None,
        page_before=around[0] if lead else None, page_after=rest[0] if rest else None,
        position=start + here + 1, first=start + 1, total=total,
    )  # fmt: skip


def _place(rows: QuerySet[Match], chosen: Match | None, low_first: bool) -> int:
    """How many pairs stand before the chosen one; 0 without one."""
    if chosen is None:
        return 0
    if low_first:
        ahead = Q(score__lt=chosen.score) | Q(score=chosen.score, pk__gt=chosen.pk)
    else:
        ahead = Q(score__gt=chosen.score) | Q(score=chosen.score, pk__lt=chosen.pk)
    return rows.filter(ahead).count()


def page(reader: User, form: QueueForm, *, chosen: str) -> dict[str, Any]:
    """All that the queue shows, except the open pair's reasons; a constant number of queries."""
    every, links, address = Match.objects.of_cities(reader.cities), interests.linked(reader), address_of(form)
    held, reviewing = interests.held(links, reader.cities), form.state_shown == MatchState.PROPOSED
    waiting = form.narrowed(every, held).filter(state=MatchState.PROPOSED)
    rows = waiting if reviewing else form.narrowed(every, held).filter(state=form.state_shown)
    spread = distribution(rows, held)
    line = form.value("line") or spread.line()
    low_first = form.value("sort") == "low"
    asked = asked_for(every, chosen)
    seen = window(rows, asked, low_first=low_first, total=sum(spread.counts.values()))
    listed = _listed(seen, line, links, reviewing=reviewing)
    run = latest_run(reader.cities)
    return {
        "form": form, "counts": counts(every), "spread": spread, "line": line, "above": spread.above(line),
        "held": spread.held_above(line), "bulk": spread.above(line) - spread.held_above(line), "bins": spread.bins(),
        "fair": fairness(every, waiting.filter(score__gte=line).exclude(held)), "window": seen,
        "rows": listed, "ticked": sum(row["ticked"] for row in listed), "missed": missed(asked, form),
        "shown": ",".join(m.public_id for m in seen.items), "address": address, "reviewing": reviewing,
        "drops": drops(form), "low_first": low_first,
        "turned": address_of(form, sort="" if low_first else "low"), "kept": [(n, form.data.get(n, "")) for n in KEPT],
        "run": run, "compared": compared_with(run), "after_url": after_url(seen, address),
        "interests": interests.reasons(seen.open, links) if seen.open else [],
    }  # fmt: skip


def asked_for(every: QuerySet[Match], chosen: str) -> Match | None:
    """The pair of the address, in whatever state it is."""
    return (
        every.filter(public_id=chosen).select_related("decided_by", "opportunity", "capability").first()
        if chosen
        else None
    )


def missed(asked: Match | None, form: QueueForm) -> str:
    """What became of the pair of the address when it left the queue meanwhile, in a sentence."""
    if asked is None or asked.state == form.state_shown:
        return ""
    said = {"title": asked, "state": MatchState(asked.state).label, "by": asked.decided_by or "", "at": ""}
    if asked.decided_by is None or asked.decided_at is None:
        return _now("“%(title)s” is “%(state)s” meanwhile, so the next pair is open.") % said
    said["at"] = figures.exact(asked.decided_at)
    return _now("“%(title)s” is “%(state)s” meanwhile (%(by)s, %(at)s), so the next pair is open.") % said


def _listed(seen: Window, line: int, links: list[int], *, reviewing: bool) -> list[dict[str, Any]]:
    """The rows of the list; the bulk line stands between the last pair above it and the first one below."""
    rows: list[dict[str, Any]] = []
    for m in seen.items:
        above, alone = m.score >= line, bool(interests.reasons(m, links))
        marks_line = reviewing and bool(rows) and rows[-1]["above"] != above
        moved = None if m.score_before is None else round(m.score) - round(m.score_before)
        row = {
            "match": m, "above": above, "alone": alone, "line_before": marks_line, "ticked": above and not alone,
            "moved": moved, "fell": -(moved or 0), "current": seen.open is not None and m.pk == seen.open.pk,
        }  # fmt: skip
        rows.append(row)
    return rows


def latest_run(cities: list[str]) -> MatchRun | None:
    """The newest finished full run of these cities."""
    done = MatchRun.objects.filter(city__in=cities, state__in=[RunState.READY, RunState.RELEASED])
    return done.exclude(origin="increment").order_by("-pk").first()


def compared_with(run: MatchRun | None) -> dict[str, Any] | None:
    """How the newest run stands against the one before: its number and how many pairs are gone; None without one."""
    other = runs.before(run) if run else None
    if run is None or other is None:
        return None
    return {"other": other, "gone": _gone(run.pk, other.pk)}


@lru_cache(maxsize=64)
def _gone(run: int, other: int) -> int:
    """What finished runs have found does not change, so it is counted once per process."""
    found = MatchRun.objects.in_bulk([run, other])
    return runs.compare(found[run], found[other]).gone.count()


def drops(form: QueueForm) -> list[dict[str, Any]]:
    """The drop-downs of the filter row: name, title, the choices with what is chosen."""
    runs = [(r.public_id, str(r)) for r in form.fields["run"].queryset[:SHOWN_RUNS]]  # type: ignore[attr-defined]
    batches = [(b.public_id, b.name) for b in form.fields["batch"].queryset]  # type: ignore[attr-defined]
    every: list[tuple[str, Any, list[Any], bool]] = [
        ("run", _("Match run"), runs, False),
        ("batch", _("Batch"), batches, False),
        ("field", _("Field"), list(form.fields["field"].choices), True),  # type: ignore[attr-defined]
        ("band", _("Score band"), BANDS, False),
        ("novelty", _("Novelty"), NOVELTIES, True),
        ("conflict", _("Interests"), CONFLICTS, False),
    ]
    if firm := form.value("firm"):
        every.append(("firm", _("Firm"), [(firm.public_id, str(firm))], False))
    return [_drop(form, *one) for one in every]


def _drop(form: QueueForm, name: str, title: Any, choices: list[Any], many: bool) -> dict[str, Any]:
    chosen = form.data.getlist(name)
    options = [{"value": v, "label": label, "checked": str(v) in chosen} for v, label in choices]
    words = [str(o["label"]) for o in options if o["checked"] and o["value"]]
    without = address_of(form, **{name: ""})
    return {
        "name": name,
        "title": title,
        "options": options,
        "many": many,
        "chosen": "、".join(words),
        "without": without,
    }


def after_url(seen: Window, address: str) -> str:
    """Where to go once the open pair is decided: the same queue at the next pair, or at the one before."""
    following = seen.after or seen.before
    query = "&".join(part for part in (address, f"pair={following.public_id}" if following else "") if part)
    return f"{reverse('review')}?{query}" if query else reverse("review")


def filters_of(form: QueueForm) -> list[tuple[str, str]]:
    """The active filters as (name, value), for a form that sends a line of its own."""
    return [(k, v) for k, values in form.data.lists() if k in form.fields and k != "line" for v in values if v]


def address_of(form: QueueForm, **changed: str) -> str:
    """The query string of the active filters, without the open pair, for links and forms."""
    kept = [(k, v) for k, values in form.data.lists() if k in form.fields and k not in changed for v in values]
    return urlencode([(k, v) for k, v in [*kept, *changed.items()] if v])
