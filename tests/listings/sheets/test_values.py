"""Cells as people write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.sheets import words
from listings.sheets.amounts import amount_range
from listings.sheets.days import day_of
from listings.sheets.messages import EXPECTED
from listings.sheets.text import Wrong, text_of


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("300-500", 300, 500),
        ("３００～５００万元", 300, 500),
        ("约200", 200, 200),
        ("≥100", 100, None),
        ("100万元以上", 100, None),
        ("不超过500万元", None, 500),
        ("最高限价500", None, 500),
        ("1.2亿元", 12000, 12000),
        ("100万-1亿", 100, 10000),
        ("5000元", "0.5", "0.5"),
        ("1，200万", 1200, 1200),
        ("五百万元", 500, 500),
        ("三百二十万", 320, 320),
        ("面议", None, None),
        ("", None, None),
        ("0", 0, 0),
    ],
)
def test_it_reads_amounts(text, low, high):
    wanted = tuple(None if v is None else Decimal(v) for v in (low, high))
    assert amount_range(text) == wanted


def test_it_takes_the_unit_from_the_header():
    assert amount_range("3000000", "元") == (300, 300)
    assert amount_range(2, "亿元") == (20000, 20000)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "amount"),
        ("-5", "amount"),
        ("500-300", "amount_order"),
        ("$5万", "currency"),
        (-3, "amount_size"),
        (1e300, "amount_size"),
    ],
)
def test_it_says_what_is_wrong_with_an_amount(text, code):
    with pytest.raises(Wrong) as wrong:
        amount_range(text)
    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027年3月底", (2027, 3, 31)),
        ("2027/6/30", (2027, 6, 30)),
        ("2027.6.30", (2027, 6, 30)),
        ("20270630", (2027, 6, 30)),
        ("2027年", (2027, 12, 31)),
        ("2027年上半年", (2027, 6, 30)),
        ("2028年2月", (2028, 2, 29)),
        ("2027年6月中旬", (2027, 6, 20)),
        ("2027年第三季度", (2027, 9, 30)),
        ("即日起至2027年3月底", (2027, 3, 31)),
        ("2027年3月1日-4月30日", (2027, 4, 30)),
        ("二〇二七年六月三十日", (2027, 6, 30)),
        ("２０２７年６月３０日前", (2027, 6, 30)),
        (46387, (2026, 12, 31)),
    ],
)
def test_it_reads_days(text, day):
    assert day_of(text) == (date(*day), False)


def test_it_tells_an_open_end_from_an_unknown_day():
    assert day_of("长期有效") == (None, True)
    assert day_of("待定") == (None, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [("2027-02-30", "no_such_day"), ("明年", "day"), ("2027/13/1", "no_such_day"), ("签订后90天内", "relative_day")],
)
def test_it_says_what_is_wrong_with_a_day(text, code):
    with pytest.raises(Wrong) as wrong:
        day_of(text)
    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("text", "level"),
    [("7级以上", 7), ("TRL 8", 8), ("TRL7-8", 7), ("第八级", 8), (6.0, 6), ("量产", 9), ("不限", None), ("", None)],
)
def test_it_reads_levels(text, level):
    assert words.level(text) == level


@pytest.mark.parametrize("text", ["10", 0, 7.5, "很成熟"])
def test_it_refuses_other_levels(text):
    with pytest.raises(Wrong, match="trl"):
        words.level(text)


def test_it_splits_lists_outside_brackets_only():
    cell = "机器视觉、5G；数字孪生(含BIM、GIS),AI/大数据\n1. 边缘计算，3.5GHz基站"
    assert words.split(cell) == ["机器视觉", "5G", "数字孪生(含BIM、GIS)", "AI", "大数据", "边缘计算", "3.5GHz基站"]


def test_it_reads_titles_with_their_ends():
    held = words.titles("高新技术企业（2027-11-30到期）、瞪羚企业、科技型中小企业（2023年认定）")
    assert [(t["name"], t["expires"]) for t in held] == [
        ("高新技术企业", date(2027, 11, 30)), ("瞪羚企业", None), ("科技型中小企业", None),
    ]  # fmt: skip
    assert words.titles([{"name": "高新技术企业", "expires": "2027-11-30"}]) == held[:1]


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("限本地", "local"),
        ("local", "local"),
        ("湖城市、临港市", ["湖城市", "临港市"]),
        ("不限", None),
        ("全国", None),
        (None, None),
    ],
)
def test_it_reads_where_suppliers_may_come_from(cell, place):
    assert words.supplier_place(cell) == place


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.text())))
def test_it_either_reads_a_cell_or_says_what_is_wrong(value):
    for parser in (
        amount_range,
        day_of,
        words.level,
        words.split,
        words.titles,
        words.supplier_place,
        words.credit_code,
    ):
        assert outcome(parser, value) in EXPECTED.keys() | {"read"}


def outcome(parser, value):
    try:
        parser(value)
    except Wrong as wrong:
        return wrong.code
    return "read"


def test_it_drops_what_nobody_can_see():
    assert text_of("\ufeff智能\x00巡检\u202e\u200b \ud800") == "智能巡检"
