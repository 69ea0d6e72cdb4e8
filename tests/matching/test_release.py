"""What goes out, to whom, once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import MemberRole
from activity.letters import deliver_due
from activity.models import Delivery, Event, Notice
from listings.services import edit, pause
from matching.models import Answer, Match
from matching.services import release, review, withdrawal
from matching.states import MatchState, RunState
from opportunities.models import Opportunity
from scenemarket.errors import NotAllowed, WrongState
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, MatchFactory, RunFactory, member

pytestmark = pytest.mark.django_db


def test_it_tells_each_member_who_may_answer_once(approved: Match, cast: Cast) -> None:
    editor = member(cast.firm, MemberRole.EDITOR)
    assert release.release(city=CITY, by=cast.reviewer) == 1
    assert set(Notice.objects.values_list("recipient", flat=True)) == {cast.owner.pk, cast.counterpart.pk, editor.pk}
    assert Answer.objects.filter(match=approved, state="waiting").count() == 2
    assert Match.objects.get(pk=approved.pk).state == MatchState.PUSHED
    assert release.release(city=CITY, by=cast.reviewer) == 0
    assert Notice.objects.count() == Delivery.objects.count() == 3


def test_it_pushes_nothing_that_is_not_approved(proposed: Match, cast: Cast) -> None:
    assert release.release(city=CITY, by=cast.reviewer) == 0
    assert not Answer.objects.exists()


def test_it_is_only_for_the_reviewer_of_the_city(approved: Match, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        release.release(city=CITY, by=cast.owner)


@pytest.mark.parametrize("change", ["pause", "edit"])
def test_it_pushes_nothing_for_a_listing_that_changed(approved: Match, cast: Cast, change: str) -> None:
    if change == "pause":
        pause(approved.capability, by=cast.counterpart)
    else:
        edit(approved.opportunity, by=cast.owner, values={"summary": "换了说法"})
    assert [str(o.obstacle) for o in release.preview(CITY)] != [""]
    assert release.release(city=CITY, by=cast.reviewer) == 0
    assert not Notice.objects.filter(kind="match.pushed").exists()


@pytest.mark.parametrize("side", ["agency", "firm"])
def test_it_sends_no_suggestion_to_who_switched_them_off(approved: Match, cast: Cast, side: str) -> None:
    organisation = getattr(cast, side)
    organisation.suggestions_on = False
    organisation.save()
    assert release.release(city=CITY, by=cast.reviewer) == 0
    assert str(organisation) in str(release.preview(CITY)[0].obstacle)


def test_it_keeps_to_the_weekly_number_of_a_firm(cast: Cast) -> None:
    cast.firm.weekly_cap = 2
    cast.firm.save()
    for score in (90, 80, 70):
        capability = CapabilityFactory(owner=cast.firm)
        review.approve(MatchFactory(capability=capability, score=score), by=cast.reviewer)
    assert release.release(city=CITY, by=cast.reviewer) == 2
    assert Match.objects.get(state=MatchState.APPROVED).score == 70
    Answer.objects.update(pushed_at=timezone.now() - timedelta(days=8))
    assert release.release(city=CITY, by=cast.reviewer) == 1


def test_it_marks_the_run_released_and_logs_it(approved: Match, cast: Cast) -> None:
    release.release(city=CITY, by=cast.reviewer, run=approved.run)
    approved.run.refresh_from_db()
    assert (approved.run.state, approved.run.released_by) == (RunState.RELEASED, cast.reviewer)
    assert Event.objects.filter(verb="run.released").count() == 1
    assert Event.objects.filter(verb="match.pushed", from_state="approved", to_state="pushed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_pushes_once_when_two_reviewers_release_at_the_same_time(approved: Match, cast: Cast) -> None:
    counts: list[int] = []

    def go() -> None:
        counts.append(release.release(city=CITY, by=cast.reviewer))
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sum(counts) == 1
    assert Notice.objects.count() == 2


def test_it_withdraws_a_released_run_and_tells_both(approved: Match, cast: Cast) -> None:
    release.release(city=CITY, by=cast.reviewer)
    approved.run.refresh_from_db()
    assert release.withdraw(approved.run, by=cast.reviewer, reason="名单有误") == 1
    match = Match.objects.get(pk=approved.pk)
    assert (match.state, match.decided_by) == (MatchState.WITHDRAWN, cast.reviewer)
    assert not match.answers.waiting().exists()
    assert Notice.objects.filter(kind="match.withdrawn").count() == 2


def test_it_withdraws_only_what_was_released(approved: Match, cast: Cast) -> None:
    with pytest.raises(WrongState):
        release.withdraw(approved.run, by=cast.reviewer)


def test_it_sends_no_letter_for_what_was_withdrawn_meanwhile(approved: Match, cast: Cast, mailoutbox: list) -> None:
    release.release(city=CITY, by=cast.reviewer)
    pause(approved.opportunity, by=cast.owner)
    deliver_due()
    assert not mailoutbox
    assert all(Delivery.objects.values_list("withheld", flat=True))


def test_it_sends_the_letters_of_what_stands(approved: Match, cast: Cast, mailoutbox: list) -> None:
    release.release(city=CITY, by=cast.reviewer)
    deliver_due()
    assert sorted(m.to[0] for m in mailoutbox) == ["counterpart@firm.example", "owner@city.example"]


@pytest.mark.parametrize("state", ["proposed", "approved"])
def test_it_withdraws_silently_what_nobody_was_told(proposed: Match, cast: Cast, state: str) -> None:
    if state == "approved":
        review.approve(proposed, by=cast.reviewer)
    pause(proposed.capability, by=cast.counterpart)
    assert withdrawal.withdraw_fallen() == 1
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decided_at) == (MatchState.WITHDRAWN, None)
    assert not Notice.objects.filter(kind="match.withdrawn").exists()


def test_it_tells_both_sides_why_a_pushed_pair_fell(match: Match, cast: Cast) -> None:
    edit(match.opportunity, by=cast.owner, values={"need": "另一个需求"})
    assert withdrawal.withdraw_fallen() == 1
    assert withdrawal.withdraw_fallen() == 0
    told = Notice.objects.filter(kind="match.withdrawn")
    assert {n.recipient_id for n in told} == {cast.owner.pk, cast.counterpart.pk}
    assert match.opportunity.title in told[0].params["reason"]
    assert not match.answers.waiting().exists()


def test_it_leaves_agreed_pairs_alone(match: Match, cast: Cast) -> None:
    Match.objects.filter(pk=match.pk).update(state=MatchState.AGREED, agreed_at=timezone.now())
    pause(match.opportunity, by=cast.owner)
    assert withdrawal.withdraw_fallen() == 0


@pytest.mark.parametrize(("days", "expected"), [(1, 1), (60, 7), (None, 7)])
def test_it_asks_for_an_answer_by_the_deadline_at_the_latest(
    cast: Cast, approved: Match, days: int | None, expected: int
) -> None:
    deadline = timezone.localdate() + timedelta(days=days) if days else None
    Opportunity.objects.update(deadline=deadline)
    release.release(city=CITY, by=cast.reviewer)
    due = {timezone.localtime(answer.due_at).date() for answer in Answer.objects.all()}
    assert due == {timezone.localdate() + timedelta(days=expected)}


def test_it_tells_each_organisation_by_the_channel_it_wishes(cast: Cast, approved: Match) -> None:
    User.objects.filter(pk=cast.counterpart.pk).update(email_mode="digest")
    shown = cast.client("reviewer").get(reverse("review-release")).context
    found = {one.organisation: one.channels for one in shown["receivers"]}
    assert found[cast.agency] == {"instant": 1, "digest": 0, "off": 0}
    assert found[cast.firm] == {"instant": 0, "digest": 1, "off": 0}
    assert shown["people"] == 2


def test_it_shows_what_became_of_a_release_and_of_a_withdrawal(cast: Cast, approved: Match) -> None:
    client = cast.client("reviewer")
    told = client.post(reverse("review-release"), follow=True).context
    assert {row.organisation: row.notices for row in told["rows"]} == {str(cast.agency): 1, str(cast.firm): 1}
    assert told["totals"].mails["waiting"] == 2
    run = RunFactory(state=RunState.RELEASED)
    Match.objects.update(run=run)
    address = reverse("run-withdraw", args=[run.public_id])
    assert {one.organisation for one in client.get(address).context["receivers"]} == {cast.agency, cast.firm}
    told = client.post(address, {"reason": "参数有误"}, follow=True).context
    assert (told["kind"], told["pairs"], told["totals"].notices) == ("withdrawn", 1, 2)
