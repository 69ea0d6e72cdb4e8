"""The compiled engine against a slow and plain one that follows the definition, to the last bit."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import intake
from matching.engine import Corpus, Settings, scoring
from matching.engine.concepts import Concepts
from matching.engine.conditions import judge
from matching.engine.exact import COSINE, WORD
from matching.engine.facets import CLOSE, CONCEPTS, FIELD, SECTOR
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN, keys
from tests.engine.conftest import DAY

CODES = {"barred": BARRED, "unknown": UNKNOWN, "met": ELIGIBLE}
WORDS = ["供水管网检漏", "漏损监测", "梯厢劝阻", "茶园气象站", "机器视觉", "ISO9001", "数字孪生平台", "无人机巡检"]
texts = st.lists(st.sampled_from(WORDS), max_size=4).map("，".join)
days = st.none() | st.sampled_from([date(2026, 2, 1), date(2026, 9, 1)])
places = st.none() | st.sampled_from(["湖城市", "湖城市东湖区", "云岭市", "某地"])
areas = st.none() | st.lists(st.sampled_from(["全国", "湖城市", "云岭市", "某地"]), max_size=2)
titles = st.none() | st.lists(st.sampled_from(["高新技术企业", "瞪羚企业", "自拟称号甲"]), max_size=2)
amounts = st.none() | st.sampled_from([0.0, 100.0, 250.0, 300.0])
levels = st.none() | st.integers(1, 9)
fields = st.none() | st.sampled_from(["city", "digital", "industry"])
sectors = st.none() | st.sampled_from(["供水", "水的生产和供应业", "食品", "其他某业"])
NEEDS = st.fixed_dictionaries({
    "title": texts, "need": texts, "field": fields, "sector": sectors, "region": places, "min_trl": levels, "required_titles": titles,
    "budget_min_wan": amounts, "budget_max_wan": amounts, "deadline": days, "service_region_required": st.none() | st.just("local"), "owner": st.none() | st.just("甲"),
})  # fmt: skip
OFFERS = st.fixed_dictionaries({
    "title": texts, "summary": texts, "field": fields, "sector": sectors, "firm_city": places, "service_regions": areas, "trl": levels,
    "titles": titles, "price_min_wan": amounts, "price_max_wan": amounts, "firm": st.none() | st.just("甲"),
})  # fmt: skip


def plain_total(values, weights):
    """Unknown parts are left out; conditions count in proportion where the content is not related."""
    earned, possible = 0.0, 0.0
    for value, points in list(zip(values, weights.points.values(), strict=True))[:2]:
        if not isnan(value):
            earned, possible = earned + points * value, possible + points
    gate = min(1.0, earned / possible / weights.full_relevance)
    for value, points in list(zip(values, weights.points.values(), strict=True))[2:]:
        if not isnan(value):
            earned, possible = earned + points * gate * value, possible + points
    return 100.0 * earned / possible


def plain_technology(corpus, need, offer, tags):
    values = {facet.code: facet for facet in corpus.frame.facets[:2]}
    found, known = 0.0, 0.0
    for code, weight in (("field", FIELD), ("sector", SECTOR)):
        key = values[code].need_key(need)
        value = nan if key is None else values[code].value(key, values[code].offer_key(offer))
        if not isnan(value):
            found, known = found + weight * value, known + weight
    if tags is not None:
        found, known = found + CONCEPTS * min(1.0, tags * COSINE / CLOSE), known + CONCEPTS
    return found / known if known else nan


def plain_score(corpus, n, o):
    """One pair by the definition: dictionaries and loops, one number after the other."""
    measured, settings_ = corpus._all, corpus.settings
    need, offer = corpus.needs[n], corpus.offers[o]
    left, right = measured.needs.arrays, measured.offers.arrays
    words = sum(
        int(left.word_weight[at]) * weight_of(right.word_start, right.word_offer, right.word_weight, left.words[at], o)
        for at in range(left.word_start[n], left.word_start[n + 1])
    )
    tags = sum(
        int(left.tag_weight[at]) * weight_of(right.tag_start, right.tag_offer, right.tag_weight, left.tags[at], o)
        for at in range(left.tag_start[n], left.tag_start[n + 1])
    )
    dense = float(sum(a * b for a, b in zip(left.meaning[n].tolist(), right.meaning[o].tolist(), strict=True)))
    fused = (words * WORD - left.means[n, 0]) * left.scales[n, 0] + (dense * COSINE - left.means[n, 1]) * left.scales[
        n, 1
    ]
    away = (fused - left.taken[n] - right.taken[o] - settings_.fit_middle) / settings_.fit_width
    both = left.tag_start[n + 1] > left.tag_start[n] and right.named[o]
    values = [
        0.5 * (1.0 + away / sqrt(1.0 + away * away)),
        plain_technology(corpus, need, offer, tags if both else None),
    ]
    for facet in corpus.frame.facets[2:]:
        key = facet.need_key(need)
        values.append(nan if key is None else facet.value(key, facet.offer_key(offer)))
    standing = min([CODES[c.verdict] for c in judge(corpus.frame.rules, need, offer)], default=ELIGIBLE)
    score = plain_total(values, settings_)
    return (0.01 * score if standing == BARRED else score), standing


def weight_of(start, offers, weights, term, offer):
    listed = dict(
        zip(
            offers[start[term] : start[term + 1]].tolist(), weights[start[term] : start[term + 1]].tolist(), strict=True
        )
    )
    return listed.get(offer, 0)


def plain_ranking(corpus):
    """Keys of all pairs, by sorting everything."""
    pairs = [[plain_score(corpus, n, o) for o in range(len(corpus.offer_ids))] for n in range(len(corpus.need_ids))]
    scores = np.array([[score for score, _standing in row] for row in pairs])
    standings = np.array([[standing for _score, standing in row] for row in pairs])
    rows = keys(scores, standings, corpus._offer_ranks[None, :])
    columns = keys(scores, standings, corpus._need_ranks[:, None])
    return np.sort(rows, axis=1)[:, ::-1], np.sort(columns, axis=0)[::-1]


def collection(needs, offers, **changed):
    left = [intake.need_of(f"n{at % 7}{at}", values) for at, values in enumerate(needs)]
    right = [
        intake.offer_of(f"o{at % 5}{at}", values, verified=[None, True, False][at % 3])
        for at, values in enumerate(offers)
    ]
    left = [replace(need, only_verified=at % 4 == 0) for at, need in enumerate(left)]
    return Corpus.build(left, right, concepts=intake.concepts(), day=DAY, settings=replace(Settings(), **changed))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(NEEDS, min_size=1, max_size=7),
    st.lists(OFFERS, min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_the_kernel_ranks_as_the_definition_says(needs, offers, top_offers, top_needs):
    # twins make ties
    corpus = collection(needs + needs[:1], offers + offers[:2], top_offers=top_offers, top_needs=top_needs)
    rows, columns = plain_ranking(corpus)
    found = corpus.score()
    kept = min(top_offers, rows.shape[1])
    assert (found.rows[:, :kept] == rows[:, :kept]).all()
    kept = min(top_needs, len(columns))
    assert (found.columns[:kept] == columns[:kept]).all()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(NEEDS, min_size=2, max_size=9), st.lists(OFFERS, min_size=1, max_size=30), st.sets(st.integers(1, 8)))
def test_shards_and_blocks_change_no_bit(needs, offers, cuts):
    corpus = collection(needs, offers)
    whole = corpus.score()
    edges = sorted({0, len(needs), *(cut for cut in cuts if cut < len(needs))})
    before = scoring.BLOCK, scoring.TILE
    try:
        scoring.BLOCK, scoring.TILE = 2, 8
        merged = corpus.merge([corpus.score(a, b) for a, b in pairwise(edges)][::-1])
    finally:
        scoring.BLOCK, scoring.TILE = before
    assert (merged.rows == whole.rows).all()
    assert (merged.columns == whole.columns).all()


@pytest.mark.parametrize("dimensions", [32, 384, 768])
def test_vectors_of_any_length_do(sample, dimensions):
    class Chance:
        model_id, common_directions = "chance", 1

        def embed(self, texts):
            rows = [np.random.default_rng(len(text)).standard_normal(dimensions) for text in texts]
            return np.array(rows, dtype=np.float32)

    needs, offers = sample
    corpus = Corpus.build(needs[:20], offers[:60], concepts=Concepts([]), day=DAY, provider=Chance())
    ranking = corpus.merge([corpus.score()])
    for found in ranking.of_need(7, 10):
        assert corpus.pair(found.need_id, found.offer_id).score == found.score
        assert plain_score(corpus, 7, corpus.offer_ids.index(found.offer_id))[0] == pytest.approx(found.score, abs=1e-6)


def test_an_increment_is_what_a_full_scoring_with_the_same_measures_gives(sample_city):
    for place in range(0, len(sample_city.need_ids), 9):
        need = sample_city.needs[place]
        known = sample_city.match_need(need, 10)
        again = sample_city.match_need(replace(need, id="new"), 10)
        assert [(p.offer_id, p.score, p.parts) for p in known] == [(p.offer_id, p.score, p.parts) for p in again]
    for place in range(0, len(sample_city.offer_ids), 19):
        offer = sample_city.offers[place]
        known = sample_city.match_offer(offer, 10)
        again = sample_city.match_offer(replace(offer, id="new"), 10)
        assert [(p.need_id, p.score, p.parts) for p in known] == [(p.need_id, p.score, p.parts) for p in again]
