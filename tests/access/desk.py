"""The desk and the calendar."""

from typing import Any

from accounts.services import set_calendar_key
from tests.access.table import Row


def feed(request: Any) -> list[Any]:
    return [set_calendar_key(request.getfixturevalue("cast").owner, on=True).calendar_key]


ROWS = [
    Row("desk", nobody=302),
    Row("calendar", nobody=302),
    Row("calendar-key", "post", owner=302, colleague=302, counterpart=302, stranger=302, reviewer=302, nobody=302),
    # whoever knows the secret address reads it: calendar programs do not sign in
    Row("calendar-feed", args=feed),
]
