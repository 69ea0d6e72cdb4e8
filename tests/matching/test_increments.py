"""One listing against the other side: what a run over the city would find, with the measures of the last one."""

import pytest

from listings.services import edit, pause
from matching import adapters
from matching.models import Match, MatchRun, RunPair
from matching.services import scoring
from matching.services.snapshot import base_of
from matching.services.sweep import listing_changed
from matching.states import RunOrigin, Side
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import swept, work_all

pytestmark = pytest.mark.django_db


def last_increment() -> MatchRun:
    return MatchRun.objects.filter(origin=RunOrigin.INCREMENT).latest("pk")


def test_it_scores_as_the_last_run_would_have(cast: Cast) -> None:
    OpportunityFactory.create_batch(3)
    CapabilityFactory.create_batch(3)
    swept()
    new = CapabilityFactory(title="管网渗漏定位服务")
    swept()
    corpus = scoring.loaded(base_of(CITY)).corpus
    offer = adapters.offer(adapters.offer_record(new))
    for kept in RunPair.objects.filter(run=last_increment()).select_related("opportunity"):
        assert float(kept.score) == corpus.pair(kept.opportunity.public_id, offer).score
    assert RunPair.objects.filter(run=last_increment()).count() == 3


def test_it_meets_what_came_since_the_last_run_as_well(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    need = OpportunityFactory()
    swept()
    offer = CapabilityFactory()
    swept()
    kept = RunPair.objects.filter(run=last_increment(), capability=offer)
    assert set(kept.values_list("opportunity", flat=True)) >= {need.pk}


def test_it_leaves_out_what_was_closed_since(cast: Cast, opportunity: object) -> None:
    gone, edited = CapabilityFactory(owner=cast.firm), CapabilityFactory(owner=cast.firm)
    swept()
    pause(gone, by=cast.counterpart)
    edit(edited, by=cast.counterpart, values={"summary": "球形检漏，停水不停用"})
    OpportunityFactory()
    swept()
    run = MatchRun.objects.filter(listing_kind=Side.OPPORTUNITY).latest("pk")
    assert set(RunPair.objects.filter(run=run).values_list("capability", flat=True)) == {edited.pk}
    assert Match.objects.get(opportunity=run.listing_id).capability_version == 2


def test_it_proposes_for_the_other_sides_sake(cast: Cast) -> None:
    """The capability stands far down on no list of its own, yet it is the best that one opportunity has."""
    OpportunityFactory.create_batch(8)
    poor = CapabilityFactory(title="老城区会议服务", summary="会务安排。", technologies=["声学检测"])
    swept()
    new = CapabilityFactory()
    swept()
    found = RunPair.objects.filter(run=last_increment(), capability=new)
    assert found.count() == 8
    assert set(found.values_list("rank_for_opportunity", flat=True)) == {1}
    assert sorted(found.values_list("rank_for_capability", flat=True)) == list(range(1, 9))
    assert not Match.objects.filter(run=last_increment(), capability=poor).exists()


def test_it_is_matched_at_once_when_it_opens(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    new = OpportunityFactory()
    work_all(listing_changed(Side.OPPORTUNITY, new.pk))
    assert Match.objects.filter(opportunity=new, state="proposed").exists()
    before = MatchRun.objects.count()
    work_all(listing_changed(Side.OPPORTUNITY, new.pk))
    swept()
    assert MatchRun.objects.count() == before


def test_it_ignores_what_is_not_open(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    draft = OpportunityFactory(state="draft")
    assert listing_changed(Side.OPPORTUNITY, draft.pk) == []
    assert listing_changed(Side.OPPORTUNITY, 10**9) == []
