"""A list asks the database the same number of questions however long it is."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def asked(client: Client, address: str) -> int:
    """How many queries that page makes; the second time counts, as some tables are read once per process."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def stays_constant(client: Client, address: str, more: Callable[[int], Any]) -> tuple[int, int]:
    """Queries with three rows and with thirteen; `more(n)` makes n rows more."""
    more(3)
    few = asked(client, address)
    more(10)
    return few, asked(client, address)
