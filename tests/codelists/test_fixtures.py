"""The code lists as they are shipped: whole, consistent, and found by any of their words."""

from collections import Counter
from datetime import date

import pytest

from codelists import plain, regions

EVERY = [entry for name in plain.lists() for entry in plain.fixture(name)]


def test_every_code_stands_once_in_its_list():
    assert max(Counter((entry.list, entry.code) for entry in EVERY).values()) == 1


def test_every_entry_fits_the_table():
    assert max(len(entry.code) for entry in EVERY) <= 40
    assert max(len(name) for entry in EVERY for name in entry.names) <= 120
    assert all(entry.name_zh and entry.name_en for entry in EVERY)


def test_every_parent_is_in_the_same_list():
    codes = {(entry.list, entry.code) for entry in EVERY}
    assert [entry for entry in EVERY if entry.parent and (entry.list, entry.parent) not in codes] == []


def test_days_are_days_and_in_order():
    for entry in EVERY:
        begin, end = (day and date.fromisoformat(day) for day in (entry.valid_from, entry.valid_to))
        assert not (begin and end) or begin <= end


@pytest.mark.parametrize(
    ("name", "level", "count"), [("industry", 1, 20), ("industry", 2, 97), ("policy", 1, 5), ("policy", 2, 22)]
)
def test_lists_have_the_size_of_their_standard(name, level, count):
    assert sum(entry.data.get("level") == level for entry in plain.fixture(name)) == count


def test_there_are_technologies_in_the_words_of_both_sides():
    tags = [entry for entry in plain.fixture("technology") if entry.data["level"] == 2]
    assert len(tags) >= 150
    assert all(entry.synonyms for entry in tags)
    assert sum(bool(entry.data["used_for"]) for entry in tags) > 150


def test_every_industry_is_found_by_code_and_by_name():
    words = plain.words("industry")
    for entry in plain.fixture("industry"):
        assert words.get(entry.code).code == entry.code
        assert words.get(entry.name_zh).code == entry.code


@pytest.mark.parametrize(
    ("text", "code"), [("ＡＩ", "ai"), ("机器 视觉", "computer_vision"), ("bim技术", "bim"), ("数字孪生平台", None)]
)
def test_a_word_is_found_however_it_is_typed(text, code):
    found = plain.words("technology").get(text)
    assert (found and found.code) == code


def test_an_old_title_ends_where_its_successor_begins():
    titles = {entry.code: entry for entry in plain.fixture("title")}
    old = titles["innovative_sme"]
    assert (old.valid_to, titles[old.data["successor"]].valid_from) == ("2026-03-31", "2026-04-01")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("湖城市东湖区", "990101"), ("湖城", "990100"), ("湖东省湖城市临江区文昌街道", "990102"), ("上海市浦东新区", "310000"), ("长三角", "G01"),
        ("全国", regions.NATIONWIDE), ("某某市", None), ("朝阳区", None), ("朝阳市", "211300"), ("990103", "990103"), ("苏州工业园区", "320500"),
        ("水" * 30_000, None),
    ],
)  # fmt: skip
def test_a_place_is_found_by_what_is_written(written, code):
    assert regions.code_of(written) == code


def test_places_contain_places():
    assert regions.contains("990100", "990101")
    assert regions.contains("G01", "330100")
    assert regions.contains("330000", "330100")
    assert not regions.contains("990100", "990200")
    assert not regions.contains("990101", "990100")
    assert {"990101", "990100", "990000", regions.NATIONWIDE} == regions.containing("990101")


def test_a_district_lies_in_its_city():
    assert [regions.city_of(code) for code in ("990101", "330100", "310115", "330000")] == [
        "990100",
        "330100",
        "310000",
        "330000",
    ]
