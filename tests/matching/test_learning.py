"""Decisions become training rows; a ranker is trained, offered when proven, switched on and back."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from activity.models import Event, Notice
from deals import services as deals
from deals.models import Deal
from matching.engine import learning as engine
from matching.models import Answer, Match, MatchRun, Ranker, RunPair
from matching.plan import Plan
from matching.services import answers, explain, learning, rankers, runs
from matching.states import AnswerState, MatchState, RankerState, Side
from scenemarket.errors import NotAllowed, WrongState
from scenemarket.leases import MAX_ATTEMPTS, WorkState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, MatchFactory, OpportunityFactory, RankerFactory
from tests.matching.working import work_all

pytestmark = pytest.mark.django_db
NOW = timezone.now()
S = MatchState


def decided(state: str, said: dict[str, tuple[str, str]] | None = None, **values: Any) -> Match:
    """A match in a state, with what its sides said: {side: (state, reason)}."""
    match = MatchFactory(state=state, decided_at=NOW, pushed_at=NOW, **values)
    for side, (answer, reason) in (said or {}).items():
        Answer.objects.create(
            match=match, side=side, due_at=NOW, state=answer, reason=reason,
            answered_at=None if answer in (AnswerState.WAITING, AnswerState.EXPIRED) else NOW,
        )  # fmt: skip
    return match


YES, WAITS = (AnswerState.ACCEPTED, ""), (AnswerState.WAITING, "")


@pytest.mark.parametrize(
    ("state", "values", "said", "grade"),
    [
        (S.EXCLUDED, {"exclusion": "irrelevant"}, {}, (0, 1.0)),
        (S.EXCLUDED, {"exclusion": "word_trap"}, {}, (0, 1.0)),
        (S.EXCLUDED, {"exclusion": "condition"}, {}, (0, 0.5)),
        (S.EXCLUDED, {"exclusion": "duplicate"}, {}, None),
        (S.EXCLUDED, {"exclusion": "conflict"}, {}, None),
        (S.EXCLUDED, {"exclusion": "overload"}, {}, None),
        (S.APPROVED, {}, {}, (1, 1.0)),
        (S.EXPIRED, {}, {}, (1, 0.5)),
        (S.PUSHED, {}, {"opportunity": YES, "capability": WAITS}, (2, 1.0)),
        (S.DECLINED, {}, {"opportunity": (AnswerState.DECLINED, "not_needed"), "capability": YES}, (0, 1.0)),
        (S.DECLINED, {}, {"capability": (AnswerState.DECLINED, "cannot_deliver")}, (0, 0.5)),
        (S.DECLINED, {}, {"capability": (AnswerState.DECLINED, "no_capacity")}, (1, 1.0)),
        (S.DECLINED, {}, {"opportunity": (AnswerState.DECLINED, "no_budget"), "capability": YES}, (2, 1.0)),
        (S.AGREED, {"agreed_at": NOW}, {"opportunity": YES, "capability": YES}, (3, 1.0)),
        (S.AGREED, {"agreed_at": NOW, "landed_at": NOW}, {"opportunity": YES, "capability": YES}, (3, 2.0)),
        (S.PROPOSED, {}, {}, None),
        (S.WITHDRAWN, {}, {}, None),
    ],
)
def test_it_reads_what_a_decision_says(state: str, values: Any, said: Any, grade: Any) -> None:
    decided(state, said, **values)
    assert [(found.grade, found.weight) for found in learning.decisions(CITY)] == ([grade] if grade else [])


def test_it_hears_from_the_deal_that_a_pair_has_landed(match: Match, cast: Cast) -> None:
    for side, by in (("opportunity", cast.owner), ("capability", cast.counterpart)):
        answers.accept(match, side=side, by=by)
    deals.open_due()
    deal = Deal.objects.get()
    day = timezone.localdate()
    for to in ("piloting", "contracted", "landed"):
        proof = {"words": "已验收", "day": day, "contract_number": "HT-1", "amount_wan": 10}
        deals.advance(deal, to=to, by=cast.owner, evidence=proof)
    match.refresh_from_db()
    assert match.landed_at is not None
    assert [(d.grade, d.weight) for d in learning.decisions(CITY)] == [(3, 2.0)]


def test_it_counts_only_opportunities_whose_decisions_differ() -> None:
    both, alike = OpportunityFactory.create_batch(2)
    decided(S.APPROVED, opportunity=both), decided(S.EXCLUDED, opportunity=both, exclusion="irrelevant")
    decided(S.APPROVED, opportunity=alike), decided(S.APPROVED, opportunity=alike)
    assert learning.judged(learning.decisions(CITY)) == 1


def test_it_refuses_to_learn_from_too_little_and_from_strangers(cast: Cast) -> None:
    with pytest.raises(WrongState) as refused:
        learning.start_training(CITY, by=cast.reviewer)
    assert "50" in str(refused.value.sentence)
    with pytest.raises(NotAllowed):
        learning.start_training(CITY, by=cast.owner)
    assert not Ranker.objects.exists()


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for what is taught here."""
    monkeypatch.setattr(engine, "ROUNDS", 20)


