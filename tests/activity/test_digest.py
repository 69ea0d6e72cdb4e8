"""Letters that gather: when, what, to whom, and never twice."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db.models.functions import Now
from django.test import Client, override_settings
from django.urls import reverse

from activity import letters, services, unsubscribing
from activity.letters import deliver_due
from activity.models import Delivery, Digest, Notice
from scenemarket.leases import WorkState
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RETURNED = {"title": "管网巡检", "reason": "缺少期限"}


def say(person: Any, key: str, kind: str = "listing.returned") -> None:
    params = {"organisation": "甲", "by": "乙"} if kind == "team.invited" else RETURNED
    services.tell([person], kind=kind, key=key, path=f"/desk/?{key}", params=params)


def comes_due() -> None:
    Digest.objects.update(available_at=Now() - timedelta(seconds=1))


class Dies(BaseException):
    """kill -9 in the middle."""


@pytest.fixture
def person() -> Any:
    return UserFactory(email="told@city.example", email_mode="digest")


@pytest.mark.parametrize(
    ("now", "daily", "weekly"),
    [
        ("2026-11-23 07:59", "2026-11-23 08:00", "2026-11-23 08:00"),  # a Monday
        ("2026-11-23 08:00", "2026-11-24 08:00", "2026-11-30 08:00"),
        ("2026-11-29 23:00", "2026-11-30 08:00", "2026-11-30 08:00"),
    ],
)
def test_it_comes_in_the_morning_in_shanghai(monkeypatch: Any, now: str, daily: str, weekly: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(letters.timezone, "localtime", lambda: at)
    found = [f"{letters.next_digest(weekly=w):%Y-%m-%d %H:%M}" for w in (False, True)]
    assert found == [daily, weekly]


def test_it_gathers_by_topic_with_links_in_the_readers_language(person: Any) -> None:
    say(person, "a")
    say(person, "b", "team.invited")
    comes_due()
    assert [deliver_due(), deliver_due()] == [1, 0]
    [letter] = mail.outbox
    assert letter.subject == "场景集市：2 条通知"
    html = letter.alternatives[0][0]
    for text in (letter.body, html):
        assert "/desk/?a" in text
        assert text.index("管网巡检") < text.index("甲")
    assert '<html lang="zh-Hans">' in html


def test_it_escapes_what_people_wrote(person: Any) -> None:
    services.tell([person], kind="listing.returned", key="k", path="/", params={"title": "<b>x", "reason": "<i>"})
    comes_due()
    deliver_due()
    assert "&lt;b&gt;x" in mail.outbox[0].alternatives[0][0]
    assert "<b>x" in mail.outbox[0].body


def test_it_says_nothing_when_nothing_is_left_to_say(person: Any) -> None:
    say(person, "a")
    services.read(Notice.objects.all())
    comes_due()
    deliver_due()
    assert mail.outbox == []
    assert Delivery.objects.get().withheld == letters.READ


def test_nobody_is_told_twice_when_it_is_killed_while_sending(person: Any, monkeypatch: Any) -> None:
    say(person, "a")
    comes_due()
    sent = EmailBackend.send_messages

    def killed(self: Any, messages: Any) -> Any:
        sent(self, messages)
        raise Dies

    monkeypatch.setattr(EmailBackend, "send_messages", killed)
    with pytest.raises(Dies):
        deliver_due()
    monkeypatch.setattr(EmailBackend, "send_messages", sent)
    Digest.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert deliver_due() == 1
    assert len(mail.outbox) == 1
    assert (Digest.objects.get().work_state, Delivery.objects.get().work_state) == (WorkState.DONE, WorkState.DONE)


def test_it_is_sent_when_it_was_killed_before(person: Any, monkeypatch: Any) -> None:
    say(person, "a")
    comes_due()
    with monkeypatch.context() as patched:
        patched.setattr(letters, "_together", _die)
        with pytest.raises(Dies):
            deliver_due()
    Digest.objects.update(lease_until=Now() - timedelta(seconds=1))
    deliver_due()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_gets_it_later(person: Any) -> None:
    say(person, "a")
    comes_due()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
        deliver_due()
    comes_due()
    deliver_due()
    assert len(mail.outbox) == 1


def test_what_came_while_it_was_sent_goes_with_the_next(person: Any) -> None:
    say(person, "a")
    comes_due()
    deliver_due()
    late = Notice.objects.create(recipient=person, kind="listing.returned", key="late", params=RETURNED, path="/")
    an_hour_ago = Now() - timedelta(hours=1)
    Delivery.objects.create(notice=late, digest=True, available_at=an_hour_ago)
    Digest.objects.update(due_at=an_hour_ago)
    deliver_due()
    assert Digest.objects.free().count() == 0
    comes_due()
    Digest.objects.filter(work_state=WorkState.QUEUED).update(due_at=Now() + timedelta(days=2))
    deliver_due()
    assert len(mail.outbox) == 2


def test_each_topic_follows_its_own_wish() -> None:
    person = UserFactory(email_mode="instant", email_modes={"listings": "weekly", "team": "off"})
    say(person, "a")
    say(person, "b", "team.invited")
    services.tell([person], kind="organisation.verified", key="c", path="/", params={"name": "甲"})
    deliver_due()
    assert [m.subject for m in mail.outbox] == ["已核验：甲"]
    assert Digest.objects.get().due_at.astimezone(ZoneInfo("Asia/Shanghai")).weekday() == 0


def leave(person: Any, index: int = -1) -> str:
    """The path of the unsubscribing address of a letter."""
    header = mail.outbox[index].extra_headers["List-Unsubscribe"]
    found = re.fullmatch(r"<http://[^/]+(/[^>]+)>", header)
    assert found
    return found[1]


def test_one_click_ends_the_letters_without_signing_in(person: Any) -> None:
    say(person, "a")
    comes_due()
    deliver_due()
    assert mail.outbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client = Client(enforce_csrf_checks=True)
    assert client.get(leave(person)).status_code == 200
    person.refresh_from_db()
    assert person.email_modes == {}
    assert client.post(leave(person), {"List-Unsubscribe": "One-Click"}).status_code == 200
    person.refresh_from_db()
    say(person, "b")
    assert Digest.objects.free().count() == 0
    assert Delivery.objects.count() == 1


def test_one_click_of_a_letter_at_once_ends_its_topic_only() -> None:
    person = UserFactory(email_mode="instant")
    say(person, "a")
    deliver_due()
    Client().post(leave(person))
    person.refresh_from_db()
    assert person.email_modes == {"listings": "off"}


def test_an_address_that_was_tampered_with_ends_nothing(person: Any) -> None:
    good = unsubscribing.token(person, unsubscribing.DIGEST)
    for bad in (good[:-2], good[2:], "x", unsubscribing.token(person, "weather")):
        assert Client().post(reverse("unsubscribe", args=[bad])).status_code == 404


def _die(*args: Any) -> Any:
    raise Dies
