"""Runs, matches, answers, deals and the inbox over the API. A visitor is asked to sign in (403: sessions come first)."""

from functools import partial
from typing import Any

from matching.states import RunState
from tests.access.deals import deal
from tests.access.matching import reviewed, run
from tests.access.table import Row
from tests.factories import CITY

released, failed = partial(run, state=RunState.RELEASED), partial(run, state=RunState.FAILED)
FIRST = {"nobody": 403}
REVIEWER = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404, **FIRST}
OF_THE_CITY = {"owner": 403, "colleague": 403, "counterpart": 403, "stranger": 403, **FIRST}
SIDES = {"stranger": 404, **FIRST}
PAIR = ("opportunity", "capability")


def pair(request: Any) -> dict[str, str]:
    return {name: request.getfixturevalue(name).public_id for name in PAIR}


ROWS = [
    Row("api-runs", **FIRST),
    Row("api-runs", "post", data={"city": CITY}, json=True, reviewer=201, **OF_THE_CITY),
    Row("api-release", "post", data={"city": CITY}, json=True, **OF_THE_CITY),
    Row("api-run", args=run, **REVIEWER),
    Row("api-run-again", "post", args=failed, json=True, **REVIEWER),
    Row("api-run-withdraw", "post", args=released, json=True, **REVIEWER),
    Row("api-matches", **FIRST),
    Row("api-match", args="match", **SIDES),
    Row("api-match", args=reviewed, **REVIEWER),
    Row("api-decision", "post", args=reviewed, data={"decision": "approve"}, json=True, **REVIEWER),
    Row("api-answer", "post", args="match", data={"answer": "accept"}, json=True, colleague=403, reviewer=404, **SIDES),
    Row("api-invite", "post", data=pair, json=True, owner=201, colleague=403, counterpart=403, stranger=403, reviewer=403, **FIRST),
    Row("api-apply", "post", data=pair, json=True, owner=403, colleague=403, counterpart=201, stranger=403, reviewer=403, **FIRST),
    Row("api-answers", **FIRST),
    Row("api-why", args=PAIR, **FIRST),
    Row("api-deals", **FIRST),
    Row("api-deal", args=deal, **SIDES),
    Row("api-deal-step", "post", args=deal, data={"to": "piloting", "words": "x"}, json=True, colleague=403, reviewer=403, **SIDES),
    Row("api-deal-contacts", args=deal, **SIDES),
    Row("api-inbox", **FIRST),
    Row("api-inbox-read", "post", json=True, **FIRST),
]  # fmt: skip
