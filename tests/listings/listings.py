"""Listings in any state, for tests of both kinds."""

from typing import Any

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
