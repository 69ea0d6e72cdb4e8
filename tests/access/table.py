"""The permission table: what each of the cast gets at each address. A route without a row fails test_table.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from tests.conftest import Cast


@dataclass(frozen=True)
class Row:
    """`args` names a fixture whose public_id goes into the address, or is a function of the test's request."""

    route: str
    method: str = "get"
    args: str | tuple[str, ...] | Callable[[Any], list[Any]] = ()
    data: dict[str, Any] | Callable[[Any], dict[str, Any]] = field(default_factory=dict)
    json: bool = False
    owner: int = 200
    colleague: int = 200
    counterpart: int = 200
    stranger: int = 200
    reviewer: int = 200
    nobody: int = 200

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def expected(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in Cast.NAMES}

    def address(self, request: Any) -> str:
        if callable(self.args):
            return reverse(self.route, args=self.args(request))
        names = (self.args,) if isinstance(self.args, str) else self.args
        return reverse(self.route, args=[request.getfixturevalue(name).public_id for name in names])

    def body(self, request: Any) -> dict[str, Any]:
        return self.data(request) if callable(self.data) else self.data


def got(row: Row, request: Any, cast: Cast) -> dict[str, int]:
    """Ask as each of the cast; the database is rolled back between two askers, so one's act is not the other's state."""
    from django.db import transaction

    address, found = row.address(request), {}
    data = row.body(request)
    for name in Cast.NAMES:
        point = transaction.savepoint()
        how = {"content_type": "application/json"} if row.json else {}
        found[name] = getattr(cast.client(name), row.method)(address, data, **how).status_code
        transaction.savepoint_rollback(point)
    return found
