"""The tables of states say everything, and nothing twice."""

import pytest

from matching.states import ANSWER_MOVES, MATCH_MOVES, RUN_MOVES, AnswerState, MatchState, RunState

TABLES = [(RUN_MOVES, RunState), (MATCH_MOVES, MatchState), (ANSWER_MOVES, AnswerState)]


@pytest.mark.parametrize(("moves", "states"), TABLES)
def test_it_only_names_known_states(moves: dict[str, frozenset[str]], states: type) -> None:
    assert set(moves) | set().union(*moves.values()) <= set(states.values)


@pytest.mark.parametrize("end", [MatchState.AGREED, MatchState.DECLINED])
def test_it_never_leaves_what_the_sides_have_said(end: str) -> None:
    assert end not in MATCH_MOVES


def test_it_reaches_agreement_only_from_pushed() -> None:
    assert [state for state, targets in MATCH_MOVES.items() if MatchState.AGREED in targets] == [MatchState.PUSHED]
