"""A listing as its notice: what each reader may see of it and do with it."""

from typing import Any

import pytest

from accounts.models import Organisation
from listings import services
from listings.quality import quality
from listings.states import State
from listings.wording import opening, points
from opportunities.quality import HINTS
from tests.conftest import Cast
from tests.factories import OpportunityFactory
from tests.listings.listings import listing

pytestmark = pytest.mark.django_db


def page(cast: Cast, name: str, row: Any) -> Any:
    return cast.client(name).get(row.get_absolute_url())


@pytest.mark.parametrize(
    ("name", "sees"),
    [("owner", True), ("colleague", True), ("counterpart", False), ("reviewer", False), ("nobody", False)],
)
def test_it_shows_contacts_to_the_owner_alone(name: str, sees: bool, cast: Cast) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED, contact_phone="0000-7654321")
    assert ("0000-7654321" in page(cast, name, row).content.decode()) is sees


def test_it_shows_contacts_to_all_once_the_owner_chose_so(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.agency.pk).update(contact_public=True)
    row = listing(owner=cast.agency, state=State.PUBLISHED, contact_phone="0000-7654321")
    assert "0000-7654321" in page(cast, "nobody", row).content.decode()


@pytest.mark.parametrize(
    ("name", "state", "offered"),
    [("owner", State.DRAFT, {"submit", "delete"}), ("owner", State.SUBMITTED, set()), ("owner", State.PUBLISHED, {"pause", "close"}),
     ("owner", State.PAUSED, {"resume"}), ("colleague", State.PUBLISHED, set()), ("reviewer", State.SUBMITTED, {"approve", "send_back"}),
     ("stranger", State.PUBLISHED, set())],
)  # fmt: skip
def test_it_offers_what_this_person_can_do_now(name: str, state: str, offered: set[str], cast: Cast) -> None:
    row = listing(owner=cast.agency, state=state)
    assert {a["name"] for a in page(cast, name, row).context["actions"]} == offered


def test_it_leads_a_firm_from_an_opportunity_to_its_own_capabilities(cast: Cast, capability: Any) -> None:
    row = listing(owner=cast.agency, state=State.PUBLISHED)
    (own,) = page(cast, "counterpart", row).context["own"]
    assert own["url"] == f"/why/{row.public_id}/{capability.public_id}/"


def test_it_leads_an_agency_from_a_capability_to_its_own_opportunities(
    cast: Cast, opportunity: Any, capability: Any
) -> None:
    (own,) = page(cast, "owner", capability).context["own"]
    assert own["url"] == f"/why/{opportunity.public_id}/{capability.public_id}/"


def test_it_tells_the_versions_and_what_each_changed_but_no_values(cast: Cast) -> None:
    row = services.create_draft(
        kind="opportunity", owner=cast.agency, by=cast.owner, values={"title": "一", "summary": "二", "field": "city"}
    )
    services.submit(row, by=cast.owner)
    services.approve(row, by=cast.reviewer)
    services.edit(row, by=cast.owner, values={"contact_phone": "0000-1112223"})
    html = page(cast, "nobody", row).content.decode()
    assert [v["number"] for v in page(cast, "nobody", row).context["versions"]] == [2, 1]
    assert "0000-1112223" not in html


def test_it_finds_similar_ones_by_shared_technologies_first(cast: Cast) -> None:
    row = listing(state=State.PUBLISHED, technologies=["声学检测"], industry="D46")
    same_trade = listing(state=State.PUBLISHED, technologies=["大模型"], industry="D46")
    same_craft = listing(state=State.PUBLISHED, technologies=["声学检测"], industry="N77")
    listing(state=State.PUBLISHED, technologies=["大模型"], industry="N77")
    assert list(page(cast, "nobody", row).context["similar"]) == [same_craft, same_trade]


def test_it_measures_how_completely_a_listing_is_written() -> None:
    empty = OpportunityFactory.build(
        owner=None,
        summary="短",
        need="",
        technologies=[],
        cooperation=[],
        region="",
        budget_min_wan=None,
        budget_max_wan=None,
        deadline=None,
        contact_name="",
    )
    found = quality(empty, HINTS)
    assert found.value == 0
    assert found.lacks[0]["field"] == "summary"


@pytest.mark.parametrize(
    ("text", "said"),
    [("先说一句。再说一句。", "先说一句。再说一句。"), ("短。" + "长" * 80 + "。", "短。"), ("长" * 80, "长" * 71 + "…"), ("", "")],
)  # fmt: skip
def test_it_cuts_a_text_for_a_row_at_the_end_of_a_sentence(text: str, said: str) -> None:
    assert opening(text) == said


def test_it_reads_numbered_lines_as_points() -> None:
    assert points("1. 检测报告；\n（2）预警服务\n③ 规程一份\n\n1.5 公里管段") == [
        "检测报告",
        "预警服务",
        "规程一份",
        "1.5 公里管段",
    ]
