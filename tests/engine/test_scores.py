"""Scores whose parts add up, whatever is known of a pair."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import intake
from matching.engine import PARTS, Corpus, Settings
from tests.engine.conftest import DAY, NEED, OFFER, others


def total(pair):
    return sum(part.points or 0.0 for part in pair.parts)


def test_the_parts_add_up_for_every_pair_of_the_sample_city(sample_city):
    for need in sample_city.need_ids[::9]:
        for offer in sample_city.offer_ids[::7]:
            pair = sample_city.pair(need, offer)
            assert abs(total(pair) - pair.score) < 1e-6
            assert 0 <= pair.score <= 100


blank = st.sets(st.sampled_from(sorted(set(NEED) | set(OFFER)))).map(dict.fromkeys)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blank, blank)
def test_the_parts_add_up_whatever_is_missing(gaps_of_need, gaps_of_offer):
    need = intake.need_of("N", {**NEED, **gaps_of_need})
    offer = intake.offer_of("O", {**OFFER, **gaps_of_offer})
    pair = Corpus.build([need], [offer, *others()], concepts=intake.concepts(), day=DAY).pair("N", "O")
    known = [part for part in pair.parts if part.points is not None and part.code != "barred"]
    assert abs(total(pair) - pair.score) < 1e-6
    assert sum(part.possible for part in known) == pytest.approx(100)


@pytest.mark.parametrize(
    ("asked", "offered", "part"),
    [
        ({}, {"trl": None}, "maturity"),
        ({}, {"titles": None}, "credentials"),
        ({"required_titles": None}, {}, "credentials"),
        ({"region": None}, {}, "region"),
        ({"budget_min_wan": None, "budget_max_wan": None}, {}, "terms"),
    ],
)
def test_an_unknown_part_is_left_open_and_not_counted_as_zero(city, need, offer, asked, offered, part):
    pair = city([need(**asked)], [offer(**offered)]).pair("N1", "O1")
    points = {p.code: p.points for p in pair.parts}
    assert points[part] is None
    assert all(points[code] is not None for code in PARTS if code != part)
    assert pair.score > 60


def test_a_fitting_offer_scores_above_all_others(city):
    here = city()
    assert here.match_need("N1")[0].offer_id == "O1"
    assert here.match_need("N1")[0].score > 2 * here.match_need("N1")[1].score


def test_good_conditions_do_not_make_up_for_another_subject(city, need, offer):
    perfect = offer("P", title="茶叶包装设计", summary="礼盒与标签。", scenes=None, field="consumption", sector="食品")
    pair = city([need()], [offer(), perfect]).pair("N1", "P")
    assert pair.eligible is True
    assert pair.score < 30


def test_words_of_users_meet_words_of_vendors(city, need, offer):
    asked = need(title="独居老人家中摔倒没人知道", need="老人不愿装摄像头", sector=None, field=None)
    radar = offer(
        "R",
        title="吸顶式毫米波守护器",
        summary="非接触感知生命体征，离床与姿态异常告警。",
        scenes=None,
        sector=None,
        field=None,
    )
    found = city([asked], [radar]).match_need("N1")[0]
    assert found.offer_id == "R"


def test_riper_offers_score_higher(city, need, offer):
    ripe = [offer(f"T{level}", trl=level) for level in (7, 8, 9)]
    here = city([need()], ripe)
    scores = [here.pair("N1", f"T{level}").score for level in (7, 8, 9)]
    assert scores == sorted(scores)


def test_a_barred_pair_keeps_its_parts_for_why_not(city, need, offer):
    pair = city([need(deadline=date(2026, 1, 1))], [offer()]).pair("N1", "O1")
    assert pair.score < 1
    assert next(part.points for part in pair.parts if part.code == "need_fit") > 20
    assert pair.parts[-1].code == "barred"


def test_weights_that_are_changed_change_the_parts(city):
    plain, heavy = city(), city(region=40.0)
    possible = [next(p.possible for p in c.pair("N1", "O1").parts if p.code == "region") for c in (plain, heavy)]
    assert possible == [pytest.approx(10), pytest.approx(100 * 40 / 130)]


def test_settings_survive_being_kept():
    changed = replace(Settings(), meaning=0.7, top_offers=3)
    assert Settings.from_dict(changed.to_dict()) == changed
    with pytest.raises(TypeError):
        Settings.from_dict({"no_such_weight": 1})


def test_ids_must_be_unique(need, offer):
    with pytest.raises(ValueError, match="unique"):
        Corpus.build([need(), need()], [offer()], concepts=intake.concepts(), day=DAY)


def test_it_takes_a_side_that_is_empty(need, offer):
    for needs, offers in (([], [offer()]), ([need()], []), ([], [])):
        here = Corpus.build(needs, offers, concepts=intake.concepts(), day=DAY)
        assert list(here.merge([here.score()]).pairs(5, 5)) == []
