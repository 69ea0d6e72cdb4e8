"""Runs over a city: started once, worked in steps, proposing pairs that people then decide on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from activity.models import Event, Notice
from listings.services import edit, pause, resume
from matching.models import Match, MatchRun, Night, RunPair, Scored, Shard
from matching.plan import Plan
from matching.services import review, runs
from matching.services.sweep import INCREMENTS_AT_MOST, listing_changed, sweep
from matching.services.work import work_shard
from matching.states import MatchState, RunOrigin, RunState, Step
from scenemarket.errors import NotAllowed, WrongState
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.factories import reviewer as reviewer_of
from tests.matching.working import swept, work_all

pytestmark = pytest.mark.django_db
EAGER = Plan(shard_size=2, least_score=0)


def test_it_brings_a_run_from_the_button_to_proposals(cast: Cast, opportunity: object, capability: object) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    run.refresh_from_db()
    match = Match.objects.get()
    assert (run.state, run.opportunities, run.capabilities, run.proposed) == (RunState.READY, 1, 1, 1)
    assert (match.state, match.run, match.rank_for_opportunity) == (MatchState.PROPOSED, run, 1)
    assert Event.objects.filter(verb="match.proposed", to_state="proposed").count() == 1
    assert Notice.objects.get(kind="run.ready").recipient == cast.reviewer


def test_it_works_in_shards_and_finds_the_same(cast: Cast) -> None:
    OpportunityFactory.create_batch(5)
    CapabilityFactory.create_batch(3)
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    assert run.shards.filter(step=Step.SCORE).count() == 3
    assert RunPair.objects.filter(run=run).count() == 15
    whole = runs.start_run(city=CITY, by=cast.reviewer, plan=Plan(least_score=0))
    work_all()
    keys = ("opportunity", "capability", "score", "rank_for_opportunity", "rank_for_capability", "eligible")
    assert set(run.pairs.values_list(*keys)) == set(whole.pairs.values_list(*keys))


def test_it_allows_one_run_over_a_city_at_a_time(cast: Cast) -> None:
    runs.start_run(city=CITY, by=cast.reviewer)
    with pytest.raises(WrongState):
        runs.start_run(city=CITY, by=cast.reviewer)
    runs.start_run(city="990200", by=reviewer_of("990200"))


@pytest.mark.parametrize("name", ["owner", "counterpart", "stranger"])
def test_it_is_started_by_reviewers_only(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        runs.start_run(city=CITY, by=cast.user(name))


def test_it_starts_the_first_run_by_itself_and_none_when_nothing_changed(
    opportunity: object, capability: object
) -> None:
    for _ in range(3):
        swept()
    assert MatchRun.objects.get().origin == RunOrigin.SWEEP
    Night.objects.all().delete()
    sweep()
    assert MatchRun.objects.count() == 1


def test_it_runs_at_night_when_something_changed(cast: Cast, opportunity: object, capability: object) -> None:
    swept(), sweep()
    Organisation.objects.get(pk=cast.firm.pk).titles.create(
        scheme="high_tech", name="高新技术企业", verified_at=timezone.now()
    )
    Night.objects.all().delete()
    sweep()
    assert MatchRun.objects.full().count() == 2


def test_it_matches_a_new_and_an_edited_listing_without_a_full_run(cast: Cast, opportunity: object) -> None:
    first = CapabilityFactory(owner=cast.firm)
    swept()
    new = CapabilityFactory()
    edit(first, by=cast.counterpart, values={"summary": "球形检漏，停水不停用，定位渗漏"})
    swept()
    increments = MatchRun.objects.filter(origin=RunOrigin.INCREMENT)
    assert {(r.listing_id, r.listing_version, r.state) for r in increments} == {
        (new.pk, 1, "ready"),
        (first.pk, 2, "ready"),
    }
    assert set(Match.objects.filter(state="proposed").values_list("capability", "capability_version")) == {
        (new.pk, 1), (first.pk, 2),
    }  # fmt: skip
    assert MatchRun.objects.full().count() == 1


def test_it_makes_one_increment_however_often_it_sweeps(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    OpportunityFactory()
    for _ in range(3):
        sweep()
    assert MatchRun.objects.filter(origin=RunOrigin.INCREMENT).count() == 1
    assert Scored.objects.count() == 3


def test_it_matches_again_what_opens_again(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    pause(capability, by=cast.counterpart)
    sweep()
    assert Match.objects.get().state == MatchState.WITHDRAWN
    resume(capability, by=cast.counterpart)
    swept()
    assert Match.objects.get().state == MatchState.PROPOSED


def test_it_keeps_what_people_decided(cast: Cast, codes: None) -> None:
    opportunity = OpportunityFactory(owner=cast.agency)
    approved, excluded, untouched = CapabilityFactory.create_batch(3)
    swept()
    review.approve(Match.objects.get(capability=approved), by=cast.reviewer)
    review.exclude(Match.objects.get(capability=excluded), by=cast.reviewer, exclusion="irrelevant")
    before = {m.pk: (m.state, m.run_id, m.score) for m in Match.objects.exclude(capability=untouched)}
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    assert {m.pk: (m.state, m.run_id, m.score) for m in Match.objects.exclude(capability=untouched)} == before
    again = Match.objects.get(capability=untouched, opportunity=opportunity)
    assert (again.state, again.score_before) == (MatchState.PROPOSED, again.score)


def test_it_supersedes_what_is_not_found_again(cast: Cast, opportunity: object, capability: object) -> None:
    swept()
    runs.start_run(city=CITY, by=cast.reviewer, plan=Plan(least_score=101))
    work_all()
    assert Match.objects.get().state == MatchState.SUPERSEDED
    assert Event.objects.filter(verb="match.superseded", from_state="proposed").count() == 1
    runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    assert Match.objects.get().state == MatchState.PROPOSED


def test_it_never_pairs_an_owner_with_itself(cast: Cast) -> None:
    OpportunityFactory(owner=cast.firm), CapabilityFactory(owner=cast.firm)
    swept()
    assert not Match.objects.exists()


def test_it_keeps_listings_for_verified_organisations_from_others(cast: Cast, capability: object) -> None:
    OpportunityFactory(visibility="verified")
    Organisation.objects.filter(pk=cast.firm.pk).update(verified_at=None)
    swept()
    assert not Match.objects.exists()


@pytest.mark.parametrize(("group", "conflict"), [("湖城城投集团", True), ("", False)])
def test_it_marks_both_sides_of_one_owner_group(
    cast: Cast, opportunity: object, capability: object, group: str, conflict: bool
) -> None:
    Organisation.objects.filter(pk__in=[cast.agency.pk, cast.firm.pk]).update(group=group)
    swept()
    assert Match.objects.get().conflict is conflict


def test_it_changes_nothing_when_a_message_comes_again(cast: Cast, opportunity: object, capability: object) -> None:
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    events = Event.objects.count()
    for _ in range(3):
        assert all(work_shard(pk) == [] for pk in Shard.objects.values_list("pk", flat=True))
    assert (Match.objects.count(), Event.objects.count()) == (1, events)


def test_it_sets_a_step_aside_after_five_attempts_and_tells_the_reviewer(cast: Cast, opportunity: object) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer)
    Shard.objects.update(attempts=MAX_ATTEMPTS)
    work_all()
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "5" in run.failure
    assert Notice.objects.get(kind="run.failed").recipient == cast.reviewer
    sweep()
    assert MatchRun.objects.count() == 1


def test_it_goes_on_when_a_person_tries_again(cast: Cast, opportunity: object, capability: object) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer)
    Shard.objects.update(attempts=MAX_ATTEMPTS)
    work_all(), sweep()
    assert runs.try_again(run, by=cast.reviewer) == 1
    work_all()
    run.refresh_from_db()
    assert (run.state, run.failure) == (RunState.READY, "")
    assert not Shard.objects.exclude(work_state=WorkState.DONE).exists()


def test_it_does_nothing_for_a_failed_run_until_then(cast: Cast, opportunity: object) -> None:
    run = runs.start_run(city=CITY, by=cast.reviewer)
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    assert work_shard(Shard.objects.get().pk) == []
    assert Shard.objects.get().attempts == 0


def test_it_runs_over_the_city_once_when_many_listings_wait(opportunity: object, capability: object) -> None:
    swept()
    CapabilityFactory.create_batch(31)
    swept(), sweep()
    assert not MatchRun.objects.filter(origin=RunOrigin.INCREMENT).exists()
    assert MatchRun.objects.full().count() == 2


def test_it_ends_what_another_version_of_the_engine_began_and_starts_anew(
    opportunity: object, capability: object
) -> None:
    sweep()
    old = {"engine_version": "0", "engine_settings": {"shard_size": 7, "engine": {"forgotten": 1.5, "version": "0"}}}
    MatchRun.objects.update(**old)
    assert [work_shard(pk) for pk in Shard.objects.values_list("pk", flat=True)] == [[]]
    sweep(), swept()
    failed, new = MatchRun.objects.order_by("pk")
    assert (failed.state, new.state) == (RunState.FAILED, RunState.READY)
    assert "0" in failed.failure


@pytest.mark.parametrize("page", ["run", "runs", "review"])
def test_it_shows_a_run_with_the_settings_of_another_version(
    cast: Cast, opportunity: object, capability: object, page: str
) -> None:
    swept()
    run = MatchRun.objects.get()
    kept = {"engine_version": "0", "engine_settings": {"forgotten": {"a": 1}, "engine": {"unknown": 2}}}
    MatchRun.objects.filter(pk=run.pk).update(**kept)
    client = cast.client("reviewer")
    address = run.get_absolute_url() if page == "run" else reverse(page)
    answer = client.get(address)
    assert answer.status_code == 200
    assert page != "run" or "unknown" in answer.content.decode()


def test_it_compares_two_runs(cast: Cast, opportunity: object) -> None:
    old = CapabilityFactory(owner=cast.firm)
    gone = CapabilityFactory(title="养老机构助餐机器人", summary="送餐到床头。", technologies=["机械臂"])
    first = runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    pause(gone, by=gone.owner.memberships.create(user=cast.stranger, role="owner").user)
    new = CapabilityFactory(title="老城区供水管网渗漏巡检机器人", summary="老城区供水管道漏水定位，不停水查出漏点。")
    second = runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    found = runs.compare(second, first)
    assert [p.capability_id for p in found.new] == [new.pk]
    assert [p.capability_id for p in found.gone] == [gone.pk]
    assert [(p.capability_id, p.before) for p in found.moved] == [(old.pk, 1)]


def test_it_is_not_tried_again_once_a_newer_one_is_ready(cast: Cast, opportunity: object, capability: object) -> None:
    failed = runs.start_run(city=CITY, by=cast.reviewer)
    Shard.objects.update(attempts=MAX_ATTEMPTS)
    work_all(), sweep()
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    with pytest.raises(WrongState):
        runs.try_again(failed, by=cast.reviewer)


def test_it_keeps_the_pairs_of_the_last_runs_only(
    cast: Cast, opportunity: object, capability: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.services.snapshot.KEPT_RUNS", 2)
    made = [runs.start_run(city=CITY, by=cast.reviewer, plan=Plan(least_score=0))]
    work_all()
    for _ in range(2):
        made.append(runs.start_run(city=CITY, by=cast.reviewer, plan=Plan(least_score=0)))
        work_all()
    assert set(RunPair.objects.values_list("run", flat=True)) == {run.pk for run in made[1:]}


def test_many_that_are_opened_together_are_left_to_the_sweep(cast: Cast, opportunity: object) -> None:
    CapabilityFactory()
    swept()
    opened = CapabilityFactory.create_batch(INCREMENTS_AT_MOST + 1)
    assert listing_changed("capability", opened[0].pk) == []
    opened[1].delete()
    assert len(listing_changed("capability", opened[0].pk)) == 1
