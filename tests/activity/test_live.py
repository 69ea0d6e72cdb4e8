"""Who is told live of what, and what a browser that heard nothing learns by asking."""

import json
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity import live, services
from activity.models import Event, Notice
from listings.models import ImportJob
from matching.services.runs import move_run, queue_full
from matching.states import RunOrigin, RunState
from tests.conftest import Cast
from tests.factories import UserFactory

LONG_AGO = "1"


def ago(seconds: float) -> str:
    return str(live.now_ms() - int(seconds * 1000))


def asked(client: Client, after: str) -> list[str]:
    return client.get(reverse("live-since"), {"after": after}).json()["topics"]


@pytest.fixture
def heard(db: None) -> Any:
    """The broker's channel: a function that waits for the next change."""
    listening = redis.Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True)
    listening.subscribe(live.channel())
    listening.get_message(timeout=2)
    yield lambda seconds=2.0: (found := listening.get_message(timeout=seconds)) and live.Change.unpacked(found["data"])
    listening.close()


def test_it_tells_after_the_commit_and_names_only(heard: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        live.tell("run", people=[7, 3, 7], public_id="abc")
        assert heard(0.05) is None
    change = heard()
    assert (change.topic, change.people, change.public_id) == ("run", (3, 7), "abc")


def test_it_tells_nothing_of_what_was_rolled_back(heard: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                live.tell("run", people=[7])
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert heard(0.05) is None


def test_it_knows_its_topics() -> None:
    with pytest.raises(ValueError, match="weather"):
        live.tell("weather", people=[1])


def test_a_notice_rings_at_the_bell_and_on_the_page_it_is_about(
    heard: Any, django_capture_on_commit_callbacks: Any
) -> None:
    person = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        services.tell([person], kind="listing.returned", key="k", path="/", params={"title": "t", "reason": "r"})
    assert {heard().topic, heard().topic} == {"inbox", "listings"}


def test_a_broker_that_is_away_costs_no_more_than_one_try(
    db: None, settings: Any, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(50):
            live.tell("run", people=[1])
    live._silence.until = 0.0
    assert len([r for r in caplog.records if "not told" in r.message]) == 1


def test_a_browser_learns_by_asking_what_concerns_it(cast: Cast) -> None:
    services.record(by=cast.owner, verb="listing.approve", subject=_of(cast.agency.public_id, "opportunity"))
    services.tell([cast.owner], kind="listing.returned", key="k", path="/", params={"title": "t", "reason": "r"})
    assert asked(cast.client("owner"), ago(5)) == ["inbox", "listings"]
    assert asked(cast.client("colleague"), ago(5)) == ["listings"]
    assert asked(cast.client("stranger"), ago(5)) == []


def test_a_reviewer_learns_of_the_own_city_only(cast: Cast) -> None:
    for city in ("990200", cast.reviewer.cities[0]):
        services.record(by=None, verb="run.ready", subject=_of("", "run", city))
        assert asked(cast.client("reviewer"), ago(5)) == (["run"] if city != "990200" else [])


def test_who_asks_after_long_is_told_to_look_at_everything(cast: Cast) -> None:
    assert asked(cast.client("owner"), LONG_AGO) == ["refresh"]
    assert asked(cast.client("owner"), "nonsense") == []


@pytest.mark.parametrize("name", ["live", "live-since", "inbox-bell"])
def test_nobody_hears_nothing(db: None, name: str) -> None:
    assert Client().get(reverse(name)).status_code == 401


def test_a_server_that_keeps_nothing_open_answers_and_lets_the_browser_ask_again(cast: Cast) -> None:
    services.tell([cast.owner], kind="listing.returned", key="k", path="/", params={"title": "t", "reason": "r"})
    answer = cast.client("owner").get(reverse("live"), headers={"last-event-id": ago(5)})
    lines = answer.content.decode().split("\n")
    assert (answer["Content-Type"], lines[0]) == ("text/event-stream", "retry: 30000")
    assert [json.loads(line[6:])["topic"] for line in lines if line.startswith('data: {"t')] == ["inbox"]


def test_the_bell_shows_the_number_that_is_unread(cast: Cast) -> None:
    services.tell([cast.owner], kind="listing.returned", key="k", path="/", params={"title": "t", "reason": "r"})
    assert 'data-unread="1"' in cast.client("owner").get(reverse("inbox-bell")).content.decode()
    services.read(Notice.objects.all())
    assert 'data-unread="0"' in cast.client("owner").get(reverse("inbox-bell")).content.decode()


def test_a_session_stands_until_it_ends(cast: Cast) -> None:
    clients = {name: cast.client(name) for name in ("owner", "colleague", "counterpart", "reviewer")}
    keys = {name: client.session.session_key or "" for name, client in clients.items()}
    clients["colleague"].logout()
    cast.counterpart.set_password("another-one-0815")
    cast.counterpart.save()
    type(cast.reviewer).objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    assert live.still_signed_in(keys.values()) == {keys["owner"]}


def test_asking_takes_the_same_questions_however_much_happened(cast: Cast, django_assert_num_queries: Any) -> None:
    cast.owner = type(cast.owner).objects.get(pk=cast.owner.pk)
    assert cast.owner.log_organisations is not None
    assert cast.owner.cities is not None
    for _ in range(5):
        services.record(by=None, verb="run.ready", subject=_of(cast.agency.public_id, "match"))
        with django_assert_num_queries(3):
            live.since(cast.owner, timezone.now() - timedelta(minutes=1))
    assert Event.objects.count() == 5


class _of:
    """A subject of the log."""

    log_title, public_id = "t", "p"

    def __init__(self, organisation: str, kind: str, city: str = "") -> None:
        self.log_organisations, self.log_kind, self.log_city = [organisation], kind, city


def test_progress_of_runs_and_imports_is_told(cast: Cast, heard: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = queue_full(cast.reviewer.cities[0], RunOrigin.SWEEP)
        assert run
        move_run(run, RunState.RUNNING, by=None, verb="run.running")
    assert (found := heard()).topic == "run"
    assert (found.people, found.public_id) == ((cast.reviewer.pk,), run.public_id)
    with django_capture_on_commit_callbacks(execute=True):
        job = ImportJob.objects.create(kind="opportunity", by=cast.owner, work_state="working")
        job.renew(handled=5)
    assert ((found := heard()).topic, found.people) == ("import", (cast.owner.pk,))


def test_it_takes_a_moment_far_from_any_year_as_none_said() -> None:
    assert live.moment("9" * 15) is None
    assert live.moment("9" * 14) is not None
