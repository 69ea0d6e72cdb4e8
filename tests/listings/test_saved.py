"""Saved searches: kept once, changed by their owner alone, and told of, each new listing once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from activity.models import Event, Notice
from codelists import services as codes
from listings import saved
from listings.models import Visibility
from listings.saved_models import Alert, SavedSearch
from listings.states import State
from scenemarket.errors import Invalid
from tests.conftest import Cast
from tests.listings.listings import listing
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists(db: None) -> None:
    codes.load()


def keep(cast: Cast, query: str = "field=city", alert: str = Alert.INSTANT, **values: Any) -> SavedSearch:
    return saved.save(
        by=cast.owner, **{"kind": "opportunity", "query": query, "name": "城市机会", "alert": alert, **values}
    )[0]


def told(cast: Cast) -> list[int]:
    return [
        notice.params["n"] for notice in Notice.objects.filter(recipient=cast.owner, kind="saved.new").order_by("pk")
    ]


def test_it_keeps_the_same_search_once_however_it_is_written(cast: Cast) -> None:
    first = keep(cast, "field=city&field=society&q=管网&view=table&page=3&compare=abc")
    again = keep(cast, "q=管网&field=society&field=city&sort=deadline")
    assert first == again
    assert "view" not in first.query
    assert Event.objects.filter(verb="saved.created").count() == 1


def test_it_tells_once_of_each_new_listing_that_fits(cast: Cast) -> None:
    listing(state=State.PUBLISHED, field="city")
    keep(cast)
    assert saved.tell_due() == 0
    for field in ("city", "city", "society"):
        listing(state=State.PUBLISHED, field=field)
    assert [saved.tell_due(), saved.tell_due()] == [1, 0]
    listing(state=State.PUBLISHED, field="city")
    saved.tell_due()
    assert told(cast) == [2, 1]


def test_it_looks_a_little_back_for_what_was_published_in_a_slow_transaction(cast: Cast) -> None:
    keep(cast)
    saved.tell_due()
    listing(state=State.PUBLISHED, field="city", published_at=timezone.now() - timedelta(minutes=5))
    saved.tell_due()
    assert told(cast) == [1]


def test_it_does_not_tell_of_what_the_owner_may_not_read(cast: Cast) -> None:
    search = saved.save(by=cast.reviewer, kind="opportunity", query="", name="全部", alert=Alert.INSTANT)[0]
    listing(state=State.PUBLISHED, visibility=Visibility.ALLIANCE, city="990200")
    assert saved.tell_due() == 0
    search.refresh_from_db()
    assert search.unseen == 0


def test_it_waits_for_the_morning_and_for_monday(cast: Cast) -> None:
    keep(cast, alert=Alert.DAILY)
    keep(cast, "field=society", alert=Alert.WEEKLY)
    listing(state=State.PUBLISHED, field="city")
    assert saved.tell_due() == 0
    moments = {s.alert: timezone.localtime(s.next_at) for s in SavedSearch.objects.all()}
    assert all(moment.hour == saved.MORNING and moment > timezone.now() for moment in moments.values())
    assert moments[Alert.WEEKLY].weekday() == saved.MONDAY
    SavedSearch.objects.update(next_at=timezone.now())
    assert saved.tell_due() == 1


def test_it_tells_nothing_while_switched_off(cast: Cast) -> None:
    keep(cast, alert=Alert.OFF)
    listing(state=State.PUBLISHED, field="city")
    assert saved.tell_due() == 0


def test_it_tells_all_or_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(cast)
    listing(state=State.PUBLISHED, field="city")

    def killed(*_args: Any, **_values: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(saved, "next_look", killed)
        with pytest.raises(KeyboardInterrupt):
            saved.tell_due()
    assert told(cast) == []
    saved.tell_due()
    assert told(cast) == [1]


def test_one_search_that_fails_keeps_no_other_one_waiting(cast: Cast) -> None:
    broken = keep(cast, name="坏的")
    keep(cast, query="field=city&q=管网")
    listing(state=State.PUBLISHED, field="city", title="管网巡检")
    SavedSearch.objects.filter(pk=broken.pk).update(kind="nothing")
    saved.tell_due()
    assert told(cast) == [1]
    broken.refresh_from_db()
    assert broken.next_at > timezone.now() + timedelta(minutes=50)


def test_it_refuses_more_than_fifty(cast: Cast) -> None:
    rows = [SavedSearch(owner=cast.owner, kind="opportunity", query=f"q={n}", name=str(n)) for n in range(saved.MOST)]
    SavedSearch.objects.bulk_create(rows)
    with pytest.raises(Invalid):
        keep(cast)
    assert SavedSearch.objects.count() == saved.MOST


@pytest.mark.parametrize("values", [{"name": " "}, {"alert": "hourly"}, {"kind": "nothing"}])
def test_it_refuses_what_makes_no_search(values: dict[str, str], cast: Cast) -> None:
    with pytest.raises(Invalid):
        keep(cast, **values)


def test_it_keeps_what_the_page_shows_and_leads_back_to_it(cast: Cast) -> None:
    client = cast.client("owner")
    listing(state=State.PUBLISHED, field="city", title="管网巡检")
    search = client.get("/opportunities/?q=管网&field=city").context["search"]
    client.post("/searches/new/", {"kind": "opportunity", "query": search, "name": "管网", "alert": "daily"})
    kept = SavedSearch.objects.get()
    SavedSearch.objects.update(unseen=3)
    assert client.get(saved.path(kept)).headers["Location"] == "/opportunities/?field=city&q=%E7%AE%A1%E7%BD%91"
    kept.refresh_from_db()
    assert kept.unseen == 0


def test_it_renames_switches_and_deletes_with_a_log_row_each(cast: Cast) -> None:
    client, kept = cast.client("owner"), keep(cast)
    address = saved.path(kept)
    client.post(f"{address}change/", {"name": "新名", "alert": "off"})
    kept.refresh_from_db()
    assert (kept.name, kept.alert) == ("新名", "off")
    assert client.post(f"{address}change/", {"name": "", "alert": "off"}).status_code == 422
    client.post(f"{address}delete/")
    assert not SavedSearch.objects.exists()
    verbs = Event.objects.filter(subject_kind="saved_search").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["saved.created", "saved.changed", "saved.deleted"]


def test_it_asks_the_database_equally_often_for_3_searches_and_for_13(cast: Cast) -> None:
    def more(n: int) -> None:
        for _each in range(n):
            keep(cast, f"q={SavedSearch.objects.count()}&field=city")

    few, many = stays_constant(cast.client("owner"), "/searches/", more)
    assert few == many


def test_it_refuses_a_search_too_long_to_be_kept(cast: Cast) -> None:
    with override("en"), pytest.raises(Invalid, match="too long"):
        keep(cast, "q=" + "场" * 200 + "&technology=" + "景" * 120)
