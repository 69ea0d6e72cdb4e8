"""The page about the API tells all that the schema holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from scenemarket import api_guide
from scenemarket.api_schema import OnceForEachLanguage


@pytest.fixture
def schema() -> Iterator[dict[str, Any]]:
    with override("en"):
        yield OnceForEachLanguage().get_schema()


def test_it_tells_every_operation_once_with_a_sentence(schema: dict[str, Any]) -> None:
    told = [(o.method.lower(), o.address) for group in api_guide.groups(schema) for o in group.operations]
    assert sorted(told) == sorted((method, address) for address, ways in schema["paths"].items() for method in ways)
    assert all(o.text for group in api_guide.groups(schema) for o in group.operations)


def test_it_links_to_shapes_that_are_there_and_leaves_no_kind_out(schema: dict[str, Any]) -> None:
    shapes = api_guide.shapes(schema)
    fields = [f for shape in shapes for f in shape.fields]
    for group in api_guide.groups(schema):
        for one in group.operations:
            fields += [*one.given, *one.answers, *([one.sent] if one.sent else [])]
    assert {f.shape for f in fields} - {""} <= {shape.name for shape in shapes}
    untold = {f.name for f in fields if not f.kind and not f.shape}
    assert untold <= {"204", "barred_by", "engine_settings"}


def test_it_says_what_is_needed_what_may_be_chosen_and_what_comes_in_pages(schema: dict[str, Any]) -> None:
    operations = {o.anchor: o for group in api_guide.groups(schema) for o in group.operations}
    answers = operations["answers_list"]
    assert ("declined", "Declined") in next(f for f in answers.given if f.name == "state").choices
    assert (answers.answers[0].kind, answers.answers[0].shape) == ("list of ", "Answer")
    assert not answers.open
    assert operations["opportunities_list"].open
    reply = {f.name: f for shape in api_guide.shapes(schema) if shape.name == "Reply" for f in shape.fields}
    assert reply["answer"].needed
    assert reply["answer"].choices == [("accept", ""), ("decline", "")]
    assert not reply["words"].needed


@pytest.mark.django_db
def test_everybody_reads_it_in_their_language() -> None:
    for language, words in (("zh-hans", "响应场景机会"), ("en", "Apply for an opportunity")):
        answer = Client(headers={"accept-language": language}).get("/api/docs/")
        assert answer.status_code == 200
        assert words in answer.content.decode()
