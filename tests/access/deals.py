"""Deals."""

from typing import Any

from tests.access.table import Row
from tests.factories import deal_of

BOTH = {"stranger": 404, "nobody": 302}


def deal(request: Any) -> list[Any]:
    return [deal_of(request.getfixturevalue("match")).public_id]


def proof(request: Any) -> list[Any]:
    return [*deal(request), "piloting"]


ROWS = [
    Row("deals", nobody=302),
    Row("deals-file", nobody=302),
    Row("deal", args=deal, **BOTH),
    Row("deal-advance", "post", args=deal, data={"words": "x"}, owner=302, colleague=403, counterpart=302, reviewer=403, **BOTH),
    Row("deal-stop", args=deal, colleague=403, reviewer=403, **BOTH),
    Row("deal-contacts", "post", args=deal, **BOTH),
    Row("deal-file", args=proof, owner=404, colleague=404, counterpart=404, reviewer=404, **BOTH),
]  # fmt: skip
