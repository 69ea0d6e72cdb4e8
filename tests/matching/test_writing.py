"""Beside the form: who fits now and what each condition costs, what would open doors, what is there already."""

from typing import Any

import pytest
from django.test import Client

from activity.models import Event
from codelists import services as codes
from listings.models import Apart
from listings.states import State
from matching.services import folders, runs, scoring
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import work_all
from tests.queries import asked

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
KEEP, FIT, NEAR = "/opportunities/new/keep/", "/writing/opportunity/fit/", "/writing/opportunity/near/"
TYPED = {
    "title": "老城区供水管网渗漏巡检", "summary": "老城区供水管道漏水多发，人工听漏慢，需要在不停水的条件下查出漏点。", "visibility": "public",
    "need": "定位误差不超过 1 米，给出渗漏等级。", "field": "city", "region": "990101", "technologies_0": "声学检测、管道机器人",
}  # fmt: skip


@pytest.fixture
def owner(cast: Cast, opportunity: Any) -> Client:
    """Somebody who writes, after a run over a city with an opportunity and capabilities of several levels."""
    codes.load()
    for trl in (5, 6, 7, 8, 9):
        CapabilityFactory(trl=trl)
    # what is about the same stands out only among others
    for number in range(20):
        CapabilityFactory(
            title=f"多楼层配送机器人 {number}",
            summary="医院夜间物资自动配送，乘梯送达各病区。",
            technologies=["移动机器人"],
            field="industry",
        )
    for number in range(6):
        OpportunityFactory(
            title=f"茶园小气候站 {number}",
            summary="山区茶园霜冻提前预警，" * 3,
            need="提前 6 小时",
            technologies=["气象站"],
        )
    measured(cast)
    return cast.client("owner")


def measured(cast: Cast) -> None:
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()


def rungs(client: Client) -> dict[int | None, int]:
    return {rung["level"]: rung["left"] for rung in client.get(FIT, headers=PART).context["rungs"]}


def test_it_counts_who_fits_now_and_what_each_level_leaves(owner: Client) -> None:
    owner.post(KEEP, {**TYPED, "min_trl": "8"})
    found = owner.get(FIT, headers=PART)
    assert (found.context["cost"].left, found.context["cost"].relevant) == (2, 5)
    assert rungs(owner) == {None: 5, 5: 5, 6: 4, 7: 3, 8: 2, 9: 1}
    assert 'data-fill="min_trl" data-value="7"' in found.content.decode()


def test_it_counts_anew_with_each_condition(owner: Client) -> None:
    owner.post(KEEP, {**TYPED, "budget_max_wan": "100"})
    (row,) = owner.get(FIT, headers=PART).context["conditions"]
    assert (row["cost"].item, row["field"], row["cost"].alone) == ("budget", "budget_max_wan", 5)
    owner.post(KEEP, {**TYPED, "budget_max_wan": "150"})
    assert owner.get(FIT, headers=PART).context["conditions"] == []


def test_it_finds_what_says_nearly_the_same_and_marks_it(owner: Client, opportunity: Opportunity) -> None:
    owner.post(KEEP, TYPED)
    found = owner.get(NEAR, headers=PART)
    (row,) = found.context["rows"]
    assert row.listing == opportunity
    assert row.share > 0.5
    assert "<mark>" in found.content.decode()


def test_it_finds_what_came_after_the_last_run(owner: Client, cast: Cast) -> None:
    new = OpportunityFactory(
        title="夜间码头噪声监测", summary="码头夜间装卸噪声扰民，要分清每台设备的声源。", need="声源定位误差不超过 5 米"
    )
    owner.post(
        KEEP,
        {
            "title": "夜间码头噪声监测",
            "summary": "码头夜间装卸噪声扰民，要分清每台设备的声源。",
            "visibility": "public",
        },
    )
    assert [row.listing for row in owner.get(NEAR, headers=PART).context["rows"]] == [new]


