"""Who listens hears at once, and only after the commit, that a listing was opened or says something else."""

from collections.abc import Iterator
from typing import Any

import pytest

from listings.services import edit, pause, resume
from listings.signals import opened
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[tuple[str, int]]]:
    said: list[tuple[str, int]] = []

    def listen(*, kind: str, key: int, **_: Any) -> None:
        said.append((kind, key))
        raise OSError("who listens cannot spoil the change")

    opened.connect(listen)
    yield said
    opened.disconnect(listen)


def test_it_tells_of_what_opens_and_of_what_changes(
    cast: Cast, capability: Any, heard: list[tuple[str, int]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        edit(capability, by=cast.counterpart, values={"summary": "停水不停用"})
        assert heard == []
    with django_capture_on_commit_callbacks(execute=True):
        pause(capability, by=cast.counterpart)
    assert heard == [("capability", capability.pk)]
    with django_capture_on_commit_callbacks(execute=True):
        resume(capability, by=cast.counterpart)
    assert heard == [("capability", capability.pk)] * 2


def test_it_says_nothing_of_drafts_or_when_nothing_changed(
    cast: Cast, capability: Any, heard: list[tuple[str, int]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        edit(capability, by=cast.counterpart, values={"summary": capability.summary})
    assert heard == []
