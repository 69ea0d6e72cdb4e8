"""How many suggestions an opportunity takes: set on the form, over the API and in a list, without touching its matches."""

from typing import Any

import pytest

from codelists import services as codes
from listings.sheets.columns import columns, parse
from listings.sheets.text import Wrong
from listings.states import State
from opportunities.models import Opportunity
from opportunities.rows import fields_from, values_from
from tests.conftest import Cast
from tests.listings.listings import listing

FORM = {"title": "夜间桥梁索检测", "summary": "每年两次人工检查。", "field": "city", "visibility": "public"}


def sent(cast: Cast, row: Opportunity, **changes: Any) -> Opportunity:
    codes.load()
    data = {**FORM, "seen_at": row.updated_at.isoformat(), **changes}
    cast.client("owner").post(f"/opportunities/{row.public_id}/edit/", data)
    return Opportunity.objects.get(pk=row.pk)


@pytest.mark.django_db
def test_the_form_takes_it_and_leaves_it_when_nothing_is_said(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.DRAFT)
    row = sent(cast, row, handles_at_most="4")
    assert row.handles_at_most == 4
    assert sent(cast, row, handles_at_most="").handles_at_most == 4


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["0", "51", "-3", "viel"])
def test_the_form_refuses_what_is_no_number_from_1_to_50(cast: Cast, wrong: str) -> None:
    row = listing(owner=cast.agency, state=State.DRAFT)
    assert sent(cast, row, handles_at_most=wrong).handles_at_most == 10


@pytest.mark.django_db
def test_changing_it_alone_makes_no_new_version_so_that_no_suggestion_falls(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    address = f"/api/v1/opportunities/{row.public_id}/"
    answer = cast.client("owner").patch(address, {"handles_at_most": 3}, content_type="application/json").json()
    assert (answer["handles_at_most"], answer["version"]) == (3, 1)
    both = {"handles_at_most": 5, "need": "误差 0.5 米"}
    answer = cast.client("owner").patch(address, both, content_type="application/json").json()
    assert (answer["handles_at_most"], answer["version"]) == (5, 2)


@pytest.mark.parametrize("written", [7, "7", "７", 7.0])
def test_a_list_may_say_it(written: Any) -> None:
    column = columns("opportunity")["suggestions_at_most"]
    assert parse(column, written) == {"suggestions_at_most": 7}
    assert fields_from({"suggestions_at_most": 7})["handles_at_most"] == 7


@pytest.mark.parametrize("nothing", [None, "", "无", "不限"])
def test_a_list_that_does_not_say_it_changes_nothing(nothing: Any) -> None:
    found = parse(columns("opportunity")["suggestions_at_most"], nothing)
    assert found == {"suggestions_at_most": None}
    assert "handles_at_most" not in fields_from(found)


@pytest.mark.parametrize("wrong", ["很多", 0, 51, 2.5])
def test_a_list_that_says_something_else_is_told(wrong: Any) -> None:
    with pytest.raises(Wrong, match="count"):
        parse(columns("opportunity")["suggestions_at_most"], wrong)


@pytest.mark.django_db
def test_what_leaves_comes_back(cast: Cast) -> None:
    row = listing(owner=cast.agency, handles_at_most=6)
    assert fields_from(values_from(row))["handles_at_most"] == 6
