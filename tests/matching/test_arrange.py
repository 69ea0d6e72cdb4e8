"""What a run puts forward within both sides' room, the slider over it, and who comes next in line."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation
from activity.models import Event
from matching.models import Answer, Arrangement, Match, MatchRun, RunPair, Scored, Vacancy
from matching.plan import Plan
from matching.services import answers, arrange, review, runs
from matching.services.alternates import fill_due
from matching.services.arrange import arrange as of_run
from matching.services.proposals import Found
from matching.states import MatchState, Origin, RunOrigin, RunState
from opportunities.models import Opportunity
from scenemarket.errors import Invalid, NotAllowed, WrongState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory, OrganisationFactory, RunFactory, pushed_match
from tests.factories import reviewer as reviewer_of
from tests.matching.working import swept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def run() -> MatchRun:
    """A finished run over six opportunities and eight firms; all want the first firms."""
    run = RunFactory(state=RunState.READY, engine_settings=Plan(least_score=40, fairness=0).as_settings())
    needs = OpportunityFactory.create_batch(6, handles_at_most=3)
    offers = [CapabilityFactory(owner=OrganisationFactory(weekly_cap=6)) for _ in range(8)]
    for side, rows in (("opportunity", needs), ("capability", offers)):
        Scored.objects.bulk_create(Scored(kind=side, city=CITY, listing_id=row.pk, version=row.version) for row in rows)
    RunPair.objects.bulk_create(
        RunPair(run=run, opportunity=need, capability=offer, score=90 - 5 * j - i, rank_for_opportunity=j + 1, eligible=True)
        for i, need in enumerate(needs) for j, offer in enumerate(offers)
    )  # fmt: skip
    return run


def proposed() -> set[tuple[int, int]]:
    rows = Match.objects.filter(state=MatchState.PROPOSED)
    return set(rows.values_list("opportunity_id", "capability_id"))


def loads() -> Counter[int]:
    return Counter(capability for _opportunity, capability in proposed())


def found(run: MatchRun) -> list[Found]:
    pairs = run.pairs.order_by("pk")
    return [
        Found(p.opportunity_id, p.capability_id, 1, 1, float(p.score), p.rank_for_opportunity, None, p.eligible)
        for p in pairs
    ]


def test_a_run_puts_forward_the_best_within_what_each_opportunity_handles(run: MatchRun) -> None:
    chosen = of_run(run, found(run), Plan.of(run))
    assert Counter(f.opportunity for f in chosen) == dict.fromkeys(Opportunity.objects.values_list("pk", flat=True), 3)
    assert {f.rank_for_opportunity for f in chosen} == {1, 2, 3}
    assert Arrangement.objects.get().effect["pairs"] == 18


def test_a_run_counts_what_firms_were_sent_and_will_be_sent(run: MatchRun, cast: Cast) -> None:
    first = run.pairs.order_by("-score")[0].capability
    pushed_match(capability=first)
    Match.objects.create(opportunity=OpportunityFactory(), capability=first, opportunity_version=1, capability_version=1,
                         score=80, state=MatchState.APPROVED)  # fmt: skip
    Organisation.objects.filter(pk=first.owner_id).update(weekly_cap=4)
    chosen = of_run(run, found(run), Plan.of(run))
    assert sum(f.capability == first.pk for f in chosen) == 2


def test_a_run_leaves_firms_alone_that_switched_suggestions_off(run: MatchRun) -> None:
    first = run.pairs.order_by("-score")[0].capability
    Organisation.objects.filter(pk=first.owner_id).update(suggestions_on=False)
    assert first.pk not in {f.capability for f in of_run(run, found(run), Plan.of(run))}


def test_a_run_never_puts_a_pair_forward_that_is_barred_decided_or_too_low(run: MatchRun, cast: Cast) -> None:
    barred, excluded, low = run.pairs.order_by("-score")[:3]
    RunPair.objects.filter(pk=barred.pk).update(eligible=False)
    RunPair.objects.filter(pk=low.pk).update(score=39)
    Match.objects.create(opportunity=excluded.opportunity, capability=excluded.capability, opportunity_version=1,
                         capability_version=1, score=80, state=MatchState.EXCLUDED, exclusion="irrelevant")  # fmt: skip
    chosen = {(f.opportunity, f.capability) for f in of_run(run, found(run), Plan.of(run))}
    assert not chosen & {(p.opportunity_id, p.capability_id) for p in (barred, excluded, low)}
    assert len(chosen) == 18


def test_a_run_keeps_what_waits_with_a_reviewers_words(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    noted = Match.objects.order_by("score")[0]
    review.write_note(noted, by=cast.reviewer, note="请先看现场")
    Opportunity.objects.update(handles_at_most=1)
    again = RunFactory(engine_settings=run.engine_settings)
    chosen = of_run(again, found(run), Plan.of(again))
    assert (noted.opportunity_id, noted.capability_id) in {(f.opportunity, f.capability) for f in chosen}
    assert set(Counter(f.opportunity for f in chosen).values()) == {1}


def test_the_slider_spreads_what_firms_get_and_moved_back_brings_all_back(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    plain, uneven = proposed(), loads()
    assert sorted(uneven.values()) == [6, 6, 6]
    arrange.apply(run, fairness=1, by=cast.reviewer)
    assert sorted(loads().values()) == [3, 3, 3, 3, 3, 3]
    arrange.apply(run, fairness=0, by=cast.reviewer)
    assert proposed() == plain


def test_the_slider_is_logged_with_what_came_and_went(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    choice = arrange.apply(run, fairness=1, by=cast.reviewer)
    event = Event.objects.filter(verb="run.arranged").latest("pk")
    assert (event.from_state, event.to_state, event.data["going"]) == ("0", "1", str(choice.going))
    assert choice.coming == choice.going > 0
    assert Event.objects.filter(verb="match.superseded").count() == choice.going
    assert list(run.arrangements.values_list("fairness", "by")) == [(1, cast.reviewer.pk), (0, cast.reviewer.pk)]


def test_the_preview_says_what_applying_does_and_changes_nothing(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    before = proposed()
    shown = arrange.preview(run, 1)
    assert proposed() == before
    assert (shown.now.effect.seen, shown.then.effect.seen, shown.now.effect.most) == (3, 6, 6)
    assert shown == arrange.apply(run, fairness=1, by=cast.reviewer)
    assert arrange.preview(run, 1).now.effect == shown.then.effect


def test_the_slider_leaves_what_people_put_a_hand_to(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    approved, excluded, noted = Match.objects.order_by("pk")[:3]
    review.approve(approved, by=cast.reviewer)
    review.exclude(excluded, by=cast.reviewer, exclusion="irrelevant")
    review.write_note(noted, by=cast.reviewer, note="请先看现场")
    arrange.apply(run, fairness=1, by=cast.reviewer)
    states = [Match.objects.get(pk=m.pk).state for m in (approved, excluded, noted)]
    assert states == [MatchState.APPROVED, MatchState.EXCLUDED, MatchState.PROPOSED]
    taken = Counter(Match.objects.exclude(state__in=["excluded", "superseded"]).values_list("opportunity", flat=True))
    assert set(taken.values()) == {3}


def test_the_slider_is_the_reviewers_and_for_the_newest_run_only(run: MatchRun, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        arrange.apply(run, fairness=1, by=cast.owner)
    with pytest.raises(Invalid):
        arrange.apply(run, fairness=1.5, by=cast.reviewer)
    RunFactory(state=RunState.READY)
    with pytest.raises(WrongState):
        arrange.apply(run, fairness=1, by=cast.reviewer)
    assert not Match.objects.exists()


def test_the_slider_passes_over_listings_that_changed_since(run: MatchRun, cast: Cast) -> None:
    pair = run.pairs.order_by("-score")[0]
    Opportunity.objects.filter(pk=pair.opportunity_id).update(version=2)
    arrange.apply(run, fairness=0, by=cast.reviewer)
    assert pair.opportunity_id not in {o for o, _c in proposed()}


def test_the_next_in_line_comes_when_the_reviewer_excludes(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    gone = Match.objects.order_by("-score")[0]
    review.exclude(gone, by=cast.reviewer, exclusion="irrelevant")
    assert fill_due() == 1
    came = Vacancy.objects.get().for_opportunity
    assert came is not None
    assert (came.opportunity_id, came.state, came.rank_for_opportunity, came.origin) == (
        gone.opportunity_id, MatchState.PROPOSED, 4, Origin.ENGINE,
    )  # fmt: skip
    assert Event.objects.get(verb="match.alternate").data["instead"] == gone.public_id
    assert fill_due() == 0


def test_taking_an_exclusion_back_sends_the_alternate_back_into_the_line(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    before, gone = proposed(), Match.objects.order_by("-score")[0]
    review.exclude(gone, by=cast.reviewer, exclusion="irrelevant")
    fill_due()
    gone.refresh_from_db()
    review.undo(gone, by=cast.reviewer)
    assert proposed() == before
    assert not Vacancy.objects.exists()


def test_the_firm_that_lost_one_gets_its_next_one_when_there_is_room(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    gone = Match.objects.order_by("-score")[0]
    Match.objects.filter(opportunity=gone.opportunity).exclude(pk=gone.pk).delete()
    Opportunity.objects.filter(pk=gone.opportunity_id).update(handles_at_most=1)
    spare = OpportunityFactory(handles_at_most=1)
    Scored.objects.create(kind="opportunity", city=CITY, listing_id=spare.pk, version=1)
    RunPair.objects.create(run=run, opportunity=spare, capability=gone.capability, score=60, rank_for_capability=7)
    review.exclude(gone, by=cast.reviewer, exclusion="irrelevant")
    assert fill_due() == 2
    vacancy = Vacancy.objects.select_related("for_firm", "for_opportunity").get()
    assert vacancy.for_firm.opportunity == spare
    assert vacancy.for_opportunity.opportunity == gone.opportunity


@pytest.mark.parametrize("why", ["declined", "expired"])
def test_the_next_in_line_comes_when_a_side_declines_or_lets_it_pass(run: MatchRun, cast: Cast, why: str) -> None:
    need, offer = run.pairs.order_by("-score")[0].opportunity, run.pairs.order_by("-score")[0].capability
    Opportunity.objects.filter(pk=need.pk).update(owner=cast.agency, handles_at_most=1)
    match = pushed_match(opportunity=Opportunity.objects.get(pk=need.pk), capability=offer, run=run)
    if why == "declined":
        answers.decline(match, side="opportunity", by=cast.owner, reason="not_needed")
    else:
        Answer.objects.update(due_at=timezone.now() - timedelta(days=1))
        answers.expire_due()
    assert fill_due() >= 1
    assert Vacancy.objects.get().for_opportunity.opportunity == need
    assert Match.objects.filter(opportunity=need, state=MatchState.PROPOSED).count() == 1


def test_no_alternate_comes_beyond_what_the_opportunity_handles_or_the_firm_wants(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    gone = Match.objects.order_by("-score")[0]
    Opportunity.objects.update(handles_at_most=2)
    review.exclude(gone, by=cast.reviewer, exclusion="irrelevant")
    assert fill_due() == 0
    Opportunity.objects.update(handles_at_most=3)
    Organisation.objects.update(weekly_cap=0)
    other = Match.objects.filter(state=MatchState.PROPOSED).order_by("-score")[0]
    review.exclude(other, by=cast.reviewer, exclusion="irrelevant")
    assert fill_due() == 0


def test_what_a_side_put_forward_itself_leaves_no_vacancy(run: MatchRun, cast: Cast) -> None:
    match = pushed_match(origin=Origin.FIRM, opportunity=OpportunityFactory(owner=cast.agency))
    answers.decline(match, side="opportunity", by=cast.owner, reason="not_needed")
    assert not Vacancy.objects.exists()


def test_a_late_newcomer_takes_the_place_of_the_weakest_that_waits(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    need = Match.objects.order_by("-score")[0].opportunity
    newcomer = CapabilityFactory(owner=OrganisationFactory(weekly_cap=6))
    late = RunFactory(
        state=RunState.RUNNING, origin=RunOrigin.INCREMENT, listing_kind="capability", listing_id=newcomer.pk
    )
    pairs = [Found(need.pk, newcomer.pk, 1, 1, 88.5, None, 1, True)]
    assert of_run(late, pairs, Plan.of(late)) == pairs
    Match.objects.create(
        opportunity=need, capability=newcomer, run=late, score=88.5, opportunity_version=1, capability_version=1
    )
    assert arrange.make_room(late) == 1
    kept = Match.objects.filter(opportunity=need, state=MatchState.PROPOSED).order_by("-score")
    assert [round(m.score) for m in kept] == [90, 88, 85]
    weak = [Found(need.pk, CapabilityFactory().pk, 1, 1, 45.0, None, 1, True)]
    assert of_run(late, weak, Plan.of(late)) == []


def test_what_the_slider_brings_gets_its_parts_from_the_next_sweep(cast: Cast) -> None:
    OpportunityFactory.create_batch(3, handles_at_most=1)
    CapabilityFactory.create_batch(3)
    swept()
    run = MatchRun.objects.get()
    Opportunity.objects.update(handles_at_most=3)
    arrange.apply(run, fairness=0, by=cast.reviewer)
    assert Match.objects.filter(parts=[]).count() == 6
    swept()
    for match in Match.objects.all():
        assert sum(part["earned"] or 0 for part in match.parts) == pytest.approx(float(match.score), abs=1e-5)


def test_the_next_run_finds_the_slider_where_it_was_left(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0.9, by=cast.reviewer)
    assert Plan.of(runs.start_run(city=CITY, by=cast.reviewer)).fairness == 0.9
    assert Plan.of(runs.start_run(city="310000", by=reviewer_of("310000"))).fairness == Plan().fairness


def test_nothing_of_an_older_text_comes_while_a_run_is_under_way(run: MatchRun, cast: Cast) -> None:
    arrange.apply(run, fairness=0, by=cast.reviewer)
    review.exclude(Match.objects.order_by("-score")[0], by=cast.reviewer, exclusion="irrelevant")
    coming = runs.start_run(city=CITY, by=cast.reviewer)
    assert fill_due() == 0
    with pytest.raises(WrongState):
        arrange.apply(run, fairness=1, by=cast.reviewer)
    MatchRun.objects.filter(pk=coming.pk).update(state=RunState.FAILED)
    assert fill_due() == 1
