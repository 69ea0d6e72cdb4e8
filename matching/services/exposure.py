"""How often firms are suggested: in the last thirty days, and in what waits now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Now

from matching.models import Answer, Match
from matching.services.vacancies import SUGGESTED
from matching.states import AnswerState, MatchState, Side

DAYS = 30


@dataclass(frozen=True)
class Exposure:
    """Suggestions that a firm got in the last thirty days, and how many of them it accepted."""

    suggested: int = 0
    accepted: int = 0
    days: int = DAYS


@dataclass(frozen=True)
class Share:
    """One firm in the queue: what waits and is approved, what it got in the last thirty days, what it wants a week."""

    key: int
    name: str
    waiting: int
    weekly_cap: int
    lately: Exposure


def of_firms(firms: Collection[int]) -> dict[int, Exposure]:
    """The exposure of each firm that was suggested; what firms asked for themselves is not counted."""
    rows = Answer.objects.filter(
        side=Side.CAPABILITY, pushed_at__gt=Now() - timedelta(days=DAYS),
        match__capability__owner__in=firms, match__origin__in=SUGGESTED,
    )  # fmt: skip
    accepted = Count("pk", filter=Q(state=AnswerState.ACCEPTED))
    counted = rows.order_by().values_list("match__capability__owner").annotate(n=Count("pk"), accepted=accepted)
    return {firm: Exposure(n, yes) for firm, n, yes in counted}


def of_firm(firm: int) -> Exposure:
    """The exposure of one firm."""
    return of_firms([firm]).get(firm, Exposure())


def in_queue(city: str, first: int) -> list[Share]:
    """The firms with most suggestions waiting or approved in a city, the most suggested first."""
    open_ = Match.objects.of_cities([city]).filter(state__in=[MatchState.PROPOSED, MatchState.APPROVED])
    owner = "capability__owner__"
    named: dict[str, Any] = {
        "short": F(owner + "short_name"),
        "full": F(owner + "name"),
        "cap": F(owner + "weekly_cap"),
    }
    rows: list[Any] = list(
        open_.order_by()
        .values(key=F("capability__owner"), **named)
        .annotate(n=Count("pk"))
        .order_by("-n", "key")[:first]
    )
    lately = of_firms([row["key"] for row in rows])
    return [
        Share(row["key"], row["short"] or row["full"], row["n"], row["cap"], lately.get(row["key"], Exposure()))
        for row in rows
    ]
