"""Rows that only tests about matching need."""

import pytest

from codelists.models import Code
from codelists.plain import entries
from matching.models import Match
from matching.states import MatchState
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import MatchFactory


@pytest.fixture
def codes(db: None) -> None:
    """The lists of reasons, as the first start loads them."""
    for name in ("exclusion", "decline_opportunity", "decline_capability"):
        for entry in entries(name):
            Code.objects.create(list_name=name, code=entry.code, name_zh=entry.name_zh, name_en=entry.name_en)


@pytest.fixture
def proposed(opportunity: Opportunity, capability: object) -> Match:
    return MatchFactory(opportunity=opportunity, capability=capability)


@pytest.fixture
def approved(proposed: Match, cast: Cast) -> Match:
    from matching.services.review import approve

    match = approve(proposed, by=cast.reviewer)
    assert match.state == MatchState.APPROVED
    return match
