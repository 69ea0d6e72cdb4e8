"""Figures: the leaders' page for who reads a city's figures, and what is public."""

from typing import Any

from insights import keeping
from tests.access.table import Row

READERS = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404, "nobody": 302}


def panel(request: Any) -> list[Any]:
    return ["funnel"]


def public(request: Any) -> list[Any]:
    """The list behind a public number: there is one once somebody has published."""
    request.getfixturevalue("opportunity")
    keeping.work()
    return ["opportunities"]


def behind(request: Any) -> list[Any]:
    return ["answers"]


ROWS = [
    Row("overview", **READERS),
    Row("overview-sheet", **READERS),
    Row("overview-panel", args=panel, **READERS),
    Row("overview-list", args=behind, **READERS),
    Row("figures"),
    Row("figures-list", args=public),
    Row("figures-list", args=behind, owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=404),
    Row("figures-sheet", owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=404),
]
