"""What the pages of learning show: how engine and reviewers agree week by week, and the rankers with their figures."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isnan
from typing import Any

import numpy as np
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from capabilities.models import Capability
from codelists import regions
from codelists.models import Code, List
from matching.engine import learning as engine
from matching.engine import measures
from matching.models import Match, Ranker
from matching.services import learning
from matching.states import MatchState, RankerState
from opportunities.models import Opportunity
from scenemarket import drawings, figures

WEEKS = 12
HISTORY = 10
BANDS = ((80, _("80 and above")), (70, _("70 to 80")), (60, _("60 to 70")), (0, _("below 60")))
APPROVED = frozenset(
    {MatchState.APPROVED, MatchState.PUSHED, MatchState.AGREED, MatchState.DECLINED, MatchState.EXPIRED}
)
KINDS = {"linear": _("logistic"), "trees": _("boosted trees")}


@dataclass
class Week:
    """What was decided in the week that begins on `day`: by opportunity (score, approved), ranks of approved pairs."""

    day: date
    lists: dict[int, list[tuple[float, bool]]] = field(default_factory=lambda: defaultdict(list))
    ranks: list[int] = field(default_factory=list)

    @property
    def decided(self) -> list[tuple[float, bool]]:
        return [pair for pairs in self.lists.values() for pair in pairs]

    @property
    def approved(self) -> int:
        return sum(approved for _score, approved in self.decided)

    @property
    def share(self) -> float | None:
        """The share approved of what was decided."""
        return self.approved / len(self.decided) if self.decided else None

    @property
    def bands(self) -> list[dict[str, Any]]:
        """For each band of scores: how many were decided, and how many of them approved."""
        found: list[dict[str, Any]] = [{"label": label, "decided": 0, "approved": 0} for _low, label in BANDS]
        for score, approved in self.decided:
            band = found[next(place for place, (low, _label) in enumerate(BANDS) if score >= low)]
            band["decided"] += 1
            band["approved"] += approved
        return found

    @property
    def agreement(self) -> float | None:
        """NDCG@10 of the engine's order, in the mean over opportunities with both verdicts."""
        told = [_ndcg(pairs) for pairs in self.lists.values() if len({approved for _s, approved in pairs}) == 2]
        return sum(told) / len(told) if told else None

    @property
    def lists_with_both(self) -> int:
        return sum(len({approved for _s, approved in pairs}) == 2 for pairs in self.lists.values())

    @property
    def rank(self) -> float | None:
        """The mean rank of approved pairs for their opportunity."""
        return sum(self.ranks) / len(self.ranks) if self.ranks else None


def _ndcg(pairs: list[tuple[float, bool]]) -> float:
    scores, verdicts = np.array(pairs, dtype=np.float64).T
    return measures.ndcg(scores, verdicts)


def overview(city: str, cities: list[str]) -> dict[str, Any]:
    """The page of a city: readiness, rankers, agreement, reasons."""
    known = learning.decisions(city)
    rows = list(Ranker.objects.filter(city=city).select_related("by", "switched_on_by")[:HISTORY])
    found = weeks(city)
    return {
        "city": city, "cities": [(one, regions.name_of(one)) for one in cities], "judged": learning.judged(known), "decisions": len(known), "least": engine.LEAST,
        "enough": learning.judged(known) >= engine.LEAST, "in_use": _first(rows, RankerState.ACTIVE),
        "offered": _first(rows, RankerState.OFFERED), "training": _first(rows, RankerState.TRAINING),
        "rankers": [{"ranker": row, **figures_of(row)} for row in rows], "decided": [week for week in found[::-1] if week.lists],
        "shares": drawings.shares([(figures.day(week.day), week.share) for week in found]),
        "agreements": drawings.shares([(figures.day(week.day), week.agreement) for week in found]),
        "any": any(week.decided for week in found), "bands": [label for _low, label in BANDS], "reasons": reasons(city),
    }  # fmt: skip


def _first(rows: list[Ranker], state: str) -> Ranker | None:
    return next((row for row in rows if row.state == state), None)


def weeks(city: str) -> list[Week]:
    """The last WEEKS weeks up to now, also those in which nothing was decided."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    found = {monday - timedelta(weeks=back): Week(monday - timedelta(weeks=back)) for back in range(WEEKS)}
    rows = Match.objects.of_cities([city]).filter(
        state__in=[*APPROVED, MatchState.EXCLUDED],
        decided_at__date__gte=min(found),
    )
    columns = ("decided_at", "opportunity_id", "score", "state", "rank_for_opportunity")
    for at, opportunity, score, state, rank in rows.order_by("pk").values_list(*columns):
        day = timezone.localtime(at).date()
        week = found.get(day - timedelta(days=day.weekday()))
        if week is None:
            continue
        week.lists[opportunity].append((float(score), state in APPROVED))
        if state in APPROVED and rank is not None:
            week.ranks.append(rank)
    return [found[day] for day in sorted(found)]


def reasons(city: str) -> list[dict[str, Any]]:
    """Why pairs were excluded in these weeks, the commonest first; `teaches` when the ranker learns from it."""
    since = timezone.localdate() - timedelta(weeks=WEEKS)
    rows = Match.objects.of_cities([city]).filter(state=MatchState.EXCLUDED, decided_at__date__gte=since)
    counts = list(rows.order_by().values_list("exclusion").annotate(n=Count("pk")).order_by("-n", "exclusion"))
    names = {code.code: code for code in Code.objects.of(List.EXCLUSION)}
    most = max((n for _code, n in counts), default=0)
    return [
        {"name": names.get(code, code), "n": n, "most": most, "teaches": code in learning.EXCLUDED}
        for code, n in counts
    ]


def figures_of(ranker: Ranker) -> dict[str, Any]:
    """NDCG@10 of the fusion and of each kind that was tried, for the table; nothing before the training is over."""
    if not ranker.figures:
        return {"lines": [], "gain": None}
    kinds = ranker.figures["kinds"]
    lines = [{"label": _("fixed weights"), "quality": _said(ranker.figures["fusion"]), "gain": "", "kept": False}]
    for kind, told in kinds.items():
        line = {"label": KINDS[kind], "quality": _said(told["quality"]), "gain": _said(told["gain"], "+")}
        lines.append({**line, "kept": kind == ranker.kind})
    return {"lines": lines, "gain": _said(kinds[ranker.kind]["gain"], "+"), "kind": KINDS[ranker.kind]}


def _said(figure: dict[str, float], sign: str = "") -> str:
    if figure["value"] is None or isnan(figure["value"]):
        return ""
    return f"{figure['value']:{sign}.3f} [{figure['low']:{sign}.3f}, {figure['high']:{sign}.3f}]"


def one(ranker: Ranker) -> dict[str, Any]:
    """The page of one ranker: its figures, what it would change, who switched it."""
    changes = ranker.changes
    rows = changes.get("rows", [])
    needs = Opportunity.objects.in_bulk({row[0] for row in rows})
    offers = Capability.objects.select_related("owner").in_bulk({row[1] for row in rows})
    moves = [
        {"need": needs[need], "offer": offers[offer], "before": before, "after": after, "points": points, "up": after < before}
        for need, offer, before, after, points in rows
        if need in needs and offer in offers
    ]  # fmt: skip
    crumbs = [(_("Learning"), reverse("learning")), (str(ranker), "")]
    return {"ranker": ranker, **figures_of(ranker), "changes": changes, "moves": moves, "crumbs": crumbs}
