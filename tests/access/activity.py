"""Inbox and log."""

from typing import Any

from activity.models import Notice
from tests.access.table import Row

EVERYBODY = {"owner": 302, "colleague": 302, "counterpart": 302, "stranger": 302, "reviewer": 302, "nobody": 302}


def notice(request: Any) -> list[Any]:
    owner = request.getfixturevalue("cast").owner
    return [Notice.objects.create(recipient=owner, kind="listing.returned", key="x", path="/desk/").public_id]


ROWS = [
    Row("live", nobody=401),
    Row("live-since", nobody=401),
    Row("inbox-bell", nobody=401),
    Row("inbox", nobody=302),
    Row("inbox-read", "post", **EVERYBODY),
    Row("inbox-open", args=notice, owner=302, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=302),
    Row("log", owner=404, colleague=404, counterpart=404, stranger=404, nobody=302),
]