@pytest.fixture
def taught(cast: Cast) -> MatchRun:
    """A run over 52 opportunities whose reviewers like just those firms that the fixed weights put last."""
    OpportunityFactory.create_batch(52)
    liked = CapabilityFactory.create_batch(2, trl=None, price_min_wan=None, price_max_wan=None)
    CapabilityFactory.create_batch(3)
    run = runs.start_run(city=CITY, by=cast.reviewer, plan=Plan(least_score=0))
    work_all()
    Match.objects.all().delete()
    Match.objects.bulk_create(
        Match(
            opportunity=pair.opportunity, capability=pair.capability, score=pair.score, run=run, decided_at=NOW, decided_by=cast.reviewer,
            opportunity_version=pair.opportunity.version, capability_version=pair.capability.version,
            **({"state": S.APPROVED} if pair.capability in liked else {"state": S.EXCLUDED, "exclusion": "irrelevant"}),
        )
        for pair in RunPair.objects.filter(run=run).select_related("opportunity", "capability")
    )  # fmt: skip
    run.refresh_from_db()
    return run


def trained(cast: Cast) -> Ranker:
    ranker = learning.start_training(CITY, by=cast.reviewer)
    assert learning.train(ranker.pk)
    ranker.refresh_from_db()
    return ranker


def test_it_trains_once_and_offers_what_is_proven(taught: MatchRun, cast: Cast) -> None:
    RankerFactory(state=RankerState.TRAINED)
    ranker = learning.start_training(CITY, by=cast.reviewer)
    with pytest.raises(WrongState):
        learning.start_training(CITY, by=cast.reviewer)
    assert [learning.train(ranker.pk), learning.train(ranker.pk)] == [True, False]
    ranker.refresh_from_db()
    assert (ranker.state, ranker.opportunities, ranker.model_id) == (RankerState.OFFERED, 52, taught.model_id)
    gain = ranker.figures["kinds"][ranker.kind]["gain"]
    assert 0 < gain["low"] <= gain["value"] <= gain["high"]
    assert Notice.objects.get(kind="ranker.offered").recipient == cast.reviewer
    assert ranker.changes["run"] == taught.public_id
    assert Event.objects.get(verb="ranker.off").from_state == RankerState.TRAINED
    assert ranker.changes["up"] > 0
    assert MatchRun.objects.count() == 1


def test_it_changes_nothing_until_it_is_switched_on_and_back_again(taught: MatchRun, cast: Cast) -> None:
    ranker = trained(cast)
    pairs = ("opportunity", "capability", "score", "rank_for_opportunity", "rank_for_capability")
    on = learning.switch_on(ranker, by=cast.reviewer)
    work_all()
    off = learning.switch_off(ranker, by=cast.reviewer)
    work_all()
    assert on is not None
    assert off is not None
    assert set(on.pairs.values_list(*pairs)) != set(taught.pairs.values_list(*pairs))
    assert set(off.pairs.values_list(*pairs)) == set(taught.pairs.values_list(*pairs))
    ranker.refresh_from_db()
    assert (ranker.state, ranker.switched_on_by, ranker.switched_off_by) == (
        RankerState.OFFERED,
        cast.reviewer,
        cast.reviewer,
    )
    verbs = Event.objects.filter(subject_kind="ranker", actor_id=cast.reviewer.pk).values_list("verb", flat=True)
    assert set(verbs) == {"ranker.queued", "ranker.on", "ranker.off"}


def test_its_points_are_a_part_so_that_parts_add_up_and_ranks_follow(taught: MatchRun, cast: Cast) -> None:
    ranker = trained(cast)
    Match.objects.all().delete()
    run = learning.switch_on(ranker, by=cast.reviewer)
    work_all()
    assert run is not None
    assert run.engine_settings["ranker"] == ranker.public_id
    for match in Match.objects.filter(run=run):
        assert match.parts[-1]["code"] == rankers.LEARNED
        assert sum(part["earned"] or 0 for part in match.parts) == pytest.approx(float(match.score), abs=1e-6)
    rows = RunPair.objects.filter(run=run).order_by("opportunity", "rank_for_opportunity")
    ranks = list(rows.values_list("opportunity", "rank_for_opportunity", "score", "capability__trl"))
    assert [rank for _o, rank, _s, _t in ranks] == [1, 2, 3, 4, 5] * 52
    assert all(trl is None for _o, rank, _s, trl in ranks if rank <= 2)
    scores = [score for _o, _r, score, _t in ranks]
    assert all(scores[n] >= scores[n + 1] for n in range(len(scores) - 1) if (n + 1) % 5)


