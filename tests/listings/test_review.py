"""The reviewer's queue of listings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listings.states import State
from tests.conftest import Cast
from tests.factories import reviewer
from tests.listings.listings import listing, queries_for

pytestmark = pytest.mark.django_db


def titles(context: dict) -> list[str]:
    return [row["listing"].title for row in context["rows"]]


def test_it_shows_what_waits_in_the_own_city_longest_first(cast: Cast) -> None:
    now = timezone.now()
    listing(state=State.SUBMITTED, title="新", submitted_at=now)
    listing(state=State.SUBMITTED, title="旧", submitted_at=now - timedelta(days=2))
    listing(state=State.SUBMITTED, title="外", city="990200")
    listing(state=State.PUBLISHED, title="开")
    assert titles(cast.client("reviewer").get("/review/listings/").context) == ["旧", "新"]


def test_it_opens_the_next_listing_after_a_decision(cast: Cast) -> None:
    first = listing(state=State.SUBMITTED, submitted_at=timezone.now() - timedelta(days=1))
    second = listing(state=State.SUBMITTED, title="下一条")
    client = cast.client("reviewer")
    page = client.get("/review/listings/", {"open": first.public_id}).context
    answer = client.post(page["approve_url"], {"next": page["then"]}, follow=True)
    assert answer.context["listing"] == second
    first.refresh_from_db()
    assert first.state == State.PUBLISHED


def test_it_goes_nowhere_else_after_a_decision(cast: Cast) -> None:
    row = listing(state=State.SUBMITTED)
    answer = cast.client("reviewer").post(
        f"/opportunities/{row.public_id}/approve/", {"next": "https://elsewhere.example/"}
    )
    assert answer.url == row.get_absolute_url()


def test_it_asks_again_for_a_reason_that_is_missing(cast: Cast) -> None:
    row = listing(state=State.SUBMITTED)
    answer = cast.client("reviewer").post(f"/opportunities/{row.public_id}/send-back/", {"reason": ""})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.state == State.SUBMITTED


def test_it_narrows_by_kind_field_and_title(cast: Cast) -> None:
    listing("capability", State.SUBMITTED, title="能力")
    listing(state=State.SUBMITTED, title="桥梁", field="society")
    listing(state=State.SUBMITTED, title="管网", field="city")
    client = cast.client("reviewer")
    assert titles(client.get("/review/listings/", {"kind": "capability"}).context) == ["能力"]
    assert titles(client.get("/review/listings/", {"kind": "opportunity", "field": "society"}).context) == ["桥梁"]
    assert titles(client.get("/review/listings/", {"kind": "opportunity", "q": "管"}).context) == ["管网"]


def test_it_hides_contacts_from_the_reviewer(cast: Cast) -> None:
    listing(state=State.SUBMITTED, contact_name="联络乙", contact_phone="0000-7654321")
    assert "0000-7654321" not in cast.client("reviewer").get("/review/listings/").content.decode()


def test_it_says_when_nothing_waits(cast: Cast) -> None:
    assert cast.client("reviewer").get("/review/listings/").context["listing"] is None


def test_it_leaves_a_reviewer_of_another_city_without_work(cast: Cast) -> None:
    listing(state=State.SUBMITTED)
    cast.stranger = reviewer(city="990200")
    assert cast.client("stranger").get("/review/listings/").context["waiting"] == 0


@pytest.mark.parametrize("address", ["/review/listings/", "/mine/"])
def test_it_asks_the_database_equally_often_for_3_rows_and_for_13(address: str, cast: Cast) -> None:
    name = "reviewer" if "review" in address else "owner"
    client, asked = cast.client(name), []
    client.get(address)
    for more in (3, 10):
        for _n in range(more):
            listing(state=State.SUBMITTED, owner=cast.agency)
        asked.append(queries_for(client, address))
    assert asked[0] == asked[1]


def test_it_says_that_a_colleague_was_faster_and_moves_on(cast: Cast) -> None:
    first = listing(state=State.SUBMITTED, submitted_at=timezone.now() - timedelta(days=1))
    second = listing(state=State.SUBMITTED, title="下一条")
    client = cast.client("reviewer")
    page = client.get("/review/listings/", {"open": first.public_id}).context
    client.post(page["approve_url"])
    answer = client.post(page["return_url"], {"next": page["then"], "reason": "补充指标"}, follow=True)
    assert answer.context["listing"] == second
    assert [m.level_tag for m in answer.context["messages"]][-1] == "warning"
