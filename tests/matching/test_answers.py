"""What the two sides say."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from activity.models import Event, Notice
from listings.services import close, edit, pause
from listings.states import CloseReason
from matching.models import Answer, Match
from matching.services import answers, release, review
from matching.states import MatchState, Origin
from scenemarket.errors import Invalid, NotAllowed, WrongState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, MatchFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
OPEN = [MatchState.PROPOSED, MatchState.APPROVED, MatchState.SUPERSEDED, MatchState.WITHDRAWN, MatchState.EXPIRED]


def both_accept(match: Match, cast: Cast) -> Match:
    answers.accept(match, side="opportunity", by=cast.owner)
    return answers.accept(match, side="capability", by=cast.counterpart)


def test_it_is_agreed_when_both_have_accepted(match: Match, cast: Cast) -> None:
    assert answers.accept(match, side="capability", by=cast.counterpart).state == MatchState.PUSHED
    now = answers.accept(match, side="opportunity", by=cast.owner)
    assert (now.state, now.agreed_at is not None) == (MatchState.AGREED, True)
    assert Event.objects.filter(verb="match.agreed", from_state="pushed").count() == 1
    assert Event.objects.filter(verb="answer.accepted").count() == 2


@pytest.mark.parametrize(("name", "side"), [
    ("colleague", "opportunity"), ("counterpart", "opportunity"), ("owner", "capability"), ("stranger", "capability"),
    ("reviewer", "opportunity"), ("nobody", "capability"),
])  # fmt: skip
def test_it_takes_answers_from_the_own_side_only(match: Match, cast: Cast, name: str, side: str) -> None:
    with pytest.raises(NotAllowed):
        answers.accept(match, side=side, by=cast.user(name))


def test_it_counts_an_answer_once(match: Match, cast: Cast, codes: None) -> None:
    answers.accept(match, side="capability", by=cast.counterpart)
    with pytest.raises(WrongState):
        answers.accept(match, side="capability", by=cast.counterpart)
    with pytest.raises(WrongState):
        answers.decline(match, side="capability", by=cast.counterpart, reason="no_capacity")


@pytest.mark.parametrize("change", ["pause", "edit", "close"])
def test_it_takes_no_yes_for_a_listing_that_changed(match: Match, cast: Cast, change: str) -> None:
    if change == "pause":
        pause(match.opportunity, by=cast.owner)
    elif change == "edit":
        edit(match.capability, by=cast.counterpart, values={"summary": "换了说法"})
    else:
        close(match.opportunity, by=cast.owner, reason=CloseReason.WITHDRAWN)
    with pytest.raises(WrongState):
        answers.accept(match, side="opportunity", by=cast.owner)


def test_it_tells_the_other_side_kindly_and_without_the_reason(match: Match, cast: Cast, codes: None) -> None:
    answers.decline(match, side="capability", by=cast.counterpart, reason="other", words="价格太低，不考虑")
    notice = Notice.objects.get(kind="match.declined")
    assert notice.recipient == cast.owner
    assert "价格" not in notice.body + notice.title
    match.refresh_from_db()
    assert match.state == MatchState.DECLINED
    assert set(match.answers.values_list("side", "state")) == {("capability", "declined"), ("opportunity", "expired")}


def test_it_declines_only_with_a_reason_of_that_side(match: Match, cast: Cast, codes: None) -> None:
    for bad in ("", "no_budget", "other"):
        with pytest.raises(Invalid):
            answers.decline(match, side="capability", by=cast.counterpart, reason=bad)


def test_it_takes_no_answer_after_the_due_date(match: Match, cast: Cast) -> None:
    Answer.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WrongState):
        answers.accept(match, side="capability", by=cast.counterpart)


def test_it_expires_what_one_side_left_lying_and_tells_both(match: Match, cast: Cast) -> None:
    answers.accept(match, side="capability", by=cast.counterpart)
    Answer.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert (answers.expire_due(), answers.expire_due()) == (1, 0)
    match.refresh_from_db()
    assert match.state == MatchState.EXPIRED
    assert {n.recipient for n in Notice.objects.filter(kind="match.expired")} == {cast.owner, cast.counterpart}


def test_it_reminds_each_waiting_side_once(match: Match, cast: Cast) -> None:
    assert answers.remind_due() == 0
    Answer.objects.update(due_at=timezone.now() + timedelta(days=1))
    answers.accept(match, side="opportunity", by=cast.owner)
    assert (answers.remind_due(), answers.remind_due()) == (1, 0)
    assert Notice.objects.get(kind="match.reminder").recipient == cast.counterpart


def test_it_invites_with_the_own_side_accepted(cast: Cast, opportunity: object, capability: object) -> None:
    match = answers.invite(opportunity=opportunity, capability=capability, by=cast.owner, words="想请贵单位来看现场")
    assert (match.state, match.origin, match.decided_by) == (MatchState.PUSHED, Origin.AGENCY, None)
    assert dict(match.answers.values_list("side", "state")) == {"opportunity": "accepted", "capability": "waiting"}
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("match.invited", cast.counterpart)
    assert "想请贵单位来看现场" in notice.body


def test_it_applies_and_the_agency_only_has_to_say_yes(cast: Cast, opportunity: object, capability: object) -> None:
    match = answers.apply(opportunity=opportunity, capability=capability, by=cast.counterpart)
    assert (match.origin, Notice.objects.get().recipient) == (Origin.FIRM, cast.owner)
    assert answers.accept(match, side="opportunity", by=cast.owner).state == MatchState.AGREED


def test_it_agrees_when_an_invitation_meets_an_application(cast: Cast, opportunity: object, capability: object) -> None:
    answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)
    assert answers.apply(opportunity=opportunity, capability=capability, by=cast.counterpart).state == MatchState.AGREED


@pytest.mark.parametrize("state", OPEN)
def test_it_takes_up_what_nobody_decided_against(
    cast: Cast, opportunity: object, capability: object, state: str
) -> None:
    MatchFactory(opportunity=opportunity, capability=capability, state=state)
    match = answers.apply(opportunity=opportunity, capability=capability, by=cast.counterpart)
    assert (match.state, match.origin, Match.objects.count()) == (MatchState.PUSHED, Origin.FIRM, 1)


@pytest.mark.parametrize("state", ["excluded", "declined", "agreed"])
def test_it_respects_what_was_decided(cast: Cast, opportunity: object, capability: object, state: str) -> None:
    now = timezone.now()
    MatchFactory(opportunity=opportunity, capability=capability, state=state, exclusion="conflict", pushed_at=now)
    with pytest.raises(WrongState):
        answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)
    assert not Notice.objects.exists()


def test_it_asks_nobody_about_listings_that_are_not_open(cast: Cast, opportunity: object, capability: object) -> None:
    pause(capability, by=cast.counterpart)
    capability.refresh_from_db()
    with pytest.raises(WrongState):
        answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)


def test_it_is_no_use_to_invite_oneself(cast: Cast, opportunity: object) -> None:
    with pytest.raises(NotAllowed):
        answers.invite(opportunity=opportunity, capability=CapabilityFactory(owner=cast.agency), by=cast.owner)


def test_it_lets_nobody_apply_for_others(cast: Cast, opportunity: object, capability: object) -> None:
    for name in ("stranger", "owner", "colleague", "reviewer"):
        with pytest.raises(NotAllowed):
            answers.apply(opportunity=opportunity, capability=capability, by=cast.user(name))


def test_it_reaches_firms_that_want_no_suggestions_by_invitation(
    cast: Cast, opportunity: object, capability: object
) -> None:
    Organisation.objects.update(suggestions_on=False)
    answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)
    assert Notice.objects.count() == 1


def test_it_tells_anew_when_a_pair_is_pushed_a_second_time(cast: Cast, opportunity: object, capability: object) -> None:
    match = answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)
    Answer.objects.update(due_at=timezone.now() - timedelta(days=1))
    answers.expire_due()
    again = answers.invite(opportunity=opportunity, capability=capability, by=cast.owner)
    assert (again.pk, again.round) == (match.pk, 2)
    assert Notice.objects.filter(kind="match.invited").count() == 2
    assert Answer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_agreed_exactly_once_by_fifty_parallel_clicks(match: Match, cast: Cast) -> None:
    went: list[str] = []
    barrier = threading.Barrier(50)

    def click(side: str) -> None:
        barrier.wait()
        try:
            answers.accept(match, side=side, by=cast.owner if side == "opportunity" else cast.counterpart)
            went.append(side)
        except WrongState:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(side,)) for side in ("opportunity", "capability") * 25]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(went) == ["capability", "opportunity"]
    assert Event.objects.filter(verb="match.agreed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_never_accepts_after_the_other_side_withdrew(cast: Cast) -> None:
    for _ in range(10):
        match = release_one(cast)
        order: list[str] = []

        def withdraw(match: Match = match, order: list[str] = order) -> None:
            close(match.opportunity, by=cast.owner, reason=CloseReason.WITHDRAWN)
            order.append("withdrawn")
            connection.close()

        thread = threading.Thread(target=withdraw)
        thread.start()
        try:
            answers.accept(match, side="capability", by=cast.counterpart)
            accepted = True
        except WrongState:
            accepted = False
        thread.join()
        late = Event.objects.filter(verb__in=["listing.close", "answer.accepted"], subject_id__in=[
            match.public_id, match.opportunity.public_id]).order_by("pk").values_list("verb", flat=True)  # fmt: skip
        assert list(late) == (["answer.accepted", "listing.close"] if accepted else ["listing.close"])


def release_one(cast: Cast) -> Match:
    match = MatchFactory(
        opportunity=OpportunityFactory(owner=cast.agency), capability=CapabilityFactory(owner=cast.firm)
    )
    Organisation.objects.update(weekly_cap=1000)
    review.approve(match, by=cast.reviewer)
    release.release(city=CITY, by=cast.reviewer)
    return Match.objects.get(pk=match.pk)
