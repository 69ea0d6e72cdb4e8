"""Reasons that a person can check against the two texts."""

from datetime import date

import pytest

from matching import intake
from matching.engine import Corpus, Need, Offer, explain, sentence
from matching.engine.facet_reasons import _amount
from matching.engine.text import comparable
from matching.engine.wording import ITEMS, PART_NAMES, REASONS, SECTIONS, VERDICTS, verdict
from tests.engine.conftest import DAY


@pytest.fixture
def explained(city):
    here = city()
    return here, explain(here, "N1", "O1")


def told(explanation, side):
    return [sentence(reason) for reason in explanation.reasons if reason.side == side]


def test_it_says_what_speaks_for_a_pair(explained):
    words = "\n".join(told(explained[1], "for"))
    assert "应用领域相同：城市" in words
    assert "技术成熟度 8 级，比要求的 7 级高 1 级" in words
    assert "持有“高新技术企业”，有效至 2027年11月30日" in words
    assert "声学检漏" in words


def test_passages_lie_in_the_texts_that_they_mark(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(2))[::5]:
        sides = {"need": sample_city.need(found.need_id), "offer": sample_city.offer(found.offer_id)}
        for reason in explain(sample_city, found.need_id, found.offer_id).reasons:
            for passage in reason.passages:
                text = dict(sides[passage.side].texts)[passage.section]
                assert text[passage.start : passage.end].strip()
                assert passage.end <= len(text)


def test_no_passage_is_marked_twice(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(1))[::7]:
        reasons = explain(sample_city, found.need_id, found.offer_id).reasons
        for which in (["words_shared"], ["passage_best", "passage_also", "passage_concept", "fit_whole"]):
            marked = [p for r in reasons for p in r.passages if r.code in which]
            assert len(marked) == len(set(marked))


def test_no_sentence_is_told_twice(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(2))[::3]:
        told_here = [sentence(r) for r in explain(sample_city, found.need_id, found.offer_id).reasons]
        assert len(told_here) == len(set(told_here))


def test_the_words_that_counted_stand_in_both_texts(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(1))[::5]:
        reasons = explain(sample_city, found.need_id, found.offer_id).reasons
        for passage in [p for r in reasons if r.code == "words_shared" for p in r.passages]:
            sides = (sample_city.need(found.need_id), sample_city.offer(found.offer_id))
            text = dict(sides[passage.side == "offer"].texts)[passage.section]
            other = "\n".join(text for _name, text in sides[passage.side == "need"].texts)
            assert comparable(text[passage.start : passage.end]) in comparable(other)


def test_what_words_add_is_what_the_engine_sums(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(1))[::9]:
        need, offer = sample_city.need(found.need_id), sample_city.offer(found.offer_id)
        _codes, earned = sample_city.terms_in_common(need, offer)
        near = sample_city.looked_at(need, offer).nearness
        # the words of a pair without common words stand for what is usual of the need
        nothing = next(o for o in sample_city.offers if not len(sample_city.terms_in_common(need, o)[0]))
        usual = sample_city.looked_at(need, nothing).nearness.weighed["words"]
        assert earned.sum() == pytest.approx(near.weighed["words"] - usual)


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ("需要在不停水的条件下检测供水管网", "供水管网可不停水作检测", ["不停水", "供水管网", "检测"]),
        ("12 座水厂", "三座水厂", ["水厂"]),
        ("每年 30 天，5 公里", "30 天内 8 公里", []),
        ("ＤＮ100 管道", "dn100 管道", ["ＤＮ100", "管道"]),
    ],
)
def test_it_tells_whole_words(left, right, words):
    here = Corpus.build(
        [Need("N", (("title", ""), ("need", left)))],
        [Offer("O", (("title", ""), ("summary", right)))],
        concepts=intake.concepts(),
        day=DAY,
    )
    found = [r for r in explain(here, "N", "O").reasons if r.code == "words_shared"]
    assert sorted(item[1].split("”")[0].strip("“") for r in found for item in r.params["shared"]) == sorted(words)


def test_it_tells_no_piece_of_a_word_that_goes_on_otherwise_in_each_text():
    others = [
        Offer(f"X{n}", (("title", ""), ("summary", text)))
        for n, text in enumerate(("桥梁检测", "检测机构", "检出率高", "样本检出"))
    ]
    here = Corpus.build(
        [Need("N", (("title", ""), ("need", "需要缺陷检测")))],
        [Offer("O", (("title", ""), ("summary", "提供缺陷检出"))), *others],
        concepts=intake.concepts(),
        day=DAY,
    )
    found = [r for r in explain(here, "N", "O").reasons if r.code == "words_shared"]
    assert [item[1] for r in found for item in r.params["shared"]] == ["“缺陷”"]


