"""The sample city: made once, whole, from today on, and only in an empty database."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation
from activity.models import Delivery, Event
from capabilities.models import Capability
from deals.models import Deal
from insights import samplecity
from insights.models import Reply
from listings.states import State
from matching.models import Answer, Match, MatchRun
from opportunities.models import Opportunity
from tests.factories import OrganisationFactory

# pytest-django makes a test database only for tests that carry its mark
pytestmark = pytest.mark.django_db
# what was opened and closed before the first official lists
BEFORE = Q(number__startswith="HC-零散") | Q(number__startswith="WN-")


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The sample city, once for all tests here; taken back after them."""
    from django.conf import settings

    before = settings.VAR_DIR, settings.MEDIA_ROOT
    folder = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), transaction.atomic():
        settings.VAR_DIR, settings.MEDIA_ROOT = folder, folder / "media"
        call_command("samplecity", verbosity=0)
        yield folder
        transaction.set_rollback(True)
    settings.VAR_DIR, settings.MEDIA_ROOT = before


@pytest.fixture(autouse=True)
def _in_the_city(city: Path, db: None) -> None:
    """Each test takes back only what it does itself."""


def test_it_brings_in_both_lists_whole() -> None:
    needs, offers = Opportunity.objects.exclude(BEFORE), Capability.objects.exclude(BEFORE)
    assert (needs.count(), offers.count(), Organisation.objects.count()) == (80, 200, 85)
    assert not Organisation.objects.filter(uscc=None).exists()


def test_it_has_something_in_every_state() -> None:
    assert set(Opportunity.objects.values_list("state", flat=True)) == set(State.values)
    assert set(Deal.objects.values_list("stage", flat=True)) >= {
        "connected",
        "piloting",
        "contracted",
        "landed",
        "stopped",
    }
    assert set(Match.objects.values_list("state", flat=True)) >= {
        "proposed",
        "approved",
        "pushed",
        "agreed",
        "declined",
        "excluded",
    }
    assert set(MatchRun.objects.values_list("state", flat=True)) >= {"released", "ready"}


def test_what_came_before_the_lists_has_ended() -> None:
    assert set(Opportunity.objects.filter(BEFORE).values_list("state", flat=True)) == {State.CLOSED}
    ended = Deal.objects.filter(match__opportunity__number__startswith="HC-零散").order_by()
    assert set(ended.values_list("stage", flat=True)) == {"landed", "stopped"}
    assert Reply.objects.filter(opportunity__number__startswith="HC-零散", outcome="declined").count() > 100


def test_it_leaves_out_nothing_of_the_story(city: Path) -> None:
    told = samplecity.Sample.read().city
    assert Deal.objects.exclude(match__opportunity__number__startswith="HC-零散").count() == len(told["deals"])
    assert Match.objects.filter(origin="agency").count() == len(told["invitations"])
    assert Match.objects.filter(origin="firm").count() == len(told["applications"])


def test_it_happened_in_the_past_and_ends_in_the_future() -> None:
    now = timezone.now()
    assert not Event.objects.filter(at__gt=now - timedelta(seconds=30)).exists()
    assert not Answer.objects.filter(pushed_at__gt=now).exists()
    assert not Answer.objects.filter(state="waiting", match__state="pushed", due_at__lt=now).exists()
    late = Opportunity.objects.filter(state=State.PUBLISHED, deadline__lt=timezone.localdate())
    assert not late.exists(), list(late.values_list("number", "deadline"))


def test_it_sends_no_letters_about_days_gone_by() -> None:
    assert not Delivery.objects.exclude(work_state="done").exists()


def test_it_gives_sign_ins_that_work(city: Path) -> None:
    rows = samplecity.kept()
    assert authenticate(None, email=rows[0]["email"], password=rows[0]["password"])
    validate_password(rows[0]["password"])
    assert (city / "sample-signins.json").stat().st_mode & 0o077 == 0


def test_it_guards_the_log_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'activity_event_append_only'")
        assert cursor.fetchone() == ("O",)
    with pytest.raises(InternalError), transaction.atomic():
        Event.objects.update(reason="changed")


def test_it_does_nothing_the_second_time() -> None:
    before = Event.objects.count()
    call_command("samplecity", verbosity=0)
    assert Event.objects.count() == before


def test_it_is_refused_where_other_organisations_are() -> None:
    with transaction.atomic():
        point = transaction.savepoint()
        OrganisationFactory()
        Organisation.objects.filter(uscc=samplecity.Sample.read().organisations[0]["uscc"]).update(uscc=None)
        with pytest.raises(CommandError, match="has organisations already"):
            call_command("samplecity", verbosity=0)
        transaction.savepoint_rollback(point)
