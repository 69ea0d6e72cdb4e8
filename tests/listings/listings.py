"""Listings in any state, for tests of both kinds."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from listings.states import CloseReason, State
from tests.factories import CapabilityFactory, OpportunityFactory

FACTORIES = {"opportunity": OpportunityFactory, "capability": CapabilityFactory}


def listing(kind: str = "opportunity", state: str = State.DRAFT, **values: Any) -> Any:
    """A row of that kind in that state, with the times that the state implies."""
    now = timezone.now()
    values.setdefault("submitted_at", None if state == State.DRAFT else now)
    values.setdefault("published_at", now if state in (State.PUBLISHED, State.PAUSED, State.CLOSED) else None)
    if state == State.CLOSED:
        values |= {"closed_at": now, "close_reason": CloseReason.WITHDRAWN}
    return FACTORIES[kind](state=state, **values)


def queries_for(client: Client, address: str, **query: Any) -> int:
    """How many queries a page takes. The names of codes are left out: they are read again every few seconds, not per row."""
    with CaptureQueriesContext(connection) as queries:
        client.get(address, query)
    return sum("codelists_code" not in q["sql"] for q in queries)
