"""Why, why not, and what is unknown: parts that add up, sentences that can be checked against the two texts."""

import pytest
from django.utils import translation

from matching.models import Match
from matching.services import answers, runs
from matching.services.explain import explain
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import work_all

pytestmark = pytest.mark.django_db


def test_it_adds_up_before_the_first_run_and_after_it(cast: Cast, opportunity: object, capability: object) -> None:
    for _ in range(2):
        told = explain(opportunity, capability)
        assert sum(p.earned or 0 for p in told.parts) == pytest.approx(told.score, abs=1e-5)
        runs.start_run(city=CITY, by=cast.reviewer)
        work_all()


def test_it_tells_the_score_that_the_run_kept(cast: Cast, opportunity: object) -> None:
    CapabilityFactory.create_batch(4)
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    for match in Match.objects.whole():
        told = explain(match.opportunity, match.capability)
        assert told.score == pytest.approx(float(match.score), abs=1e-6)
        assert [(p["code"], p["earned"]) for p in match.parts] == [(p.code, p.earned) for p in told.parts]


def test_it_points_at_passages_of_both_texts(opportunity: object, capability: object) -> None:
    told = explain(opportunity, capability)
    quoted = [told.need_text[a:b] for r in told.reasons for a, b in r.in_need]
    quoted += [told.offer_text[a:b] for r in told.reasons for a, b in r.in_offer]
    assert quoted
    assert all(words.strip() for words in quoted)
    assert [r.number for r in told.reasons] == list(range(1, len(told.reasons) + 1))


def test_it_shows_lists_in_one_line_and_keeps_every_place(opportunity: object, capability: object) -> None:
    type(capability).objects.update(
        scenes="供水管网\n原水管道", cases=["某市，12 公里", "某县"], technologies=["声学检漏"]
    )
    capability.refresh_from_db()  # type: ignore[attr-defined]
    told = explain(opportunity, capability)
    assert "应用场景：供水管网、原水管道" in told.offer_text
    assert "案例：某市，12 公里；某县" in told.offer_text
    words = [told.offer_text[a:b] for r in told.reasons for a, b in r.in_offer]
    assert all(word == word.strip("、；：") for word in words)


def test_it_marks_the_titles_too(opportunity: object, capability: object) -> None:
    told = explain(opportunity, capability)
    marks = [opportunity.title[a:b] for r in told.reasons for a, b in r.in_need_title]  # type: ignore[attr-defined]
    assert all(mark.strip() for mark in marks)
    assert all(mark in opportunity.title for mark in marks)  # type: ignore[attr-defined]


def test_it_says_how_a_facet_stands_in_a_few_words(cast: Cast, capability: object) -> None:
    told = explain(OpportunityFactory(min_trl=9), capability)
    row = next(row for row in told.facets if row.item == "成熟度")
    assert (row.kind, row.words) == ("against", f"低 {9 - capability.trl} 级")  # type: ignore[attr-defined]


def test_it_says_what_bars_a_pair(cast: Cast, capability: object) -> None:
    told = explain(OpportunityFactory(min_trl=9), capability)
    assert (told.eligible, told.barred_by) == (False, ["成熟度"])
    assert any(r.kind == "against" for r in told.reasons)


def test_it_says_what_is_unknown(opportunity: object) -> None:
    told = explain(opportunity, CapabilityFactory(trl=None, price_min_wan=None, price_max_wan=None))
    assert any(r.kind == "unknown" for r in told.reasons)
    assert any(not p.known and p.earned is None for p in told.parts)


def test_it_speaks_the_readers_language(opportunity: object, capability: object) -> None:
    with translation.override("en"):
        assert explain(opportunity, capability).parts[0].label == "Need and offer"
    assert explain(opportunity, capability).parts[0].label == "需求与能力"


def test_it_counts_a_verified_title_and_not_an_expired_one(cast: Cast, capability: object) -> None:
    opportunity = OpportunityFactory(required_titles=["高新技术企业"])
    capability.owner.titles.create(scheme="high_tech", name="高新技术企业", expires="2020-01-01")
    assert explain(opportunity, capability).eligible is False
    capability.owner.titles.create(
        scheme="high_tech", name="高新技术企业", number="2", expires="2099-01-01", verified_at="2026-01-01T00:00Z"
    )
    capability.refresh_from_db()
    assert explain(opportunity, capability).eligible is True


def test_it_scores_what_people_put_forward(cast: Cast, opportunity: object, capability: object) -> None:
    match = answers.apply(opportunity=opportunity, capability=capability, by=cast.counterpart)
    assert float(match.score) == pytest.approx(explain(opportunity, capability).score)
    assert match.parts
