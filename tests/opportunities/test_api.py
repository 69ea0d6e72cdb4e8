"""Opportunities over the API: the same rules as the pages, one shape of error."""

from typing import Any

import pytest

from codelists import services as codes
from listings.states import State
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.listings.listings import listing, queries_for

pytestmark = pytest.mark.django_db
BASE = "/api/v1/opportunities/"


def send(cast: Cast, name: str, method: str, path: str, data: Any = None) -> Any:
    return getattr(cast.client(name), method)(BASE + path, data or {}, content_type="application/json")


def test_it_writes_a_draft_and_takes_it_to_publication(cast: Cast) -> None:
    codes.load()
    made = send(
        cast,
        "owner",
        "post",
        "",
        {"title": "夜间检测", "summary": "每晚检测", "field": "city", "cooperation": ["pilot"]},
    ).json()
    assert (made["state"], made["version"], made["owner"]["id"]) == ("draft", 1, cast.agency.public_id)
    assert send(cast, "owner", "post", f"{made['id']}/submit/").json()["state"] == "submitted"
    assert send(cast, "reviewer", "post", f"{made['id']}/approve/").json()["state"] == "published"


def test_it_changes_one_field_and_counts_the_version(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    answer = send(cast, "owner", "patch", f"{row.public_id}/", {"need": "误差 0.5 米", "version": 1}).json()
    assert (answer["need"], answer["version"], answer["title"]) == ("误差 0.5 米", 2, row.title)


def test_it_refuses_a_version_that_is_no_longer_the_newest(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED, version=3)
    answer = send(cast, "owner", "patch", f"{row.public_id}/", {"need": "误差 0.5 米", "version": 2})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "changed_meanwhile"


@pytest.mark.parametrize(
    "fault",
    [{"title": ""}, {"title": "长" * 121}, {"field": "moon"}, {"cooperation": ["charity"]}, {"budget_max_wan": -1},
     {"budget_min_wan": 9, "budget_max_wan": 1}, {"min_trl": 10}, {"deadline": "soon"}, {"technologies": "not a list"},
     {"technologies": ["x"] * 21}, {"need": "长" * 4001}],
)  # fmt: skip
def test_it_refuses_what_cannot_be_used_and_names_the_field(fault: dict[str, Any], cast: Cast) -> None:
    answer = send(cast, "owner", "post", "", {"title": "夜间检测", **fault})
    assert answer.status_code == 422
    assert set(answer.json()["error"]["faults"]) <= set(fault)
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize("name", ["state", "owner", "number", "approved_by", "city", "published_at", "author"])
def test_it_lets_nobody_write_what_only_services_change(name: str, cast: Cast) -> None:
    row = listing(owner=cast.agency)
    before = getattr(row, name)
    send(cast, "owner", "patch", f"{row.public_id}/", {name: "published", "title": "新题目"})
    row.refresh_from_db()
    assert getattr(row, name) == before


@pytest.mark.parametrize(
    ("name", "sees"),
    [("owner", True), ("colleague", True), ("counterpart", False), ("reviewer", False), ("nobody", False)],
)
def test_it_shows_contacts_to_the_owner_alone(name: str, sees: bool, cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    one = send(cast, name, "get", f"{row.public_id}/").json()
    (listed,) = cast.client(name).get(BASE).json()["results"]
    assert [("contact_phone" in shown) for shown in (one, listed)] == [sees, sees]


def test_it_filters_as_the_page_does(cast: Cast) -> None:
    listing(state=State.PUBLISHED, title="桥梁", field="city")
    listing(state=State.PUBLISHED, title="管网", field="society")
    names = [row["title"] for row in cast.client("nobody").get(BASE, {"field": "city", "q": "桥梁"}).json()["results"]]
    assert names == ["桥梁"]


def test_it_lists_own_drafts_when_asked(cast: Cast) -> None:
    listing(owner=cast.agency)
    assert [cast.client(n).get(BASE, {"state": "draft"}).json()["count"] for n in ("owner", "stranger", "nobody")] == [
        1,
        0,
        0,
    ]


def test_it_closes_with_a_reason_of_people_only(cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    assert send(cast, "owner", "post", f"{row.public_id}/close/", {"reason": "expired"}).status_code == 422
    assert (
        send(cast, "owner", "post", f"{row.public_id}/close/", {"reason": "matched"}).json()["close_reason"]
        == "matched"
    )


@pytest.mark.parametrize("name", ["nobody", "owner"])
def test_it_asks_the_database_equally_often_for_3_rows_and_for_13(name: str, cast: Cast) -> None:
    client, asked = cast.client(name), []
    client.get(BASE)
    for more in (3, 10):
        for _n in range(more):
            listing(state=State.PUBLISHED)
        asked.append(queries_for(client, BASE))
    assert asked[0] == asked[1]
