"""The rows that both kinds of listing have."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from listings.states import State
from tests.access.table import Row
from tests.factories import CapabilityFactory, OpportunityFactory

HIDDEN = {"counterpart": 404, "stranger": 404, "nobody": 302}
MEMBERS = {"colleague": 403, "reviewer": 404, **HIDDEN}


def of(kind: str, many: str) -> list[Row]:
    """Rows of one kind; the listing always belongs to the agency of the cast, whichever kind it is."""
    factory = OpportunityFactory if kind == "opportunity" else CapabilityFactory

    def one(state: str, **values: Any) -> Callable[[Any], list[Any]]:
        def args(request: Any) -> list[Any]:
            moment = None if state == State.DRAFT else timezone.now()
            published = moment if state in (State.PUBLISHED, State.PAUSED) else None
            made = factory(
                owner=request.getfixturevalue("cast").agency,
                state=state,
                submitted_at=moment,
                published_at=published,
                **values,
            )
            return [made.public_id]

        return args

    def step(state: str, word: str) -> Callable[[Any], list[Any]]:
        return lambda request: [*one(state)(request), word]

    open_, draft, waiting = one(State.PUBLISHED), one(State.DRAFT), one(State.SUBMITTED)
    api = f"api-{kind}"
    title = {"title": "样例"}
    typed = {**title, "visibility": "public"}
    return [
        Row(many),
        Row(f"{many}-export", data={"format": "csv"}),
        Row(f"{many}-compare"),
        Row(f"{many}-feed"),
        Row(kind, args=open_),
        Row(kind, args=draft, reviewer=404, counterpart=404, stranger=404, nobody=404),
        Row(kind, args=waiting, counterpart=404, stranger=404, nobody=404),
        Row(kind, args=one(State.PUBLISHED, visibility="verified"), nobody=404),
        Row(f"{kind}-new", colleague=403, reviewer=403, nobody=302),
        Row(f"{kind}-new", "post", data=typed, owner=302, colleague=403, counterpart=302, stranger=302, reviewer=403, nobody=302),
        Row(f"{kind}-edit", args=open_, **MEMBERS),
        Row(f"{kind}-edit", args=waiting, owner=409, **MEMBERS),
        Row(f"{kind}-edit", "post", args=draft, data=typed, owner=302, **MEMBERS),
        Row(f"{kind}-keep", "post", data=title, colleague=403, reviewer=403, nobody=302),
        Row(f"{kind}-keep", "post", args=draft, data=title, **MEMBERS),
        Row(f"{kind}-keep", args=draft, owner=405, colleague=405, counterpart=405, stranger=405, reviewer=405, nobody=302),
        Row(f"{kind}-advice", colleague=403, reviewer=403, nobody=302),
        Row(f"{kind}-advice", args=draft, **MEMBERS),
        Row(f"{kind}-discard", "post", args=draft, owner=302, **MEMBERS),
        Row(f"{kind}-move", args=step(State.PUBLISHED, "close"), **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.DRAFT, "submit"), owner=302, **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.SUBMITTED, "approve"), owner=403, colleague=403, reviewer=302, **HIDDEN),
        Row(f"{kind}-move", "post", args=step(State.SUBMITTED, "send-back"), data={"reason": "补充指标"},
            owner=403, colleague=403, reviewer=302, **HIDDEN),
        Row(f"{kind}-move", "post", args=step(State.PUBLISHED, "pause"), owner=302, **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.PAUSED, "resume"), owner=302, **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.PUBLISHED, "close"), data={"reason": "matched"}, owner=302, **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.DRAFT, "delete"), owner=302, **MEMBERS),
        Row(f"{kind}-move", "post", args=step(State.DRAFT, "steal"),
            owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=302),
        Row(f"{api}-list"),
        Row(f"{api}-list", "post", data=title, json=True, owner=201, colleague=403, counterpart=201, stranger=201, reviewer=403, nobody=403),
        Row(f"{api}-detail", args=open_),
        Row(f"{api}-detail", args=draft, reviewer=404, counterpart=404, stranger=404, nobody=404),
        Row(f"{api}-detail", "patch", args=draft, data=title, json=True, colleague=403, counterpart=404, stranger=404, reviewer=404, nobody=403),
        *[Row(f"{api}-{word}", "post", args=one(state), data=data, json=True, colleague=403, counterpart=404, stranger=404, reviewer=404, nobody=403)
          for word, state, data in (("submit", State.DRAFT, {}), ("pause", State.PUBLISHED, {}), ("resume", State.PAUSED, {}),
                                    ("close", State.PUBLISHED, {"reason": "withdrawn"}))],
        *[Row(f"{api}-{word}", "post", args=waiting, data=data, json=True, owner=403, colleague=403, counterpart=404, stranger=404, nobody=403)
          for word, data in (("approve", {}), ("send-back", {"reason": "补充指标"}))],
    ]  # fmt: skip
