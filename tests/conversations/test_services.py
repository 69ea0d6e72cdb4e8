"""What the two sides may say, read, take back and report."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from activity import live
from activity.models import Event, Notice
from conversations import notices, services
from conversations.access import file_read, seat
from conversations.models import Conversation, Message, Reading, Report
from conversations.states import ReportState
from matching.models import Match
from matching.states import MatchState
from scenemarket.errors import Invalid, NotAllowed, NotFound, TooMany, WrongState
from tests.conftest import Cast
from tests.factories import MatchFactory, member

pytestmark = pytest.mark.django_db


def say(match: Match, by: Any, text: str = "现场有供电吗？", key: str = "k1", **more: Any) -> Message:
    return services.post(seat(by, match.public_id), by=by, text=text, key=key, **more)


def test_it_posts_once_however_often_it_is_sent(cast: Cast, match: Match) -> None:
    assert say(match, cast.owner) == say(match, cast.owner)
    assert Message.objects.count() == 1
    assert Notice.objects.filter(kind="message.came", recipient=cast.counterpart).count() == 1


def test_it_lets_the_database_refuse_a_second_message_of_one_key(cast: Cast, match: Match) -> None:
    first = say(match, cast.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(conversation=first.conversation, side=first.side, by=cast.owner, key="k1", text="x")


def test_it_tells_the_other_side_once_until_it_has_looked(cast: Cast, match: Match) -> None:
    for n in range(3):
        last = say(match, cast.owner, key=f"k{n}")
    mine = Notice.objects.filter(recipient=cast.counterpart, kind="message.came")
    assert mine.count() == 1
    services.read(seat(cast.counterpart, match.public_id), by=cast.counterpart, up_to=last.pk)
    assert not mine.unread().exists()
    say(match, cast.owner, key="k9")
    assert mine.unread().count() == 1


def test_a_browser_that_asks_learns_of_each_message(cast: Cast, match: Match) -> None:
    say(match, cast.owner)
    say(match, cast.owner, key="second")
    for person, topics in ((cast.counterpart, True), (cast.owner, True), (cast.stranger, False)):
        assert ("messages" in live.since(person, timezone.now() - timedelta(minutes=1))) == topics
    assert live.since(cast.counterpart, timezone.now() + timedelta(seconds=10)) == []


def test_it_withholds_the_mail_about_what_was_read(cast: Cast, match: Match) -> None:
    message = say(match, cast.owner)
    notice = Notice.objects.get(recipient=cast.counterpart, kind="message.came")
    assert notices.unread_still(notice) == ""
    services.read(seat(cast.counterpart, match.public_id), by=cast.counterpart, up_to=message.pk)
    assert notices.unread_still(notice)


def test_it_says_nothing_without_words_or_files(cast: Cast, match: Match) -> None:
    with pytest.raises(Invalid):
        say(match, cast.owner, "  \u200b ")
    assert not Conversation.objects.exists()


def test_it_lets_a_viewer_read_only(cast: Cast, match: Match) -> None:
    with pytest.raises(NotAllowed):
        say(match, cast.colleague)


def test_it_is_not_there_for_strangers_nor_before_the_push(cast: Cast, match: Match) -> None:
    for person, here in (
        (cast.stranger, match),
        (cast.reviewer, match),
        (cast.owner, MatchFactory(opportunity=match.opportunity)),
    ):
        with pytest.raises(NotFound):
            seat(person, here.public_id)


@pytest.mark.parametrize("state", [MatchState.DECLINED, MatchState.EXPIRED, MatchState.WITHDRAWN])
def test_it_keeps_what_was_said_readable_when_the_pair_has_ended(cast: Cast, match: Match, state: str) -> None:
    say(match, cast.owner)
    Match.objects.update(state=state)
    with pytest.raises(WrongState):
        say(match, cast.owner, key="k2")
    assert seat(cast.counterpart, match.public_id).conversation


def test_it_slows_down_who_writes_too_fast(cast: Cast, match: Match) -> None:
    for n in range(services.A_MINUTE):
        say(match, cast.owner, key=f"k{n}")
    with pytest.raises(TooMany, match=str(services.A_MINUTE)):
        say(match, cast.owner, key="more")


def test_it_takes_the_own_message_back_for_ten_minutes(
    cast: Cast, match: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = say(match, cast.owner)
    here = seat(cast.owner, match.public_id)
    with pytest.raises(NotAllowed):
        services.withdraw(seat(cast.counterpart, match.public_id), message, by=cast.counterpart)
    Message.objects.update(at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(WrongState):
        services.withdraw(here, message, by=cast.owner)
    Message.objects.update(at=timezone.now())
    changes: list[Any] = []
    monkeypatch.setattr(services.live, "tell", lambda topic, people, public_id: changes.append((topic, people)))
    services.withdraw(here, message, by=cast.owner)
    assert [(topic, cast.counterpart.pk in people) for topic, people in changes] == [("messages", True)]
    assert Event.objects.filter(verb="message.withdrawn").count() == 1


def test_it_never_reads_backwards(cast: Cast, match: Match) -> None:
    last = say(match, cast.owner)
    here = seat(cast.counterpart, match.public_id)
    services.read(here, by=cast.counterpart, up_to=last.pk)
    services.read(here, by=cast.counterpart, up_to=last.pk - 1)
    assert Reading.objects.get(person=cast.counterpart).up_to == last.pk


def reported(cast: Cast, match: Match) -> Report:
    message = say(match, cast.counterpart, "请私下转账")
    return services.report(seat(cast.owner, match.public_id), message, by=cast.owner, reason="bribe", words="索要好处")


def test_it_brings_a_reported_message_before_the_reviewer(cast: Cast, match: Match) -> None:
    report = reported(cast, match)
    assert seat(cast.reviewer, match.public_id).side == ""
    assert Notice.objects.get(recipient=cast.reviewer, kind="message.reported").path == report.get_absolute_url()
    with pytest.raises(WrongState):
        services.report(seat(cast.owner, match.public_id), report.message, by=cast.owner, reason="bribe")


def test_it_lets_nobody_report_the_own_side(cast: Cast, match: Match) -> None:
    message = say(match, cast.owner)
    with pytest.raises(NotAllowed):
        services.report(seat(cast.owner, match.public_id), message, by=cast.owner, reason="insult")


@pytest.mark.parametrize("decision", [ReportState.NO_GROUND, ReportState.HIDDEN, ReportState.CLOSED])
def test_it_decides_once_logs_it_and_tells_both(cast: Cast, match: Match, decision: str) -> None:
    report = reported(cast, match)
    services.decide(report, by=cast.reviewer, decision=decision, words="违反约定")
    report.message.refresh_from_db()
    assert (report.message.hidden_at is not None) == (decision == ReportState.HIDDEN)
    assert (Conversation.objects.get().closed_at is not None) == (decision == ReportState.CLOSED)
    assert Event.objects.get(verb=f"report.{decision}").reason == "违反约定"
    assert Notice.objects.filter(kind=f"report.{decision}").count() == 2
    with pytest.raises(WrongState):
        services.decide(report, by=cast.reviewer, decision=decision, words="再次")


def test_it_needs_words_to_hide_or_close(cast: Cast, match: Match) -> None:
    with pytest.raises(Invalid):
        services.decide(reported(cast, match), by=cast.reviewer, decision=ReportState.HIDDEN)


def test_it_says_nothing_more_in_a_closed_conversation(cast: Cast, match: Match) -> None:
    services.decide(reported(cast, match), by=cast.reviewer, decision=ReportState.CLOSED, words="违反约定")
    with pytest.raises(WrongState):
        say(match, cast.owner, key="k7")


def test_it_opens_the_file_of_a_hidden_message_to_the_reviewer_alone(
    cast: Cast, match: Match, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    message = say(match, cast.counterpart, files=[SimpleUploadedFile("报价.pdf", b"%PDF-1.7")])
    report = services.report(seat(cast.owner, match.public_id), message, by=cast.owner, reason="fraud")
    services.decide(report, by=cast.reviewer, decision=ReportState.HIDDEN, words="虚假报价")
    file = message.files.get()
    assert file_read(cast.reviewer, match.public_id, file.public_id)
    with pytest.raises(NotFound):
        file_read(cast.owner, match.public_id, file.public_id)


def test_it_lets_no_reviewer_judge_the_own_side(cast: Cast, match: Match) -> None:
    from conversations.access import report_read

    report = reported(cast, match)
    own = member(cast.agency, email="both@city.example")
    own.appointments.create(office="reviewer", city="990100")
    with pytest.raises(NotFound):
        report_read(own, report.public_id)
