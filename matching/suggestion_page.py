"""What an organisation sees of its suggestions: tabs, cards, one pair with the answers of both sides, comparison."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from matching.models import Answer, Match
from matching.states import AnswerState, MatchState, Side, other

MOST_COMPARED, MOST_LISTED = 4, 100
ORDERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "best": (_("Best first"), ("-match__score", "pk")),
    "due": (_("Due first"), ("due_at", "pk")),
    "new": (_("Newest first"), ("-pushed_at", "pk")),
}
OVER = [MatchState.DECLINED, MatchState.EXPIRED, MatchState.WITHDRAWN, MatchState.SUPERSEDED]
TABS: dict[str, tuple[Any, Q]] = {
    "waiting": (_("Waiting for us"), Q(state=AnswerState.WAITING, match__state=MatchState.PUSHED)),
    "sent": (_("Waiting for the other side"), Q(state=AnswerState.ACCEPTED, match__state=MatchState.PUSHED)),
    "agreed": (_("Both agreed"), Q(match__state=MatchState.AGREED)),
    "over": (_("Ended"), Q(match__state__in=OVER)),
}


def waiting_of(user: Any) -> Any:
    """How many suggestions wait for this person's side, as an expression for one query of many counts."""
    rows = own(user.organisation_ids).filter(TABS["waiting"][1]).order_by()
    counted = rows.annotate(n=Func(F("pk"), function="COUNT")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def own(ids: list[int]) -> QuerySet[Answer]:
    """The pushes to these organisations, one row per suggestion and side."""
    return Answer.objects.asked_of(ids)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what is not known is left out."""

    tab: str
    listing: str
    willing: bool
    order: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        tab, order = query.get("tab", ""), query.get("order", "")
        return cls(
            tab if tab in TABS else "waiting", query.get("listing", ""), query.get("willing") == "1",
            order if order in ORDERS else "best",
        )  # fmt: skip

    def address(self, **changes: str) -> str:
        """The same address with another part; parts that say nothing are left out."""
        order = "" if self.order == "best" else self.order
        given = {"tab": self.tab, "listing": self.listing, "willing": "1" if self.willing else "", "order": order}
        return "?" + urlencode({name: value for name, value in {**given, **changes}.items() if value})


def tabs(rows: QuerySet[Answer], asked: Asked) -> list[dict[str, Any]]:
    """The tabs with their counts, in one query."""
    found = rows.order_by().aggregate(**{name: Count("pk", filter=which) for name, (_label, which) in TABS.items()})
    return [
        {"label": label, "url": asked.address(tab=name), "count": found[name], "active": name == asked.tab}
        for name, (label, _which) in TABS.items()
    ]


def narrowed(rows: QuerySet[Answer], asked: Asked) -> QuerySet[Answer]:
    """The suggestions of one tab in the order asked for; on request only where the other side has said yes."""
    rows = rows.filter(TABS[asked.tab][1])
    if asked.willing:
        yes = Answer.objects.filter(match=OuterRef("match"), state=AnswerState.ACCEPTED).exclude(side=OuterRef("side"))
        rows = rows.filter(Exists(yes))
    rows = rows.select_related("match__opportunity__owner", "match__capability__owner", "match__run")
    return rows.prefetch_related("match__answers", "match__capability__owner__titles").order_by(*ORDERS[asked.order][1])


def of_listing(rows: QuerySet[Answer], listing: str) -> QuerySet[Answer]:
    """Only the suggestions for one of the own listings, given by its public id."""
    if not listing:
        return rows
    return rows.filter(
        Q(side=Side.OPPORTUNITY, match__opportunity__public_id=listing)
        | Q(side=Side.CAPABILITY, match__capability__public_id=listing)
    )


def listings(rows: QuerySet[Answer]) -> list[tuple[str, str, int]]:
    """The own listings that suggestions came for: public id, title, how many; two queries."""
    found: list[tuple[str, str, int]] = []
    for side in Side.values:
        name = f"match__{side}"
        own = rows.filter(side=side).order_by().values_list(f"{name}__public_id", f"{name}__title")
        found += own.annotate(n=Count("pk")).order_by("-n", f"{name}__title")[:MOST_LISTED]
    return found


def thread(match: Match, *, side: str, reviews: bool, names: dict[str, str]) -> list[dict[str, Any]]:
    """The course of a pair as steps of a timeline. Why a side declined is for that side and for reviewers only.

    `names` is what each side may be called before this reader.
    """
    steps = [{"title": _("Pushed to both sides"), "time": match.pushed_at, "state": "done" if match.pushed_at else ""}]
    steps += [_step(match, of, names[of], private=not reviews and of != side) for of in Side.values]
    agreed = match.state == MatchState.AGREED
    return [*steps, {"title": _("Both agreed"), "time": match.agreed_at, "state": "done" if agreed else ""}]


MARKS: dict[str, str] = {
    AnswerState.ACCEPTED: "done",
    AnswerState.DECLINED: "bad",
    AnswerState.EXPIRED: "bad",
    AnswerState.WAITING: "now",
}


def _step(match: Match, side: str, name: str, *, private: bool) -> dict[str, Any]:
    answer = match.answer_of(side)
    if answer is None:
        return {"title": name, "time": None, "text": _("Not asked yet"), "state": ""}
    step = {"title": name, "time": answer.answered_at, "text": answer.get_state_display(), "state": MARKS[answer.state]}
    if answer.state == AnswerState.DECLINED and private:
        return step
    return {**step, "reason": answer.reason, "words": answer.words, "reason_list": f"decline_{side}"}


def may_answer(match: Match, side: str) -> bool:
    """That side was asked, has not answered, and the suggestion still stands."""
    answer = match.answer_of(side) if side else None
    return bool(answer and answer.state == AnswerState.WAITING and match.state == MatchState.PUSHED)


def card(answer: Answer, pair: dict[str, Any], *, shows_owner: bool) -> dict[str, Any]:
    """One suggestion in the list: the own listing, the other side's, the reasons, the two answers."""
    match = answer.match
    across = other(answer.side)
    return {
        "answer": answer, "match": match, "pair": pair, "own": match.listing(answer.side), "their": match.listing(across),
        "side": answer.side, "across": across, "their_answer": match.answer_of(across), "url": reverse("match", args=[match.public_id]),
        "open": may_answer(match, answer.side), "shows_owner": shows_owner,
    }  # fmt: skip
