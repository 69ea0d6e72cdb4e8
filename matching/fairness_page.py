"""What the slider shows: where it stands, what another position would do, who is suggested most, and how it was moved."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from matching.models import Arrangement, MatchRun
from matching.services import arrange, exposure, runs
from matching.services.arrange import Choice, Position
from matching.states import RunOrigin, RunState

FIRST_FIRMS, LAST_MOVES = 8, 5
SHOWN_IN = (RunState.READY, RunState.RELEASED)


def shown_for(run: MatchRun) -> bool:
    """Whether a run has a slider, or had one: increments and unfinished runs have none."""
    return run.origin != RunOrigin.INCREMENT and run.state in SHOWN_IN


def latest(city: str) -> MatchRun | None:
    """The run of a city whose slider can be moved."""
    run = runs.newest(city)
    return run if run and shown_for(run) else None


def card(run: MatchRun, at: int | None) -> dict[str, Any]:
    """The card with the slider at `at` (0 to 100; None: where it stands). A constant number of queries."""
    movable = arrange.may_move(run)
    stands = arrange.fairness_of(run)
    chosen = stands if at is None else at / 100
    choice = arrange.preview(run, chosen) if movable else None
    moved = round(chosen, 4) != round(stands, 4)
    return {
        "run": run, "movable": movable, "at": round(chosen * 100), "stands": round(stands * 100),
        "rows": rows(choice) if choice else [], "choice": choice, "moved": moved,
        "compares": moved or bool(choice and (choice.coming or choice.going)),
        "moves": moves(run), "firms": exposure.in_queue(run.city, FIRST_FIRMS), "days": exposure.DAYS,
    }  # fmt: skip


def rows(choice: Choice) -> list[dict[str, Any]]:
    """The table: each figure now and then, and whether more of it is better (None: neither)."""
    now, then = choice.now, choice.then
    names = {o.pk: str(o) for o in Organisation.objects.filter(pk__in=[now.busiest, then.busiest])}
    table = [
        (_("Suggestions put forward"), "pairs", None),
        (_("Firms suggested"), "seen", True),
        (_("Share of the firms that fit something"), "share", True),
        (_("Unevenness (Gini, 0 is equal)"), "gini", False),
        (_("Average score"), "mean_score", True),
        (_("Expected mutual matches"), "expected", True),
        (_("Opportunities without a suggestion"), "without", False),
        (_("Most suggestions for one firm"), "most", False),
    ]
    found = []
    for label, name, more_is_better in table:
        before, after = figure(now, name), figure(then, name)
        change = round(after - before, 2)
        better = None if more_is_better is None or not change else (change > 0) == more_is_better
        found.append(
            {"label": label, "name": name, "now": said(before, name), "then": said(after, name), "better": better,
             "who_now": names.get(now.busiest, "") if name == "most" else "",
             "who_then": names.get(then.busiest, "") if name == "most" else ""}
        )  # fmt: skip
    return found


def figure(position: Position, name: str) -> float:
    """One figure of a position, as exact as it is shown."""
    told = position.effect
    exact = {
        "share": 100 * told.seen_share,
        "gini": told.gini,
        "mean_score": told.mean_score,
        "expected": told.expected,
    }
    places = {"share": 0, "gini": 2, "mean_score": 1, "expected": 0}
    return round(exact[name], places[name]) if name in exact else float(getattr(told, name))


def said(value: float, name: str) -> str:
    formats = {"share": "{:.0f}%", "gini": "{:.2f}", "mean_score": "{:.1f}"}
    return formats.get(name, "{:,.0f}").format(value)


def moves(run: MatchRun) -> list[dict[str, Any]]:
    """The last positions, the newest first."""
    last = Arrangement.objects.filter(run=run).select_related("by")[:LAST_MOVES]
    return [
        {"at": each.at, "by": each.by, "to": round(each.fairness * 100), "now": not place}
        for place, each in enumerate(last)
    ]
