"""Conversations: the two sides, and the reviewer of the city once something was reported."""

from typing import Any

from conversations import services
from conversations.access import seat
from tests.access.table import Row

SIDES = {"stranger": 404, "reviewer": 404, "nobody": 302}
REVIEWER = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404, "nobody": 302}
CALLED = {"stranger": 404, "reviewer": 404, "nobody": 403}


def said(request: Any) -> Any:
    match, by = request.getfixturevalue("match"), request.getfixturevalue("cast").counterpart
    return services.post(seat(by, match.public_id), by=by, text="你好", key="k0")


def message(request: Any) -> list[Any]:
    return [request.getfixturevalue("match").public_id, said(request).public_id]


def no_file(request: Any) -> list[Any]:
    said(request)
    return [request.getfixturevalue("match").public_id, "zzzzzzzzzzzz"]


def report(request: Any) -> list[Any]:
    by, match = request.getfixturevalue("cast").owner, request.getfixturevalue("match")
    found = services.report(seat(by, match.public_id), said(request), by=by, reason="insult")
    return [found.public_id]


def reported(request: Any) -> list[Any]:
    report(request)
    return [request.getfixturevalue("match").public_id]


WORDS = {"text": "你好", "key": "k1"}
ROWS = [
    Row("conversations", reviewer=302, nobody=302),
    Row("conversation", args="match", **SIDES),
    Row("conversation", args=reported, stranger=404, nobody=302),
    Row("message-post", "post", args="match", data=WORDS, owner=302, colleague=403, counterpart=302, **SIDES),
    Row("message-post", "post", args=reported, data=WORDS, owner=302, colleague=403, counterpart=302, stranger=404, reviewer=403, nobody=302),
    Row("message-withdraw", "post", args=message, owner=403, colleague=403, counterpart=302, **SIDES),
    Row("message-report-new", args=message, colleague=403, counterpart=403, **SIDES),
    Row("message-report-new", "post", args=message, data={"reason": "insult"}, owner=302, colleague=403, counterpart=403, **SIDES),
    Row("message-file", args=no_file, owner=404, colleague=404, counterpart=404, **SIDES),
    Row("message-reports", **REVIEWER),
    Row("message-report", args=report, **REVIEWER),
    Row("message-report", "post", args=report, data={"decision": "no_ground"}, reviewer=302, **REVIEWER),
    Row("api-conversations", nobody=403),
    Row("api-messages", args="match", **CALLED),
    Row("api-messages", "post", args="match", data=WORDS, json=True, owner=201, colleague=403, counterpart=201, **CALLED),
    Row("api-messages-read", "post", args="match", json=True, owner=204, colleague=204, counterpart=204, **CALLED),
    Row("api-message-withdraw", "post", args=message, json=True, owner=403, colleague=403, counterpart=204, **CALLED),
    Row("api-message-report", "post", args=message, data={"reason": "insult"}, json=True, owner=201, colleague=403, counterpart=403, **CALLED),
    Row("api-message-reports", nobody=403),
    Row("api-message-report-decide", "post", args=report, data={"decision": "no_ground"}, json=True, owner=404, colleague=404, counterpart=404, stranger=404, nobody=403),
]  # fmt: skip
