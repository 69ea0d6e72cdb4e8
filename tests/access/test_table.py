"""Who gets what, at every address."""

import importlib
import pkgutil
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import tests.access
from tests.access.table import Row, got
from tests.conftest import Cast

MODULES = [
    m.name
    for m in pkgutil.iter_modules(tests.access.__path__)
    if m.name not in ("table", "test_table") and m.name[0] != "_"
]
ROWS: list[Row] = [r for name in MODULES for r in importlib.import_module(f"tests.access.{name}").ROWS]
# routes of libraries, tested by themselves; each is only mounted here
NOT_OURS = ("account_", "schema", "set_language", "api-token")


def routes(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for entry in patterns:
        if isinstance(entry, URLResolver):
            found |= routes(entry.url_patterns)
        elif isinstance(entry, URLPattern) and entry.name:
            found.add(entry.name)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_it_answers_each_of_the_cast_as_the_table_says(row: Row, cast: Cast, request: pytest.FixtureRequest) -> None:
    assert got(row, request, cast) == row.expected()


def test_it_has_a_row_for_every_route() -> None:
    known = {row.route for row in ROWS}
    missing = {r for r in routes(get_resolver().url_patterns) if r not in known and not r.startswith(NOT_OURS)}
    assert not missing, f"routes without a row in tests/access: {sorted(missing)}"
