"""What is different about capabilities: titles, places, cases, levels."""

from typing import Any

import pytest

from capabilities.models import Capability
from codelists import services as codes
from listings.states import State
from tests.conftest import Cast
from tests.listings.listings import listing

pytestmark = pytest.mark.django_db
WHOLE = {
    "title": "带压检漏", "summary": "随水流带压运行，定位漏点。", "field": "city", "visibility": "public", "trl": "8",
    "service_regions_0": "全国", "stated_titles_0": "高新技术企业", "cases": "湖城水务，2024 年起\n\n临港水务",
    "price_min_wan": "120", "price_max_wan": "200.5", "certs_0": "ISO 9001",
}  # fmt: skip


def test_it_saves_every_kind_of_field(cast: Cast) -> None:
    codes.load()
    cast.client("counterpart").post("/capabilities/new/", WHOLE)
    made = Capability.objects.get()
    assert (made.trl, made.service_regions, made.certs) == (8, ["000000"], ["ISO 9001"])
    assert made.cases == ["湖城水务，2024 年起", "临港水务"]
    assert made.stated_titles == [{"name": "高新技术企业", "expires": None}]


def test_it_keeps_the_end_of_a_title_that_is_named_again(cast: Cast) -> None:
    codes.load()
    held = [{"name": "高新技术企业", "expires": "2027-11-30"}]
    row = listing("capability", State.DRAFT, owner=cast.firm, stated_titles=held)
    cast.client("counterpart").post(f"/capabilities/{row.public_id}/edit/", {**WHOLE, "stated_titles_1": "瞪羚企业"})
    row.refresh_from_db()
    assert row.stated_titles == [*held, {"name": "瞪羚企业", "expires": None}]


def test_it_says_what_is_unknown_on_the_notice(cast: Cast) -> None:
    row = listing("capability", State.PUBLISHED, owner=cast.firm, trl=None, price_min_wan=None, price_max_wan=None)
    facts = dict(cast.client("nobody").get(row.get_absolute_url()).context["notice"]["facts"])
    assert [value for value in facts.values() if value is None or value == ""]


@pytest.mark.parametrize(
    "fault",
    [{"trl": 10}, {"trl13": 14}, {"price_min_wan": 5, "price_max_wan": 1}, {"cases": ["长" * 301]}, {"stated_titles": [{"expires": "2027-01-01"}]},
     {"stated_titles": [{"name": "高企", "expires": "someday"}]}],
)  # fmt: skip
def test_it_refuses_what_cannot_be_used_over_the_api(fault: dict[str, Any], cast: Cast) -> None:
    answer = cast.client("counterpart").post(
        "/api/v1/capabilities/", {"title": "带压检漏", **fault}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert set(answer.json()["error"]["faults"]) <= set(fault)


def test_it_writes_titles_over_the_api_with_their_end(cast: Cast) -> None:
    body = {"title": "带压检漏", "stated_titles": [{"name": "高企", "expires": "2027-11-30"}]}
    answer = cast.client("counterpart").post("/api/v1/capabilities/", body, content_type="application/json").json()
    assert answer["stated_titles"] == body["stated_titles"]
