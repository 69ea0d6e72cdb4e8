"""Searching with the engine: pinyin, homophones, spelling, synonyms, order, freshness; the door-keeper decides who sees what."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from codelists import services as codes
from listings.found import found, ranked
from listings.models import Visibility
from matching import finding
from matching.services import finding as building
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
TEXTS = {
    "漏水": ("老城区供水管道漏水排查", "管道漏水多发，听漏员用听音杆夜间巡检。"),
    "桥梁": ("跨湖大桥桥梁检测", "夜间封道，用无人机巡检斜拉索。"),
    "跌倒": ("独居老人家中跌倒发现", "用毫米波雷达，不装摄像头。"),
    "点云": ("轨道隧道点云测量", "用 LiDAR 和 SLAM 测量。"),
}


@pytest.fixture(autouse=True)
def _folder(db: None, settings: Any, tmp_path: Path) -> Any:
    codes.load()
    settings.FINDING_DIR = tmp_path / "finding"
    finding.forget()
    yield
    finding.forget()


def read(**more: Any) -> dict[str, Any]:
    """The lists of these tests, in the folder that is searched; every word stands in two texts."""
    made = {}
    for name, (title, summary) in TEXTS.items():
        for factory in (OpportunityFactory, CapabilityFactory):
            made[name] = factory(
                title=title, summary=summary, technologies=[], **({"need": ""} if factory is OpportunityFactory else {})
            )
        made[name] = type(made[name]).objects.get(pk=made[name].pk)
    type(made["漏水"]).objects.update(updated_at=Now() - finding.LONGEST_TRANSACTION * 3)
    assert building.build_due()
    finding.load()
    return made


@pytest.mark.parametrize(
    ("typed", "meant", "how"),
    [
        ("漏水", "漏水", ""), ("loushui", "漏水", "pinyin"), ("lou shui", "漏水", "pinyin"), ("楼水", "漏水", "sound"),
        ("桥粱检侧", "桥梁检测", "sound"), ("无人几巡检", "无人机巡检", "sound"), ("lidr", "lidar", "spelling"), ("LiDAR", "LiDAR", ""),
    ],
)  # fmt: skip
def test_it_understands_what_was_meant(typed: str, meant: str, how: str) -> None:
    read()
    here = found("capability", typed)
    assert here is not None
    assert (here.text, here.how, len(here.keys)) == (meant, how, 1)


def test_it_takes_words_as_they_are_typed_when_asked_to() -> None:
    read()
    here = found("capability", "楼水", literal=True)
    assert here is not None
    assert (here.text, here.keys) == ("楼水", [])


def test_it_finds_by_what_the_list_of_technologies_calls_the_same() -> None:
    made = read()
    here = found("capability", "老人摔倒")
    assert here is not None
    assert here.keys[0] == made["跌倒"].pk


@pytest.mark.parametrize(
    "typed", ["", "  ", "，。", "不在任何文中的话", "zzzz", "'); drop table x; --", "水" * 500, "a" * 500, "\ud800"]
)
def test_it_survives_words_that_find_nothing(typed: str) -> None:
    read()
    assert not ranked("capability", typed)


def test_it_puts_what_has_all_words_first_and_says_when_nothing_has() -> None:
    made = read()
    whole, partly = found("capability", "桥梁检测"), found("capability", "桥梁检测验收")
    assert whole is not None
    assert partly is not None
    assert (whole.keys[0], whole.whole) == (made["桥梁"].pk, True)
    assert (partly.keys[0], partly.whole) == (made["桥梁"].pk, False)


def test_it_asks_only_the_database_while_there_is_no_folder() -> None:
    assert found("capability", "漏水") is None
    assert ranked("capability", "漏水") is None


def test_it_finds_on_the_page_what_was_published_since(cast: Cast) -> None:
    read()
    CapabilityFactory(title="新到的漏水定位仪", summary="")
    titles = [row["listing"].title for row in cast.client("nobody").get("/capabilities/?q=漏水").context["rows"]]
    assert sorted(titles) == ["新到的漏水定位仪", "老城区供水管道漏水排查"]


def test_it_leaves_who_sees_what_to_the_door_keeper(cast: Cast) -> None:
    made = read()
    type(made["漏水"]).objects.filter(pk=made["漏水"].pk).update(visibility=Visibility.VERIFIED)
    assert made["漏水"].pk in found("capability", "漏水").keys  # type: ignore[union-attr]
    counts = [cast.client(name).get("/capabilities/?q=漏水").context["counts"].total for name in ("nobody", "owner")]
    assert counts == [0, 1]


def test_it_offers_no_words_of_texts_that_are_not_open_to_all() -> None:
    CapabilityFactory(title="密名项目 zephyrium", visibility=Visibility.VERIFIED)
    read()
    here = found("capability", "zephirium")
    assert here is not None
    assert here.how == ""


def test_it_builds_anew_only_when_the_lists_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    read()
    monkeypatch.setattr(building, "REST", 0)
    assert not building.build_due()
    CapabilityFactory(title="另一条")
    assert building.build_due()
    assert len(list(finding.names())) == 2


def test_it_searches_on_without_a_folder_that_is_torn() -> None:
    read()
    finding.forget()
    whole = finding.root() / finding.newest()
    os.truncate(whole / "capability-word_of.npy", 10)
    assert found("capability", "漏水") is None
