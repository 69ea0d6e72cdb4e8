"""What the pages of runs show: the list, one run's progress, settings and steps, and how it compares with another."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from matching import fairness_page
from matching.engine import SENTENCES, wording
from matching.models import Match, MatchRun, Shard
from matching.services import runs as running
from matching.services.explain import language
from matching.states import MatchState, RunOrigin, RunState, Step
from scenemarket.leases import WorkState

# of each list beside the other two, and of one list by itself
SHOWN_PAIRS, PER_PAGE = 10, 50
GOING = (RunState.QUEUED, RunState.RUNNING)


def listed(rows: QuerySet[MatchRun], kind: str) -> QuerySet[MatchRun]:
    """Full runs, or with kind "increment" those after an edit; the newest first, with the progress of their steps."""
    mark = Q(origin=RunOrigin.INCREMENT)
    chosen = rows.filter(mark) if kind == RunOrigin.INCREMENT else rows.exclude(mark)
    done = Count("shards", filter=Q(shards__work_state=WorkState.DONE))
    dead = Count("shards", filter=Q(shards__work_state=WorkState.DEAD))
    return chosen.select_related("by").annotate(steps=Count("shards"), done=done, dead=dead).order_by("-pk")


def rows(shown: Any) -> list[dict[str, Any]]:
    """The rows of the list."""
    return [{"run": r, "seconds": seconds(r), "dead": r.dead, "going": r.state in GOING} for r in shown]


def tabs(kind: str) -> list[dict[str, Any]]:
    return [
        {"label": _("Whole city"), "url": "?", "count": None, "active": kind != RunOrigin.INCREMENT},
        {"label": _("After an edit"), "url": "?kind=increment", "count": None, "active": kind == RunOrigin.INCREMENT},
    ]


def seconds(run: MatchRun) -> int | None:
    """How long the run took, once it is ready."""
    return round((run.ready_at - run.started_at).total_seconds()) if run.ready_at and run.started_at else None


def one(run: MatchRun) -> dict[str, Any]:
    """One run: its steps, what they say, its matches by state, the run before."""
    steps = list(run.shards.order_by("pk").defer("result"))
    dead = [s for s in steps if s.work_state == WorkState.DEAD]
    scored = [s for s in steps if s.step == Step.SCORE]
    found = Match.objects.filter(run=run).order_by().aggregate(
        waiting=Count("pk", filter=Q(state=MatchState.PROPOSED)), approved=Count("pk", filter=Q(state=MatchState.APPROVED)),
        pushed=Count("pk", filter=Q(pushed_at__isnull=False)), agreed=Count("pk", filter=Q(agreed_at__isnull=False)),
    )  # fmt: skip
    return {
        "run": run, "steps": steps, "dead": dead, "done": sum(s.work_state == WorkState.DONE for s in scored), "total": len(scored) or 1,
        "going": run.state in GOING, "seconds": seconds(run), "found": found, "settings": settings(run.engine_settings),
        "others": others(run), "again": again_url(steps), "sliding": fairness_page.shown_for(run),
    }  # fmt: skip


def again_url(steps: list[Shard]) -> bool:
    """Is there a step that can be tried again?"""
    return any(s.work_state == WorkState.DEAD for s in steps)


def others(run: MatchRun) -> QuerySet[MatchRun]:
    """Finished full runs of the same city that this one can be compared with."""
    done = MatchRun.objects.of_cities([run.city]).full().finished()
    return done.exclude(pk=run.pk).order_by("-pk")[:10]


def settings(values: dict[str, Any], above: str = "") -> list[tuple[str, str, Any]]:
    """The engine's settings as flat rows (name, what it does in words, value)."""
    found: list[tuple[str, str, Any]] = []
    for name, value in values.items():
        key = f"{above}{name}"
        words = wording.chosen(SENTENCES.get(name, ("", "")), language())
        found += settings(value, f"{key}.") if isinstance(value, dict) else [(key, words, value)]
    return found


def compared(run: MatchRun, other: MatchRun) -> dict[str, Any]:
    """New, gone and moved pairs against another run, the first ones of each with their titles."""
    parts = vars(running.compare(run, other))
    return {name: {"rows": shown(rows[:SHOWN_PAIRS]), "count": rows.count()} for name, rows in parts.items()}


def shown(pairs: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows of a list of pairs: how far each has moved, by rank and by score."""
    return [
        {
            "pair": each, "before": getattr(each, "before", None), "score": round(each.score),
            "up": (getattr(each, "before", None) or 0) > (each.rank_for_opportunity or 0),
            "score_before": None if getattr(each, "score_before", None) is None else round(each.score_before),
        }
        for each in pairs
    ]  # fmt: skip


def compared_list(run: MatchRun, other: MatchRun, kind: str, page_number: Any) -> dict[str, Any]:
    """One of the three lists in full, with tabs for the others; a constant number of queries."""
    parts = vars(running.compare(run, other))
    kind = kind if kind in parts else "new"
    counts = {name: rows.count() for name, rows in parts.items()}
    page_obj = Paginator(parts[kind], PER_PAGE).get_page(page_number)
    tabs = [
        {"label": label, "url": f"?kind={name}", "count": counts[name], "active": name == kind}
        for name, label in (("new", _("New")), ("gone", _("Gone")), ("moved", _("Moved in rank")))
    ]
    return {
        "run": run, "other": other, "kind": kind, "tabs": tabs, "page_obj": page_obj,
        "pairs": shown(page_obj.object_list), "moved": kind == "moved",
    }  # fmt: skip
