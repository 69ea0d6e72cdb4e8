"""Figures: the leaders' page for who reads a city's figures, and what is public."""

from typing import Any

from tests.access.table import Row

READERS = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404, "nobody": 302}


def panel(request: Any) -> list[Any]:
    return ["funnel"]


def behind(request: Any) -> list[Any]:
    return ["answers"]


ROWS = [
    Row("overview", **READERS),
    Row("overview-sheet", **READERS),
    Row("overview-panel", args=panel, **READERS),
    Row("overview-list", args=behind, **READERS),
]