def test_an_increment_and_an_explanation_say_the_same_as_the_run(taught: MatchRun, cast: Cast) -> None:
    run = learning.switch_on(trained(cast), by=cast.reviewer)
    work_all()
    pair = RunPair.objects.filter(run=run).select_related("opportunity__owner", "capability__owner").first()
    assert pair is not None
    told = explain.explain(pair.opportunity, pair.capability)
    assert told.score == pytest.approx(float(pair.score), abs=1e-6)
    assert sum(part.earned or 0 for part in told.parts) == pytest.approx(told.score, abs=1e-6)
    assert told.parts[-1].code == rankers.LEARNED
    assert explain.pair_values(pair.opportunity, pair.capability)["score"] == pytest.approx(told.score, abs=1e-6)
    again = runs.queue_increment(Side.OPPORTUNITY, pair.opportunity_id, pair.opportunity.version, CITY, run.model_id)
    work_all()
    columns = ("capability", "score", "rank_for_opportunity")
    assert set(again.pairs.values_list(*columns)) == set(
        run.pairs.filter(opportunity=pair.opportunity).values_list(*columns)
    )


def test_a_run_with_another_model_goes_without_it(taught: MatchRun, cast: Cast) -> None:
    ranker = trained(cast)
    Ranker.objects.filter(pk=ranker.pk).update(model_id="another")
    run = learning.switch_on(ranker, by=cast.reviewer)
    work_all()
    assert run is not None
    assert rankers.of_run(run) is None
    assert set(run.pairs.values_list("opportunity", "capability", "score")) == set(
        taught.pairs.values_list("opportunity", "capability", "score")
    )


def test_a_run_too_big_for_it_goes_by_the_fixed_weights_and_says_so(
    taught: MatchRun, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rankers, "MOST_PAIRS", 10)
    run = learning.switch_on(trained(cast), by=cast.reviewer)
    work_all()
    assert run is not None
    run.refresh_from_db()
    assert "ranker" not in run.engine_settings
    assert set(run.pairs.values_list("score")) == set(taught.pairs.values_list("score"))


def test_what_is_not_better_is_kept_and_not_offered(taught: MatchRun, cast: Cast) -> None:
    chance = np.random.default_rng(1)
    for match in Match.objects.all():
        excluded = bool(chance.integers(0, 2))
        match.state, match.exclusion = (S.EXCLUDED, "irrelevant") if excluded else (S.APPROVED, "")
        match.save(update_fields=["state", "exclusion"])
    for number, opportunity in enumerate(Match.objects.values_list("opportunity", flat=True).distinct()):
        some = Match.objects.filter(opportunity=opportunity).order_by("pk")
        some.filter(pk__in=[some[number % 5].pk]).update(state=S.EXCLUDED, exclusion="irrelevant")
        some.filter(pk__in=[some[(number + 1) % 5].pk]).update(state=S.APPROVED, exclusion="")
    ranker = trained(cast)
    assert ranker.state == RankerState.TRAINED
    with pytest.raises(WrongState):
        learning.switch_on(ranker, by=cast.reviewer)
    assert not Ranker.objects.in_use(CITY)


def test_it_trains_at_night_once_and_again_only_with_more_decisions(taught: MatchRun) -> None:
    assert learning.sweep() == [Ranker.objects.get().pk]
    assert learning.sweep() == []
    ranker = Ranker.objects.get()
    assert learning.train(ranker.pk)
    Ranker.objects.update(at=NOW - timedelta(days=3), night=None)
    assert learning.sweep() == []
    Ranker.objects.update(decisions=10)
    assert len(learning.sweep()) == 1
    assert Ranker.objects.count() == 2


def test_a_killed_training_is_taken_up_again_and_set_aside_in_the_end(taught: MatchRun, cast: Cast) -> None:
    ranker = learning.start_training(CITY, by=cast.reviewer)
    Ranker.objects.filter(pk=ranker.pk).claim()
    assert not learning.train(ranker.pk)
    gone = {"lease_until": timezone.now() - timedelta(seconds=1), "nudged_at": None}
    Ranker.objects.filter(pk=ranker.pk).update(**gone)
    assert learning.sweep() == [ranker.pk]
    Ranker.objects.filter(pk=ranker.pk).update(attempts=MAX_ATTEMPTS, **gone)
    assert not learning.train(ranker.pk)
    learning.sweep()
    ranker.refresh_from_db()
    assert (ranker.work_state, ranker.state) == (WorkState.DEAD, RankerState.FAILED)
    assert Event.objects.filter(verb="ranker.failed").count() == 1


def test_one_ranker_is_in_use_for_a_city(taught: MatchRun, cast: Cast) -> None:
    first = trained(cast)
    learning.switch_on(first, by=cast.reviewer)
    work_all()
    second = trained(cast)
    learning.switch_on(second, by=cast.reviewer)
    first.refresh_from_db()
    assert (first.state, Ranker.objects.in_use(CITY)) == (RankerState.RETIRED, second.public_id)
    assert json.loads(second.text)["kind"] in engine.FITS


def test_only_reviewers_switch_it(taught: MatchRun, cast: Cast) -> None:
    ranker = trained(cast)
    for name in ("owner", "counterpart", "stranger"):
        with pytest.raises(NotAllowed):
            learning.switch_on(ranker, by=cast.user(name))
