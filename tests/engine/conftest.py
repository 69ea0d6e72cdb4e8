"""A small city for the engine, made without a database, and the sample city's lists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from listings.sheets import open_table
from matching import intake
from matching.engine import Corpus, Need, Offer, Settings

DAY = date(2026, 3, 1)
SAMPLE = Path(__file__).parents[2] / "sample"

NEED = {
    "title": "老城区供水管网渗漏巡检与预警", "need": "过去三年年均爆管 41 起。需要在不停水的条件下完成检测，定位误差不超过 1 米。",
    "field": "city", "sector": "供水", "region": "湖城市东湖区", "min_trl": 7, "required_titles": ["高新技术企业"],
    "budget_min_wan": 280, "budget_max_wan": 350, "deadline": date(2026, 6, 30),
}  # fmt: skip
OFFER = {
    "title": "带压球形检漏服务", "summary": "球形检测器随水流带压运行，漏点定位 0.6 米。", "scenes": ["供水管网"], "field": "city",
    "sector": "水的生产和供应业", "trl": 8, "titles": [{"name": "高新技术企业", "expires": date(2027, 11, 30)}],
    "firm_city": "湖城市", "service_regions": ["全国"], "price_min_wan": 260, "price_max_wan": 340,
}  # fmt: skip
OTHERS = [
    ("梯厢智能劝阻器", "识别电动自行车进入电梯并语音劝阻。", "society"),
    ("茶园小气候站", "监测温湿度与霜冻，提前预警。", "industry"),
    ("码头作业操作系统", "堆场计划与集卡调度。", "industry"),
    ("病案质控软件", "住院病案内涵质控与分组预演。", "society"),
    ("夜游票务平台", "景区夜游票务与联营分账。", "consumption"),
    ("边缘网关", "工业协议转换与数据上云。", "digital"),
]


@pytest.fixture
def need() -> Callable[..., Need]:
    """Makes a need, with some values changed."""
    return lambda identity="N1", **values: intake.need_of(identity, {**NEED, **values})


@pytest.fixture
def offer() -> Callable[..., Offer]:
    """Makes an offer, with some values changed."""
    return lambda identity="O1", **values: intake.offer_of(identity, {**OFFER, **values})


def others() -> list[Offer]:
    return [intake.offer_of(f"X{n}", {"title": t, "summary": s, "field": f}) for n, (t, s, f) in enumerate(OTHERS)]


@pytest.fixture
def city(need: Any, offer: Any) -> Callable[..., Corpus]:
    """Makes a collection of the given needs and offers (one of each by default) among some others."""

    def build(needs: list[Need] | None = None, offers: list[Offer] | None = None, **settings: Any) -> Corpus:
        here = [*(offers if offers is not None else [offer()]), *others()]
        changed = replace(Settings(), **settings)
        return Corpus.build(needs or [need()], here, concepts=intake.concepts(), day=DAY, settings=changed)

    return build


@pytest.fixture(scope="session")
def sample() -> tuple[list[Need], list[Offer]]:
    """Needs and offers of the sample city."""
    made = []
    for name, make in (("opportunities", intake.need_of), ("capabilities", intake.offer_of)):
        with open_table(SAMPLE / f"{name}.xlsx") as table:
            made.append([make(row.values["id"], row.values) for row in table.rows()])
    return made[0], made[1]


@pytest.fixture(scope="session")
def sample_city(sample: Any) -> Corpus:
    """The sample city, ready for matching."""
    return Corpus.build(*sample, concepts=intake.concepts(), day=DAY, settings=replace(Settings(), top_needs=80))
