"""The log speaks of everything in words."""

import pytest
from django.apps import apps
from django.template import Context, Template
from django.utils.translation import override

from activity import words
from codelists import services as codelists
from conversations.states import ReportState
from deals.states import Stage
from listings.states import State
from matching.states import AnswerState, MatchState, RankerState, RunState


def test_it_has_a_word_for_each_kind_of_subject() -> None:
    kinds = {model.log_kind for model in apps.get_models() if isinstance(getattr(model, "log_kind", None), str)}
    assert kinds - words.KINDS.keys() == set()


@pytest.mark.parametrize("states", [State, MatchState, AnswerState, RunState, RankerState, ReportState, Stage])
def test_it_has_a_word_for_each_state(states: type) -> None:
    assert {state.value for state in states} - words.STATES.keys() == set()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_it_names_a_reason_from_a_list_and_leaves_own_words() -> None:
    codelists.load()
    said = Template("{% load codes %}{{ chosen|reason }} / {{ own|reason }}")
    with override("zh-hans"):
        assert (
            said.render(Context({"chosen": "irrelevant", "own": "场地不再开放"})) == "能力与需求不相关 / 场地不再开放"
        )
