"""Reasons that a person can check against the two texts."""

from datetime import date

import pytest

from matching import intake
from matching.engine import Corpus, explain, sentence
from matching.engine.wording import ITEMS, PART_NAMES, REASONS
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
    assert "技术成熟度 8 级，达到要求的 7 级" in words
    assert "持有高新技术企业，有效至 2027-11-30" in words
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
        marked = [p for r in explain(sample_city, found.need_id, found.offer_id).reasons for p in r.passages]
        assert len(marked) == len(set(marked))


def test_the_points_of_the_texts_add_up_to_their_part(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(1))[::7]:
        explanation = explain(sample_city, found.need_id, found.offer_id)
        points = [r.points for r in explanation.reasons if r.code.startswith(("passage", "fit_whole"))]
        assert sum(points) == pytest.approx(explanation.pair.parts[0].points)


@pytest.mark.parametrize(
    ("asked", "offered", "side", "words"),
    [
        ({}, {"trl": 5}, "against", "技术成熟度 5 级，低于要求的 7 级"),
        ({}, {"trl": None}, "unknown", "未填写技术成熟度"),
        (
            {},
            {"titles": [{"name": "高新技术企业", "expires": date(2026, 2, 1)}]},
            "against",
            "高新技术企业已于 2026-02-01 到期",
        ),
        ({}, {"titles": ["瞪羚企业"]}, "against", "要求高新技术企业，所列资质中没有"),
        ({}, {"titles": None}, "unknown", "是否具备高新技术企业未知，未计入扣分"),
        ({}, {"service_regions": ["云岭市"], "firm_city": "云岭市"}, "against", "服务区域为云岭市，不含湖城市东湖区"),
        ({}, {"price_min_wan": 400, "price_max_wan": 500}, "against", "报价 400—500 万元，高于预算 280—350 万元"),
        ({}, {"price_min_wan": None, "price_max_wan": None}, "unknown", "预算与报价无法比较"),
        ({"deadline": date(2026, 1, 31)}, {}, "against", "机会已于 2026-01-31 截止"),
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
    assert "需求与能力的描述相关性较低" in told(explanation, "against")
    assert "内容相关性不高，其余各项按比例折算" in told(explanation, "against")


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
        assert sentence(reason, "zh") != sentence(reason, "en")
        assert "%(" not in sentence(reason, "zh") + sentence(reason, "en")


def test_both_languages_name_the_same_things():
    import re

    for table in (REASONS, PART_NAMES, ITEMS):
        for english, chinese in table.values():
            assert sorted(re.findall(r"%\((\w+)\)s", english)) == sorted(re.findall(r"%\((\w+)\)s", chinese))


def test_without_the_marked_passage_the_score_falls_more_than_without_another(sample):
    needs, offers = sample
    here = Corpus.build(needs, offers, concepts=intake.concepts(), day=DAY)
    falls = [fall(here, pair) for pair in list(here.merge([here.score()]).pairs(1))[::4]]
    marked, other = (sum(values) / len(values) for values in zip(*filter(None, falls), strict=True))
    assert marked > other


def fall(corpus, found):
    """How much the score falls without the first marked passage of the offer, and without a passage that is not marked."""
    from dataclasses import replace

    from matching.engine.text import cut

    offer = corpus.offer(found.offer_id)
    explanation = explain(corpus, found.need_id, found.offer_id)
    marked = {(p.section, p.start, p.end) for r in explanation.reasons for p in r.passages if p.side == "offer"}
    others = [s for s in cut(offer.texts) if (s.section, s.start, s.end) not in marked and s.section != "title"]
    chosen = sorted(m for m in marked if m[0] != "title")
    if not others or not chosen:
        return None

    def without(section, start, end):
        texts = tuple((name, text[:start] + text[end:] if name == section else text) for name, text in offer.texts)
        return corpus.pair(found.need_id, replace(offer, texts=texts)).score

    return found.score - without(*chosen[0]), found.score - without(others[0].section, others[0].start, others[0].end)
