"""Columns in memory: the same rows, order and counts as the database's own, whoever asks, and whatever is written meanwhile."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.utils import timezone

from listings import access, changes, faces, held
from listings.facets import SHOWN, narrow
from listings.models import Visibility
from listings.states import State
from tests.conftest import Cast
from tests.factories import BatchFactory, OrganisationFactory
from tests.listings.listings import listing

KINDS = ("opportunity", "capability")
FIELDS, REGIONS, TECHNOLOGIES = ("city", "society", ""), ("990101", "990102", ""), ("机器人", "图像识别", "充电")


def filters_of(kind: str, user: Any, address: str) -> Any:
    return faces.of(kind).filters(QueryDict(address), queryset=access.visible(kind, user).filter(state__in=SHOWN))


def in_memory(kind: str, user: Any, address: str = "") -> tuple[list[int], int, int, dict[str, dict[str, int]]]:
    found = held.listed(kind, user, filters_of(kind, user, address))
    return found.keys.tolist(), found.counts.all, found.counts.highlight, found.counts.of


def in_sql(kind: str, user: Any, address: str = "") -> tuple[list[int], int, int, dict[str, dict[str, int]]]:
    """The same by plain queries: one for each facet, under the choices of the others."""
    filters = filters_of(kind, user, address)
    wide = filters.wide(access.visible(kind, user).filter(state__in=SHOWN)).order_by()
    of = {}
    for facet in filters.facets:
        others = [each for each in filters.facets if each != facet]
        rows = narrow(wide, others, filters.chosen).annotate(value=facet.column).values_list("value", flat=True)
        counted = Counter(
            str(one) for value in rows for one in (value if facet.many else [value]) if one not in (None, "")
        )
        of[facet.name] = dict(counted)
    lit = [facet for facet in filters.facets if facet.highlight]
    marked = sum(narrow(filters.qs.order_by(), [f], {f.name: [f.highlight]}).count() for f in lit)
    return list(filters.qs.values_list("pk", flat=True)), wide.count(), marked, of


def anything(chance: random.Random, kind: str, owners: list[Any], batches: list[Any]) -> Any:
    """A listing of which nothing is the same as of the last one."""
    today = timezone.localdate()
    amount = chance.choice([None, Decimal("0"), Decimal("49.9999"), Decimal("50"), Decimal("1000")])
    values = {
        "field": chance.choice(FIELDS), "owner": (owner := chance.choice(owners)), "city": owner.city, "batch": chance.choice(batches),
        "visibility": chance.choice(Visibility.values), "technologies": chance.sample(TECHNOLOGIES, chance.randint(0, 3)),
        "industry": chance.choice(("E48", "")), "published_at": timezone.now() - timedelta(days=chance.randint(0, 3)),
    }  # fmt: skip
    if kind == "opportunity":
        values |= {
            "region": chance.choice(REGIONS), "budget_min_wan": None, "budget_max_wan": amount,
            "deadline": chance.choice([None, *(today + timedelta(days=days) for days in (0, 3, 7, 8, 30, 31))]),
            "cooperation": chance.sample(("pilot", "research", "procurement"), chance.randint(0, 3)),
        }  # fmt: skip
    else:
        values |= {
            "trl": chance.choice([None, 3, 9]), "price_min_wan": amount, "price_max_wan": None,
            "service_regions": chance.sample(REGIONS[:2], chance.randint(0, 2)),
        }  # fmt: skip
    return listing(kind, chance.choice(State.values), **values)


ADDRESSES = {
    "opportunity": [
        "", "field=city", "field=city&field=society&budget=unknown", "region=990101&cooperation=pilot&sort=deadline",
        "deadline=7&sort=budget", "deadline=open&state=closed", "state=published&state=paused&technology=机器人&industry=E48",
        "field=nothing", "cooperation=pilot&cooperation=research&scene_type=focused",
    ],
    "capability": [
        "", "trl=9&sort=trl", "region=990101&verified=yes&sort=price", "price=-50&price=unknown", "state=closed&verified=no",
        "technology=充电&field=city&trl=unknown", "category=none",
    ],
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_it_lists_what_the_database_lists_for_everybody(kind: str, cast: Cast) -> None:
    chance = random.Random(7)
    owners = [cast.agency, cast.firm, OrganisationFactory(verified_at=None), OrganisationFactory(city="990300")]
    batches = [None, BatchFactory(), BatchFactory()]
    for _ in range(60):
        anything(chance, kind, owners, batches)
    people = [cast.user(name) for name in cast.NAMES]
    more = [
        f"owner={cast.agency.public_id}",
        f"batch={batches[1].public_id}&city=990100",
        "q=巡检",
        "q=供水&sort=newest",
    ]
    for user in people:
        for address in (*ADDRESSES[kind], *more):
            assert in_memory(kind, user, address) == in_sql(kind, user, address), address


@pytest.fixture
def nothing_held(transactional_db: None) -> Iterator[None]:
    """What this process shares between requests begins and ends empty."""
    held._held.clear()
    yield
    held._held.clear()


def shown(kind: str = "opportunity") -> list[int]:
    return held.columns(kind).pks.tolist()


@contextmanager
def somebody_else() -> Iterator[Any]:
    """A second connection with an open transaction, which is undone unless it is committed."""
    other = psycopg2.connect(
        **{
            k: v
            for k, v in connection.get_connection_params().items()
            if k in ("dbname", "user", "password", "host", "port")
        }
    )
    try:
        yield other
    finally:
        other.close()


@pytest.mark.usefixtures("nothing_held")
def test_it_sees_what_was_written_first_and_committed_last() -> None:
    early, late = listing(state=State.PUBLISHED), listing(state=State.PUBLISHED)
    with somebody_else() as other, other.cursor() as cursor:
        cursor.execute("UPDATE opportunities_opportunity SET field = 'early' WHERE id = %s", [early.pk])
        type(late).objects.filter(pk=late.pk).update(field="late")
        before = fields()
        other.commit()
        assert (before, fields()) == ({early.pk: early.field, late.pk: "late"}, {early.pk: "early", late.pk: "late"})


def fields() -> dict[int, str]:
    now = held.columns("opportunity")
    return dict(
        zip(now.pks.tolist(), (now.values["f_field"].every[code] for code in now.codes["f_field"]), strict=True)
    )


@pytest.mark.usefixtures("nothing_held")
def test_it_reads_each_change_once_and_nothing_when_nothing_changed() -> None:
    listing(state=State.PUBLISHED)
    first = held.columns("opportunity")
    assert held.columns("opportunity") is first
    listing(state=State.PUBLISHED)
    second = held.columns("opportunity")
    assert second is not first
    assert held.columns("opportunity") is second


@pytest.mark.usefixtures("nothing_held")
def test_it_shares_nothing_that_may_yet_be_undone() -> None:
    kept = listing(state=State.PUBLISHED)
    shown()
    with transaction.atomic():
        own = listing(state=State.PUBLISHED)
        assert shown() == [kept.pk, own.pk]
        transaction.set_rollback(True)
    assert shown() == [kept.pk]


@pytest.mark.usefixtures("nothing_held")
def test_it_drops_what_is_deleted_returned_or_truncated() -> None:
    deleted, returned, kept = (listing(state=State.PUBLISHED) for _ in range(3))
    assert len(shown()) == 3
    deleted.delete()
    type(returned).objects.filter(pk=returned.pk).update(state=State.RETURNED)
    assert shown() == [kept.pk]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE opportunities_opportunity CASCADE")
    assert shown() == []


@pytest.mark.usefixtures("nothing_held")
def test_it_hears_of_an_owner_that_was_verified() -> None:
    row = listing("capability", State.PUBLISHED, owner=OrganisationFactory(verified_at=None))
    assert counted() == {"no": 1}
    type(row.owner).objects.filter(pk=row.owner_id).update(verified_at=timezone.now())
    assert counted() == {"yes": 1}


def counted() -> dict[str, int]:
    now = held.columns("capability")
    return now.values["f_verified"].counted(now.codes["f_verified"])


@pytest.mark.usefixtures("nothing_held")
def test_it_counts_days_anew_when_a_day_has_begun() -> None:
    listing(state=State.PUBLISHED)
    today = held.columns("opportunity")
    held._held["opportunity"] = replace(held._held["opportunity"], day=timezone.localdate() - timedelta(days=1))
    assert held.columns("opportunity") is not today


@pytest.mark.usefixtures("nothing_held")
def test_it_reads_all_when_notes_of_old_may_be_gone() -> None:
    row = listing(state=State.PUBLISHED)
    shown()
    with connection.cursor() as cursor:
        row.delete()
        cursor.execute("UPDATE listings_change SET at = now() - interval '25 hours'")
    assert changes.forget() > 0
    held._held["opportunity"] = replace(held._held["opportunity"], read=-held.FORGOTTEN_AFTER)
    assert shown() == []


@pytest.mark.usefixtures("nothing_held")
def test_it_is_not_held_up_by_notes_of_another_cluster() -> None:
    row = listing(state=State.PUBLISHED)
    shown()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO listings_change (transaction, kind, row_id) VALUES ('999999999999', 'opportunity', %s)",
            [row.pk],
        )
    first = held.columns("opportunity")
    assert held.columns("opportunity") is first