def test_it_shows_nothing_that_this_person_may_not_read(owner: Client, opportunity: Opportunity, cast: Cast) -> None:
    Opportunity.objects.filter(pk=opportunity.pk).update(state=State.DRAFT, published_at=None)
    client = cast.client("stranger")
    client.post(KEEP, TYPED)
    assert client.get(NEAR, headers=PART).context["rows"] == []


def test_what_is_another_one_is_not_asked_again(owner: Client, opportunity: Opportunity, cast: Cast) -> None:
    mine = OpportunityFactory(owner=cast.agency, state=State.DRAFT, published_at=None)
    address = f"/writing/opportunity/{mine.public_id}"
    assert len(owner.get(f"{address}/near/", headers=PART).context["rows"]) == 1
    for _twice in range(2):
        assert owner.post(f"{address}/apart/", {"other": opportunity.public_id}).status_code == 302
    assert owner.get(f"{address}/near/", headers=PART).context["rows"] == []
    assert (Apart.objects.count(), Event.objects.filter(verb="listing.told_apart").count()) == (1, 1)


def test_nothing_is_told_apart_from_what_one_may_not_read(owner: Client, cast: Cast) -> None:
    hidden = OpportunityFactory(state=State.DRAFT, published_at=None)
    owner.post(KEEP, TYPED)
    assert owner.post("/writing/opportunity/apart/", {"other": hidden.public_id}).status_code == 404


def test_a_reviewer_sees_it_of_what_was_submitted(owner: Client, cast: Cast, opportunity: Opportunity) -> None:
    waiting = OpportunityFactory(owner=cast.agency, state=State.SUBMITTED, published_at=None)
    found = cast.client("reviewer").get(f"/writing/opportunity/{waiting.public_id}/near/", headers=PART)
    assert [row.listing for row in found.context["rows"]] == [opportunity]
    assert found.context["withdraw_url"] == ""


def test_it_says_to_a_firm_what_would_open_opportunities(owner: Client, cast: Cast) -> None:
    Opportunity.objects.filter(title__startswith="老城区").update(min_trl=8)
    measured(cast)
    client = cast.client("counterpart")
    client.post("/capabilities/new/keep/", {
        "title": "带压球形检漏与管网预警", "summary": "球形检测器随水流带压运行，拾取渗漏声，定位漏点，适用 DN80 以上管道。",
        "field": "city", "trl": "6", "technologies_0": "声学检测", "visibility": "public",
    })  # fmt: skip
    found = client.get("/writing/capability/fit/", headers=PART)
    assert found.context["relevant"] >= 1
    assert "trl" in [row["field"] for row in found.context["rows"]]


def test_it_builds_nothing_while_a_person_waits(owner: Client, cast: Cast) -> None:
    owner.post(KEEP, TYPED)
    scoring.close()
    for folder in folders.root().iterdir():
        if folder.is_dir():
            folders._remove(folder)
    found = owner.get(FIT, headers=PART)
    assert "delay:3s" in found.content.decode()


@pytest.mark.parametrize("address", [FIT, NEAR])
def test_it_asks_a_fixed_number_of_times(owner: Client, address: str) -> None:
    owner.post(KEEP, TYPED)
    few = asked(owner, address)
    OpportunityFactory.create_batch(8, title="老城区供水管网渗漏巡检")
    assert asked(owner, address) <= few
    assert few <= 24


@pytest.mark.parametrize("kind", ["nothing", "ＯＰ", "opportunity-x"])
def test_it_knows_no_other_kinds(owner: Client, kind: str) -> None:
    assert owner.get(f"/writing/{kind}/fit/").status_code == 404


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>" * 40, "一" * 4000, "‮​﷽" * 900, "'; drop table x; --"])
def test_it_bears_hostile_text(owner: Client, text: str) -> None:
    owner.post(KEEP, {**TYPED, "title": text[:120], "summary": text[:4000]})
    for address in (FIT, NEAR):
        found = owner.get(address)
        assert found.status_code == 200
        assert "<img src=x" not in found.content.decode()
