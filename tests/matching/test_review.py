"""What a reviewer decides."""

import pytest

from activity.models import Event
from matching.models import Match
from matching.services import review
from matching.states import MatchState
from scenemarket.errors import Invalid, NotAllowed, WrongState
from tests.conftest import Cast
from tests.factories import CapabilityFactory, MatchFactory, OrganisationFactory, pushed_match
from tests.factories import reviewer as reviewer_of

pytestmark = pytest.mark.django_db


def test_it_approves_with_one_log_row(proposed: Match, cast: Cast) -> None:
    review.approve(proposed, by=cast.reviewer, note="  请先看  第三节 ")
    event = Event.objects.get(verb="match.approved", subject_id=proposed.public_id)
    assert (proposed.state, proposed.note, proposed.decided_by) == ("approved", "请先看 第三节", cast.reviewer)
    assert (event.from_state, event.to_state, event.actor_id) == ("proposed", "approved", cast.reviewer.pk)
    assert set(event.organisations) == {cast.agency.public_id, cast.firm.public_id}


@pytest.mark.parametrize("name", ["owner", "colleague", "counterpart", "stranger"])
def test_it_is_only_for_reviewers(proposed: Match, cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        review.approve(proposed, by=cast.user(name))
    assert Match.objects.get(pk=proposed.pk).state == MatchState.PROPOSED


def test_it_is_not_for_the_reviewer_of_another_city(proposed: Match) -> None:
    with pytest.raises(NotAllowed):
        review.approve(proposed, by=reviewer_of(city="990200"))


def test_it_lets_the_first_of_two_reviewers_win(proposed: Match, cast: Cast, codes: None) -> None:
    seen_before = Match.objects.get(pk=proposed.pk)
    review.approve(proposed, by=cast.reviewer)
    with pytest.raises(WrongState):
        review.exclude(seen_before, by=cast.reviewer, exclusion="irrelevant")
    assert Match.objects.get(pk=proposed.pk).state == MatchState.APPROVED


def test_it_excludes_only_with_a_known_reason(proposed: Match, cast: Cast, codes: None) -> None:
    for bad in ("", "nonsense", "other"):
        with pytest.raises(Invalid):
            review.exclude(proposed, by=cast.reviewer, exclusion=bad)
    review.exclude(proposed, by=cast.reviewer, exclusion="other", reason="已有长期合作")
    assert (proposed.state, proposed.exclusion, proposed.reason) == ("excluded", "other", "已有长期合作")


@pytest.mark.parametrize("decision", ["approve", "exclude"])
def test_it_takes_a_decision_back_until_release(proposed: Match, cast: Cast, codes: None, decision: str) -> None:
    extra = {"exclusion": "irrelevant"} if decision == "exclude" else {}
    getattr(review, decision)(proposed, by=cast.reviewer, **extra)
    review.undo(proposed, by=cast.reviewer)
    assert (proposed.state, proposed.decided_at, proposed.exclusion) == ("proposed", None, "")


def test_it_takes_nothing_back_once_pushed(cast: Cast, match: Match) -> None:
    with pytest.raises(WrongState):
        review.undo(match, by=cast.reviewer)


def test_it_writes_the_words_until_release(match: Match, cast: Cast) -> None:
    review.write_note(MatchFactory(), by=cast.reviewer, note="可现场踏勘")
    with pytest.raises(WrongState):
        review.write_note(match, by=cast.reviewer, note="太迟")


def test_it_refuses_words_that_are_too_long(proposed: Match, cast: Cast) -> None:
    with pytest.raises(Invalid):
        review.write_note(proposed, by=cast.reviewer, note="长" * 201)


def test_it_leaves_conflicts_and_decided_pairs_out_of_bulk(cast: Cast, proposed: Match) -> None:
    conflict, pushed = MatchFactory(conflict=True), pushed_match()
    done, left_out = review.approve_many(Match.objects.all(), by=cast.reviewer)
    assert done == 1
    assert {m.pk for m, _why in left_out} == {conflict.pk, pushed.pk}
    assert all(str(why) for _m, why in left_out)


def test_it_excludes_many_for_one_reason(cast: Cast, codes: None) -> None:
    firm = OrganisationFactory()
    matches = [MatchFactory(capability=CapabilityFactory(owner=firm)) for _ in range(3)]
    done, left_out = review.exclude_many(Match.objects.all(), by=cast.reviewer, exclusion="firm_risk")
    assert (done, left_out) == (3, [])
    assert Event.objects.filter(verb="match.excluded").count() == len(matches)
