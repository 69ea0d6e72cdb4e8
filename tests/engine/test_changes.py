"""What would change a result is what the engine says of the changed record, and nothing else."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from matching.engine.changes import Beside, _possible, changes, doors
from matching.engine.model import Place
from matching.engine.ranking import BARRED, UNKNOWN
from matching.engine.standing import standing
from matching.engine.wording import CHANGES, change


def eligible(number):
    return None if number == UNKNOWN else number != BARRED


def test_a_changed_record_scores_as_the_engine_scores_it(sample_city):
    compared = 0
    for need in [sample_city.need(each) for each in sample_city.need_ids[::7]]:
        for offer in [sample_city.offer(each) for each in sample_city.offer_ids[::17]]:
            for would in _possible(sample_city, need, offer):
                beside = Beside.of(sample_city.frame, need, offer, sample_city.looked_at(need, offer).fractions)
                then = beside.scored(would.offer)
                asked = sample_city.pair(need, would.offer)
                assert then.score == pytest.approx(asked.score, abs=1e-6)
                assert eligible(then.eligible) == asked.eligible
                compared += 1
    assert compared > 150


BARRED_BY: list[Any] = [
    ({}, {"trl": 5}, "trl_raised", "若属实：技术成熟度更新为 7 级（现填 5 级）"),
    ({}, {"titles": ["瞪羚企业"]}, "credential_added", "若属实：补列所持的高新技术企业"),
    ({}, {"titles": [{"name": "高新技术企业", "expires": date(2026, 2, 1)}]}, "credential_renewed",
     "若已续期：更新高新技术企业的有效期（所填的已于 2026年2月1日 到期）"),
    ({}, {"service_regions": ["云岭市"], "firm_city": "云岭市"}, "region_added", "若属实：服务区域增加湖城市东湖区（现为云岭市）"),
    ({}, {"price_min_wan": 400, "price_max_wan": 500}, "price_lowered", "若报价可做到不超过 350 万元：更新报价（现为 400—500 万元）"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "offered", "code", "words"), BARRED_BY)
def test_it_says_what_would_open_a_barred_pair(city, need, offer, asked, offered, code, words):
    found = changes(city([need(**asked)], [offer(**offered)]), "N1", "O1")[0]
    assert (found.code, found.opens, found.rank) == (code, True, 1)
    assert found.gain > 20
    assert change(found.code, found.params) == words


UNKNOWN_OF: list[Any] = [
    ({"trl": None}, "trl_given"), ({"titles": None}, "credentials_given"), ({"price_min_wan": None, "price_max_wan": None}, "price_given"),
    ({"service_regions": None, "firm_city": "云岭市"}, "region_given"),
]  # fmt: skip


@pytest.mark.parametrize(("offered", "code"), UNKNOWN_OF)
def test_it_says_what_is_to_be_filled_in(city, need, offer, offered, code):
    here = city([need()], [offer(**offered)])
    assert code in {would.code for would in _possible(here, here.need("N1"), here.offer("O1"))}
    assert all(found.gain > 0 for found in changes(here, "N1", "O1"))


def test_two_that_bar_open_it_only_together(city, need, offer):
    found = changes(city([need()], [offer(trl=5, titles=["瞪羚企业"])]), "N1", "O1")
    assert {each.code: (each.lifts, each.opens) for each in found} == {
        "trl_raised": (True, False),
        "credential_added": (True, False),
        "together": (True, True),
    }


def test_one_of_two_unknown_titles_is_never_filled_in_alone(city, need, offer):
    asked = need(required_titles=["高新技术企业", "专精特新中小企业"])
    here = city([asked], [offer(titles=None)])
    (would,) = [w for w in _possible(here, asked, offer(titles=None)) if w.field == "titles"]
    assert len(would.params["asked"]) == len(would.offer.titles or ()) == 2


def test_nothing_would_change_what_is_met(city):
    assert changes(city(), "N1", "O1") == []


def test_every_change_says_that_it_must_be_true():
    for english, chinese in CHANGES.values():
        assert "若" in chinese or "核验" in chinese
        assert "If " in english or "verified" in english


def test_it_counts_the_doors_that_a_fact_would_open(city, need, offer):
    asked = [need("N1"), need("N2", required_titles=[]), need("N3", min_trl=5)]
    relevant, found = doors(city(asked, [offer(trl=6)]), "O1")
    assert relevant == 3
    assert [(door.code, door.opens, set(door.needs)) for door in found] == [("trl_raised", 2, {"N1", "N2"})]


def test_districts_of_one_city_are_one_door(city, need, offer):
    asked = [need("N1"), need("N2", region="湖城市新桥区")]
    _relevant, found = doors(city(asked, [offer(service_regions=["云岭市"], firm_city="云岭市")]), "O1")
    assert [(door.code, door.opens, door.params["asked"][0][0]) for door in found] == [("region_added", 2, "990100")]


def test_it_says_what_the_tenth_has_that_this_one_lacks(sample_city):
    need = sample_city.need_ids[4]
    offer = sample_city.match_need(need, 60)[-1].offer_id
    found = standing(sample_city, need, offer)
    tenth = sample_city.match_need(need, 10)[-1]
    assert (found.rank, found.count, found.compared) == (60, 200, 10)
    assert found.behind == pytest.approx(tenth.score - sample_city.pair(need, offer).score, abs=1e-5)
    assert sum(gap.difference for gap in found.gaps) == pytest.approx(found.behind, abs=0.5)


def test_the_first_ten_are_not_held_against_the_tenth(sample_city):
    best = sample_city.match_need(sample_city.need_ids[0], 10)
    assert [standing(sample_city, pair.need_id, pair.offer_id).rank for pair in best] == list(range(1, 11))
    assert standing(sample_city, best[9].need_id, best[9].offer_id).gaps == ()


def test_a_place_that_no_list_knows_can_be_served(city, need, offer):
    asked = replace(need(), region=Place("月湾新城"))
    found = changes(city([asked], [offer(service_regions=["云岭市"], firm_city="云岭市")]), "N1", "O1")
    assert all(change(each.code, each.params) for each in found)