def test_the_points_of_the_texts_add_up_to_their_part(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(1))[::7]:
        explanation = explain(sample_city, found.need_id, found.offer_id)
        points = [
            r.points for r in explanation.reasons if r.code.startswith(("words", "passage", "fit_whole", "fit_little"))
        ]
        assert sum(points) == pytest.approx(explanation.pair.parts[0].points)


@pytest.mark.parametrize(
    ("asked", "offered", "side", "words"),
    [
        ({}, {"trl": 5}, "against", "技术成熟度 5 级，比要求的 7 级低 2 级"),
        ({}, {"trl": None}, "unknown", "能力未填写技术成熟度"),
        (
            {},
            {"titles": [{"name": "高新技术企业", "expires": date(2026, 2, 1)}]},
            "against",
            "要求“高新技术企业”，所持的已于 2026年2月1日 到期",
        ),
        ({}, {"titles": ["瞪羚企业"]}, "against", "要求“高新技术企业”，所列资质中没有"),
        ({}, {"titles": None}, "unknown", "要求“高新技术企业”，是否持有未知，不扣分"),
        ({}, {"service_regions": ["云岭市"], "firm_city": "云岭市"}, "against", "服务区域为云岭市，不含湖城市东湖区"),
        ({}, {"price_min_wan": 400, "price_max_wan": 500}, "against", "报价 400—500 万元，高于预算 280—350 万元"),
        ({}, {"price_min_wan": None, "price_max_wan": None}, "unknown", "能力未填写报价，无法与预算 280—350 万元比较"),
        ({"deadline": date(2026, 1, 31)}, {}, "against", "机会已于 2026年1月31日 截止"),
        (
            {"service_region_required": "local"},
            {"firm_city": "云岭市"},
            "unknown",
            "要求供应商来自湖城市，是否符合需向双方确认",
        ),
        ({}, {"field": "digital"}, "against", "需求属于城市领域，能力属于数字基础设施领域"),
    ],
)
def test_it_says_what_speaks_against_and_what_is_unknown(city, need, offer, asked, offered, side, words):
    here = city([need(**asked)], [offer(**offered)])
    assert words in told(explain(here, "N1", "O1"), side)


def test_it_explains_a_pair_that_nobody_would_suggest(city):
    explanation = explain(city(), "N1", "X4")
    assert "两段文字大部分说的不是同一件事" in told(explanation, "against")
    assert "两段文字关系不大，因此成熟度、资质、地域、预算只计部分分数" in told(explanation, "against")


def test_it_compares_facet_by_facet(explained):
    lines = {line.item: line for line in explained[1].lines}
    assert {"field", "sector", "technologies", "min_trl", "credential", "service_regions", "budget"} <= set(lines)
    assert (lines["min_trl"].asked[1], lines["min_trl"].offered[1], lines["min_trl"].verdict) == (
        "TRL 7",
        "TRL 8",
        "met",
    )


def test_every_reason_has_a_sentence_in_both_languages(sample_city):
    seen = {}
    for need in sample_city.need_ids[::6]:
        for offer in sample_city.offer_ids[::9]:
            seen |= {reason.code: reason for reason in explain(sample_city, need, offer).reasons}
    assert len(seen) > 25
    for reason in seen.values():
        for told_by in (sentence, verdict):
            assert told_by(reason, "zh") != told_by(reason, "en")
            assert "%(" not in told_by(reason, "zh") + told_by(reason, "en")


def test_both_languages_name_the_same_things():
    import re

    for table in (REASONS, PART_NAMES, ITEMS, VERDICTS, SECTIONS):
        for english, chinese in table.values():
            assert sorted(re.findall(r"%\((\w+)\)s", english)) == sorted(re.findall(r"%\((\w+)\)s", chinese))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (280, 350, ("CNY 2.8 million to CNY 3.5 million", "280—350 万元")),
        (90, 90, ("CNY 900,000", "90 万元")),
        (None, 90.5, ("up to CNY 905,000", "不超过 90.5 万元")),
        (1200, None, ("from CNY 12 million", "不低于 1,200 万元")),
        (8000, 12000, ("CNY 80 million to CNY 120 million", "8,000 万元—1.2 亿元")),
    ],
)
def test_amounts_are_said_as_people_say_them(low, high, words):
    assert _amount(low, high) == words
