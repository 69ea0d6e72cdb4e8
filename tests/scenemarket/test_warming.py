"""What the web server loads before its first visitor comes."""

from typing import Any

import pytest
from django.db import OperationalError, connections

from codelists import services as codelists
from listings import held, kinds
from scenemarket import warming
from tests.factories import OpportunityFactory


@pytest.mark.django_db(transaction=True)
def test_the_first_visitor_finds_the_columns_loaded(django_assert_num_queries: Any) -> None:
    codelists.load()
    OpportunityFactory()
    held._held.clear()
    warming.warm()
    assert set(held._held) == {kind.code for kind in kinds.every()}
    with django_assert_num_queries(1):
        held.columns("opportunity")


@pytest.mark.django_db(transaction=True)
def test_it_leaves_no_connection_to_the_processes_that_are_made_next() -> None:
    warming.warm()
    assert all(one.connection is None for one in connections.all())


def test_a_server_starts_without_its_database(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def away() -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(warming, "_loads", [away])
    warming.warm()
    assert "the database is away" in caplog.text
