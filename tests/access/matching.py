"""Review, runs, suggestions, reasons."""

from functools import partial
from typing import Any

from codelists.models import Code
from matching.states import MatchState, RankerState, RunState
from tests.access.table import Row
from tests.factories import MatchFactory, OpportunityFactory, RankerFactory, RunFactory

NOBODY_ELSE = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404, "nobody": 302}


def reviewed(request: Any, state: str = MatchState.PROPOSED) -> list[Any]:
    """A match that nobody was told of yet, and a reason to exclude it for."""
    Code.objects.get_or_create(list_name="exclusion", code="irrelevant", name_zh="不相关", name_en="Not relevant")
    pair = {name: request.getfixturevalue(name) for name in ("opportunity", "capability")}
    return [MatchFactory(state=state, **pair).public_id]


def run(request: Any, state: str = RunState.READY) -> list[Any]:
    return [RunFactory(state=state).public_id]


def two_runs(request: Any) -> list[Any]:
    return [*run(request), *run(request)]


def ranker(request: Any, state: str = RankerState.OFFERED) -> list[Any]:
    return [RankerFactory(state=state).public_id]


in_use = partial(ranker, state=RankerState.ACTIVE)
approved, released = partial(reviewed, state=MatchState.APPROVED), partial(run, state=RunState.RELEASED)
PAIR = ("opportunity", "capability")


def kind(request: Any) -> list[Any]:
    return ["opportunity"]


def written(request: Any) -> list[Any]:
    """An own opportunity, by kind and number."""
    return ["opportunity", request.getfixturevalue("opportunity").public_id]


def similar(request: Any) -> dict[str, Any]:
    return {"other": OpportunityFactory(owner=request.getfixturevalue("cast").agency).public_id}


WRITERS = {"colleague": 403, "counterpart": 404, "stranger": 404, "nobody": 302}
ROWS = [
    Row("review", **NOBODY_ELSE),
    Row("review-bulk", data={"line": 50}, **NOBODY_ELSE),
    Row("review-bulk", "post", data={"ids": ""}, reviewer=302, **NOBODY_ELSE),
    Row("review-undo-last", "post", reviewer=302, **NOBODY_ELSE),
    Row("review-release", **NOBODY_ELSE),
    Row("review-told", args=lambda request: ["pushed"], **NOBODY_ELSE),
    Row("review-approve", "post", args=reviewed, reviewer=302, **NOBODY_ELSE),
    Row("review-approve", "post", args="match", reviewer=302, **NOBODY_ELSE),
    Row("review-exclude", args=reviewed, **NOBODY_ELSE),
    Row("review-exclude", "post", args=reviewed, data={"exclusion": "irrelevant"}, reviewer=302, **NOBODY_ELSE),
    Row("review-undo", "post", args=approved, reviewer=302, **NOBODY_ELSE),
    Row("review-note", "post", args=approved, data={"note": "x"}, reviewer=302, **NOBODY_ELSE),
    Row("runs", **NOBODY_ELSE),
    Row("run-start", "post", reviewer=302, **NOBODY_ELSE),
    Row("run", args=run, **NOBODY_ELSE),
    Row("run-compared", args=two_runs, **NOBODY_ELSE),
    Row("run-again", "post", args=run, reviewer=409, **NOBODY_ELSE),
    Row("run-release", args=run, **NOBODY_ELSE),
    Row("run-withdraw", args=run, **NOBODY_ELSE),
    Row("run-fairness", args=run, **NOBODY_ELSE),
    Row("run-fairness", "post", args=run, data={"fairness": 50}, reviewer=302, **NOBODY_ELSE),
    Row("run-withdraw", "post", args=released, reviewer=302, **NOBODY_ELSE),
    Row("learning", **NOBODY_ELSE),
    Row("learning-train", "post", reviewer=409, **NOBODY_ELSE),
    Row("ranker", args=ranker, **NOBODY_ELSE),
    Row("ranker-on", "post", args=ranker, reviewer=302, **NOBODY_ELSE),
    Row("ranker-off", "post", args=in_use, reviewer=302, **NOBODY_ELSE),
    Row("matches", nobody=302),
    Row("matches-file", nobody=302),
    Row("matches-compare", owner=302, colleague=302, counterpart=302, stranger=302, reviewer=302, nobody=302),
    Row("match", args="match", stranger=404, nobody=302),
    Row("match", args=reviewed, **NOBODY_ELSE),
    Row("match-reply", args="match", owner=302, colleague=403, counterpart=302, stranger=404, reviewer=404, nobody=302),
    Row("match-accept", "post", args="match", owner=302, colleague=403, counterpart=302, stranger=404, reviewer=404, nobody=302),
    Row("match-decline", args="match", colleague=403, stranger=404, reviewer=404, nobody=302),
    Row("why", args=PAIR, nobody=302),
    Row("why-mine", args="opportunity", nobody=302),
    Row("why-ours", args="capability", nobody=302),
    Row("doors", args="capability", owner=404, colleague=404, stranger=404, nobody=302),
    Row("conditions", args="opportunity", counterpart=404, stranger=404, nobody=302),
    Row("invite", "post", args=PAIR, owner=302, colleague=403, counterpart=404, stranger=404, reviewer=404, nobody=302),
    Row("apply", "post", args=PAIR, owner=404, colleague=404, counterpart=302, stranger=404, reviewer=404, nobody=302),
    Row("writing-fit-new", args=kind, colleague=403, reviewer=403, nobody=302),
    Row("writing-near-new", args=kind, colleague=403, reviewer=403, nobody=302),
    Row("writing-apart-new", "post", args=kind, data=similar, owner=422, colleague=403, counterpart=422, stranger=422, reviewer=403, nobody=302),
    Row("writing-fit", args=written, reviewer=404, **WRITERS),
    Row("writing-near", args=written, **WRITERS),
    Row("writing-apart", "post", args=written, data=similar, owner=302, reviewer=302, **WRITERS),
]  # fmt: skip
