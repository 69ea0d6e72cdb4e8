"""People are told once, as they wish, and not at all when it is no longer true."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db.models.functions import Now

from activity import kinds
from activity.letters import deliver_due
from activity.models import Delivery, Digest, Notice
from activity.services import tell
from scenemarket.leases import WorkState
from tests.factories import UserFactory

PARAMS = {"title": "管网巡检", "owner": "样例市水务局"}


def say(*people: Any, key: str = "k1", kind: str = "listing.approved") -> int:
    return tell(people, kind=kind, key=key, path="/desk/", params=PARAMS)


@pytest.fixture
def person(db: None) -> Any:
    return UserFactory(email="told@city.example")


def test_one_notice_and_one_email_however_often_it_is_said(person: Any) -> None:
    assert [say(person), say(person)] == [1, 0]
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


def test_the_email_speaks_the_readers_language(person: Any) -> None:
    english = UserFactory(email="english@city.example", language="en")
    say(person, english)
    deliver_due()
    subjects = {m.to[0]: m.subject for m in mail.outbox}
    assert subjects == {person.email: "已发布：管网巡检", english.email: "Published: 管网巡检"}


def test_sending_again_sends_nothing_more(person: Any) -> None:
    say(person)
    assert [deliver_due(), deliver_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_the_same_notice_keeps_its_message_id(person: Any) -> None:
    say(person)
    deliver_due()
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{Notice.objects.get().public_id}@")


def test_who_wants_no_email_gets_only_the_notice(db: None) -> None:
    say(UserFactory(email_mode="off"))
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)


def test_switching_email_off_later_still_holds_it_back(person: Any) -> None:
    say(person)
    type(person).objects.update(email_mode="off")
    deliver_due()
    assert mail.outbox == []
    assert Delivery.objects.get().withheld


def test_a_digest_is_one_letter_in_the_morning(db: None) -> None:
    person = UserFactory(email_mode="digest")
    say(person, key="k1")
    say(person, key="k2")
    assert deliver_due() == 0
    Digest.objects.update(available_at=Now() - timedelta(seconds=1))
    deliver_due()
    assert [m.subject for m in mail.outbox] == ["场景集市：2 条通知"]


def test_what_is_no_longer_true_is_not_sent(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kinds.Kind("test.gone", "t", "b", "a", withhold=lambda notice: "the listing was closed")
    monkeypatch.setitem(kinds._kinds, "test.gone", kind)
    say(person, kind="test.gone")
    deliver_due()
    assert mail.outbox == []
    assert Delivery.objects.get().withheld == "the listing was closed"


def test_a_mail_server_that_is_away_is_asked_again_later(person: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    say(person)
    deliver_due()
    row = Delivery.objects.get()
    assert (row.work_state, row.attempts) == (WorkState.QUEUED, 1)
    assert "Refused" in row.last_error


def test_emails_lie_on_disk_with_the_file_backend(person: Any, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    say(person)
    deliver_due()
    [letter] = tmp_path.iterdir()
    assert "told@city.example" in letter.read_text()


def test_line_breaks_in_a_title_cannot_forge_a_header(person: Any) -> None:
    params = {"title": "a\r\nBcc: else@else.example", "owner": "x"}
    tell([person], kind="listing.approved", key="k", path="/", params=params)
    deliver_due()
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == [person.email]
