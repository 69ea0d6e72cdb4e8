"""Every move from every state, by each of the cast: made, or refused with a sentence and nothing changed."""

from pathlib import Path

import pytest
from django.conf import settings

from activity.models import Event
from insights import diagrams
from listings import moves
from listings.states import MOVES, State
from scenemarket.errors import NotAllowed, NotFound, Refusal, WrongState
from tests.conftest import Cast
from tests.listings.listings import listing

REASONS = {"send_back": "请补充验收指标", "close": "withdrawn"}
ALLOWED = {"owner": "owner", "city": "reviewer"}


def attempt(cast: Cast, name: str, move: str, state: str) -> tuple[str, Refusal | None]:
    row = listing(state=state, owner=cast.agency)
    try:
        found = moves.listing_for(cast.user(name), "opportunity", row.public_id, move)
        moves.make(found, move, by=cast.user(name), reason=REASONS.get(move, ""))
    except Refusal as refusal:
        row.refresh_from_db()
        return row.state, refusal
    row.refresh_from_db()
    return row.state, None


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("move", MOVES)
def test_it_makes_the_moves_of_the_table_and_refuses_all_others(move: str, state: str, cast: Cast) -> None:
    allowed = ALLOWED[MOVES[move].side]
    after, refusal = attempt(cast, allowed, move, state)
    if state in MOVES[move].sources:
        assert (after, refusal) == (MOVES[move].target, None)
    else:
        # a reviewer never even finds somebody else's draft
        expected = NotFound if allowed == "reviewer" and state == State.DRAFT else WrongState
        assert (after, type(refusal)) == (state, expected)
        assert len(str(refusal)) > 10


@pytest.mark.django_db
@pytest.mark.parametrize("name", Cast.NAMES)
@pytest.mark.parametrize("move", MOVES)
def test_it_lets_only_the_right_people_move(move: str, name: str, cast: Cast) -> None:
    source = sorted(MOVES[move].sources)[0]
    after, refusal = attempt(cast, name, move, source)
    if name == ALLOWED[MOVES[move].side]:
        assert refusal is None
    else:
        assert after == source
        assert isinstance(refusal, NotAllowed | NotFound)


@pytest.mark.django_db
@pytest.mark.parametrize("move", MOVES)
def test_it_writes_one_log_row_for_each_move(move: str, cast: Cast) -> None:
    source = sorted(MOVES[move].sources)[0]
    attempt(cast, ALLOWED[MOVES[move].side], move, source)
    (event,) = Event.objects.filter(verb=f"listing.{move}")
    assert (event.from_state, event.to_state) == (source, MOVES[move].target)
    assert event.reason == REASONS.get(move, "")


def test_it_draws_the_tables_as_they_are() -> None:
    kept = (Path(settings.BASE_DIR) / "docs" / "states.md").read_text("utf-8")
    assert kept == diagrams.page(), "run: ./market manage states --write"
