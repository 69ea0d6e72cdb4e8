"""Every address of the house with real arguments, taken from the access table: a new route is tested here too."""

from dataclasses import dataclass
from typing import Any

from tests.access.table import Row
from tests.access.test_table import ROWS
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory, pushed_match

SIGNED_IN = ("owner", "reviewer", "counterpart")
PAGES = ("account_login", "account_signup", "account_reset_password", "schema")


@dataclass(frozen=True)
class Address:
    """Where, who gets an answer there (a name of the cast), and what is sent."""

    route: str
    url: str
    name: str
    row: Row
    data: dict[str, Any]


class Fresh:
    """A pytest request whose listings and match are new at each address, so that one row does not stand in another's way."""

    def __init__(self, cast: Cast) -> None:
        self.made: dict[str, Any] = {"cast": cast}

    def getfixturevalue(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = getattr(self, name)()
        return self.made[name]

    def opportunity(self) -> Any:
        return OpportunityFactory(owner=self.made["cast"].agency)

    def capability(self) -> Any:
        return CapabilityFactory(owner=self.made["cast"].firm)

    def match(self) -> Any:
        pair = {name: self.getfixturevalue(name) for name in ("opportunity", "capability")}
        return pushed_match(**pair)


def gets(cast: Cast) -> list[Address]:
    """One address for each GET of the table that somebody is granted."""
    return _addresses(cast, [row for row in ROWS if row.method == "get"], granted=(200, 302))


def posts(cast: Cast) -> list[Address]:
    """One address for each POST and PATCH of the table that somebody is granted."""
    return _addresses(cast, [row for row in ROWS if row.method in ("post", "patch")], granted=(200, 201, 302, 409, 422))


def _addresses(cast: Cast, rows: list[Row], *, granted: tuple[int, ...]) -> list[Address]:
    found: dict[tuple[str, str], Address] = {}
    for row in rows:
        name = _who(row, granted)
        key = (row.route, row.method)
        if name and key not in found:
            request = Fresh(cast)
            found[key] = Address(row.route, row.address(request), name, row, row.body(request))
    return list(found.values())


def _who(row: Row, granted: tuple[int, ...]) -> str:
    expected = row.expected()
    return next((name for name in (*SIGNED_IN, *Cast.NAMES) if expected[name] in granted), "")
