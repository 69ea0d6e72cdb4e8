"""Hard conditions: met, barred or unknown; and what is missing never bars."""

from datetime import date

import pytest

BARRED = [
    ({}, {"trl": 6}, "min_trl"),
    ({}, {"titles": [{"name": "高新技术企业", "expires": date(2026, 2, 28)}]}, "required_titles"),
    ({}, {"titles": ["瞪羚企业"]}, "required_titles"),
    ({"required_certs": ["CMMI 5级"]}, {"certs": ["CMMI3"]}, "required_certs"),
    ({}, {"service_regions": ["云岭市"]}, "service_regions"),
    (
        {"service_region_required": "local"},
        {"firm_city": "云岭市", "service_regions": ["云岭市"]},
        "service_region_required",
    ),
    ({"service_region_required": ["临港市"]}, {"service_regions": None}, "service_region_required"),
    ({}, {"price_min_wan": 351, "price_max_wan": 500}, "budget"),
    ({"deadline": date(2026, 2, 28)}, {}, "deadline"),
    ({"owner": "湖城水务集团"}, {"firm": "湖城水务集团"}, "direction"),
]
UNKNOWN = [
    ({}, {"trl": None}, "min_trl"),
    ({}, {"titles": None}, "required_titles"),
    ({"required_certs": ["CMA"]}, {"certs": None}, "required_certs"),
    ({}, {"price_min_wan": None, "price_max_wan": None}, "budget"),
    ({"service_region_required": "local"}, {"firm_city": None, "service_regions": None}, "service_region_required"),
    ({"service_region_required": "local"}, {"firm_city": "云岭市"}, "service_region_required"),
    ({"region": None}, {"service_regions": ["云岭市"]}, "service_regions"),
]
MET = [
    ({}, {}),
    ({}, {"trl": 7}),
    ({}, {"titles": [{"name": "国家高新技术企业", "expires": date(2026, 3, 1)}]}),
    ({"required_titles": ["专精特新中小企业"]}, {"titles": ["专精特新“小巨人”企业"]}),
    ({"required_titles": ["瞪羚企业或高新技术企业"]}, {}),
    ({"required_titles": ["乙级测绘资质"]}, {"titles": ["甲级测绘资质"]}),
    ({"required_titles": ["CMA"]}, {"certs": ["检验检测机构资质认定"]}),
    ({"service_region_required": "local"}, {}),
    ({"service_region_required": "local"}, {"firm_city": "云岭市", "service_regions": ["湖城市", "云岭市"]}),
    ({"service_region_required": ["湖城市", "临港市"]}, {"firm_city": "临港市"}),
    ({}, {"service_regions": ["湖东省"]}),
    ({}, {"price_min_wan": 350, "price_max_wan": 900}),
    ({"budget_max_wan": None}, {"price_min_wan": 900}),
    ({"min_trl": None}, {"trl": None}),
    ({"deadline": date(2026, 3, 1)}, {}),
    ({"deadline": None}, {}),
]


@pytest.mark.parametrize(("asked", "offered", "code"), BARRED)
def test_it_bars_by_each_condition(city, need, offer, asked, offered, code):
    pair = city([need(**asked)], [offer(**offered)]).pair("N1", "O1")
    assert pair.eligible is False
    assert code in pair.barred_by


@pytest.mark.parametrize(("asked", "offered", "code"), UNKNOWN)
def test_it_never_bars_by_what_is_unknown(city, need, offer, asked, offered, code):
    pair = city([need(**asked)], [offer(**offered)]).pair("N1", "O1")
    assert (pair.eligible, pair.barred_by) == (None, ())
    assert code in {c.code for c in pair.conditions if c.verdict == "unknown"}


@pytest.mark.parametrize(("asked", "offered"), MET)
def test_it_lets_through_what_meets_the_conditions(city, need, offer, asked, offered):
    assert city([need(**asked)], [offer(**offered)]).pair("N1", "O1").eligible is True


def test_it_shows_an_opportunity_for_verified_ones_to_verified_ones(city, need, offer):
    from dataclasses import replace

    restricted = replace(need(), only_verified=True)
    outcomes = [
        city([restricted], [replace(offer(), verified=v)]).pair("N1", "O1").eligible for v in (True, False, None)
    ]
    assert outcomes == [True, False, None]


@pytest.mark.parametrize(
    ("region", "served", "eligible"),
    [
        ("青麦市南山区", ["青麦市"], True),
        ("青麦市", ["白石市"], False),
        ("青麦市", ["长三角"], None),
        ("杭州市西湖区", ["长三角"], True),
        ("杭州市", ["京津冀"], False),
        ("浙江省", ["杭州市"], None),
    ],
)
def test_it_compares_places_by_code_or_else_by_name(city, need, offer, region, served, eligible):
    pair = city([need(region=region)], [offer(service_regions=served)]).pair("N1", "O1")
    assert pair.eligible is eligible


def test_barred_pairs_rank_after_all_others(sample_city):
    rows = sample_city.merge([sample_city.score()])
    for place in range(len(sample_city.need_ids)):
        barred = [pair.eligible is False for pair in rows.of_need(place, 50)]
        assert barred == sorted(barred)
