"""Listings that say nearly the same: by words and by meaning, on both sides; the passages that two texts share."""

from dataclasses import replace
from time import perf_counter

import pytest

from matching.engine.near import in_common, near, near_each


def test_a_copy_with_another_id_is_the_nearest(sample_city):
    need = sample_city.need(sample_city.need_ids[3])
    (first, alike), (_second, less) = near(sample_city, replace(need, id="copy"))[:2]
    assert first == need.id
    assert alike > 0.98 > 0.5 > less


def test_it_never_finds_itself(sample_city):
    need = sample_city.need_ids[3]
    assert need not in dict(near(sample_city, sample_city.need(need)))


def test_a_part_of_a_text_is_near_it(sample_city):
    need = sample_city.need(sample_city.need_ids[3])
    short = replace(need, id="part", texts=need.texts[:2])
    assert near(sample_city, short)[0][0] == need.id


def test_capabilities_are_compared_likewise(sample_city):
    offer = sample_city.offer(sample_city.offer_ids[7])
    (first, alike), *_rest = near(sample_city, replace(offer, id="copy"))
    assert first == offer.id
    assert alike > 0.98


@pytest.mark.parametrize("side", ["need", "offer"])
def test_what_is_not_in_the_collection_is_measured_as_if_it_were(sample_city, side):
    ids, record = (
        (sample_city.need_ids, sample_city.need) if side == "need" else (sample_city.offer_ids, sample_city.offer)
    )
    one = replace(record(ids[0]), id="new")
    inside = dict(near(sample_city, one, len(ids)))
    for found, alike in near_each(sample_city, one, [record(each) for each in ids[:9]]):
        assert alike == pytest.approx(inside[found], abs=1e-6)


def test_it_says_nothing_of_an_empty_text(sample_city):
    need = replace(sample_city.need(sample_city.need_ids[0]), id="empty", texts=(("title", ""),))
    assert max(alike for _id, alike in near(sample_city, need)) == 0


def test_passages_stand_where_they_say():
    left, right = "我们要在不停水的条件下完成管道检测。其他。", "【ABC】在不停水的条件下完成管道检测，误差 1 米"
    (common,) = in_common(left, right)
    assert left[common.left : common.left + common.length] == "在不停水的条件下完成管道检测"
    assert right[common.right : common.right + common.length] == "在不停水的条件下完成管道检测"


def test_width_and_case_do_not_count():
    assert in_common("DN100 pipes are old", "ＤＮ１００ PIPES are old")[0].length == 19
    assert in_common("，。；：，。；：，。", "，。；：，。；：，。") == []


@pytest.mark.parametrize(
    ("left", "right"),
    [("一" * 12_000, "一" * 12_000), ("ab" * 6_000, "ba" * 6_000), ("\U0001f600ﷺ" * 3_000, "ﷺ" * 3_000)],
)
def test_hostile_texts_take_no_longer(left, right):
    begun = perf_counter()
    found = in_common(left, right)
    assert perf_counter() - begun < 2
    assert all(left[c.left : c.left + c.length] for c in found)
