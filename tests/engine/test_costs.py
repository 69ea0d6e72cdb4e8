"""What conditions cost a need: counted by classes, as judging each pair by itself would count."""

from dataclasses import replace

import numpy as np
import pytest

from matching.engine.conditions import judge
from matching.engine.costs import Suppliers, cost_of_conditions


def test_it_counts_what_a_condition_costs(city, need, offer):
    offers = [
        offer("O1"),
        *(offer(f"O{n}", trl=6, firm=f"甲{n}") for n in (2, 3)),
        offer("O4", titles=["瞪羚企业"], firm="乙"),
    ]
    found = cost_of_conditions(city([need()], offers, fit_middle=0.5), "N1")
    assert (found.relevant, found.left) == (4, 1)
    costs = {cost.item: cost for cost in found.conditions}
    assert [((eased.asked or ())[1:], eased.left) for eased in costs["min_trl"].eased] == [(("TRL 6 及以上",), 3)]
    assert [(eased.asked, eased.left) for eased in costs["required_titles"].eased] == [(None, 2)]
    assert (costs["min_trl"].barred, costs["min_trl"].alone) == (2, 2)


def test_offers_of_one_supplier_count_once(city, need, offer):
    offers = [replace(offer(f"O{n}"), owner="同一家") for n in range(3)]
    assert cost_of_conditions(city([need()], offers, fit_middle=0.5), "N1").left == 1


def test_classes_bar_whom_judging_each_pair_bars(sample_city):
    suppliers = Suppliers(sample_city, np.arange(len(sample_city.offer_ids)))
    offers = [sample_city.offer(each) for each in sample_city.offer_ids]
    for need in [sample_city.need(each) for each in sample_city.need_ids[::5]]:
        for asked in (need, replace(need, id="new", min_trl=8, budget_max=55.5, only_verified=True)):
            barred = suppliers.barred(asked)
            for place, offer in enumerate(offers):
                alone = {c.code for c in judge(sample_city.frame.rules, asked, offer) if c.verdict == "barred"}
                assert alone == {item for item, mask in barred.items() if mask[place]}


def test_each_level_that_could_be_asked_for_is_counted(city, need, offer):
    offers = [offer(f"O{trl}", trl=trl, firm=f"甲{trl}") for trl in (5, 6, 7, 8, None)]
    found = cost_of_conditions(city([need()], offers, fit_middle=0.5), "N1")
    assert [(rung.level, rung.left) for rung in found.ladder] == [(None, 5), (4, 5), (5, 5), (6, 4), (7, 3), (8, 2)]
    assert found.unknown == 1


@pytest.mark.parametrize(("titles", "left"), [(["高新技术企业"], 1), (["高新技术企业", "专精特新中小企业"], 0)])
def test_several_titles_are_told_one_by_one(city, need, offer, titles, left):
    offers = [offer("O1", titles=["高新技术企业"]), offer("O2", titles=["瞪羚企业"], firm="乙")]
    found = cost_of_conditions(city([need(required_titles=titles)], offers, fit_middle=0.5), "N1")
    eased = {cost.item: cost.eased for cost in found.conditions}["required_titles"]
    assert found.left == left
    assert [each.left for each in eased] == ([2] if len(titles) == 1 else [0, 1, 2])
