"""The public lists: who sees what, facets with true counts, search, order, pages, and a steady number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from codelists import services as codes
from listings.states import State
from tests.conftest import Cast
from tests.factories import BatchFactory, OrganisationFactory
from tests.listings.listings import listing, queries_for

pytestmark = pytest.mark.django_db
KINDS = [("opportunity", "opportunities"), ("capability", "capabilities")]


@pytest.fixture(autouse=True)
def _lists(db: None) -> None:
    codes.load()


def shown(cast: Cast, many: str = "opportunities", name: str = "nobody", **query: Any) -> Any:
    return cast.client(name).get(f"/{many}/", query).context


def titles(context: Any) -> list[str]:
    return [row["title"] for row in context["rows"]]


def counted(context: Any, facet: str) -> dict[str, int]:
    group = next(g for g in context["groups"] if g["name"] == facet)
    return {o["value"]: o["count"] for o in group["options"] if o["count"]}


@pytest.mark.parametrize(("kind", "many"), KINDS)
def test_it_shows_open_and_paused_listings_and_nothing_else(kind: str, many: str, cast: Cast) -> None:
    for state in State.values:
        listing(kind, state, title=f"状态 {state}")
    assert set(titles(shown(cast, many))) == {"状态 published", "状态 paused"}
    assert titles(shown(cast, many, state="closed")) == ["状态 closed"]


@pytest.mark.parametrize(("name", "seen"), [("nobody", 1), ("stranger", 2), ("owner", 3), ("reviewer", 3)])
def test_it_shows_each_person_what_is_open_to_them(name: str, seen: int, cast: Cast) -> None:
    for visibility in ("public", "verified", "alliance"):
        listing(state=State.PUBLISHED, owner=cast.agency, visibility=visibility)
    assert shown(cast, name=name)["counts"].total == seen


def test_it_counts_a_facet_under_the_choices_of_the_others(cast: Cast) -> None:
    listing(state=State.PUBLISHED, field="city", cooperation=["pilot", "procurement"])
    listing(state=State.PUBLISHED, field="city", cooperation=["research"])
    listing(state=State.PUBLISHED, field="society", cooperation=["pilot"])
    context = shown(cast, field="city", cooperation="pilot")
    assert context["counts"].total == 1
    assert counted(context, "field") == {"city": 1, "society": 1}
    assert counted(context, "cooperation") == {"pilot": 1, "procurement": 1, "research": 1}


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        (None, 49, "-50"),
        (50, 199, "50-200"),
        (None, 200, "200-1000"),
        (1000, None, "1000-"),
        (None, None, "unknown"),
        (0, 0, "-50"),
    ],
)
def test_it_puts_sums_into_bands_by_their_upper_end(low: Any, high: Any, band: str, cast: Cast) -> None:
    listing(state=State.PUBLISHED, budget_min_wan=low, budget_max_wan=high)
    assert counted(shown(cast), "budget") == {band: 1}
    assert len(titles(shown(cast, budget=band))) == 1


@pytest.mark.parametrize(
    ("days", "values"), [(0, {"7", "30"}), (7, {"7", "30"}), (8, {"30"}), (31, set()), (None, {"open"})]
)
def test_it_counts_a_deadline_in_each_span_that_holds_it(days: int | None, values: set[str], cast: Cast) -> None:
    deadline = None if days is None else timezone.localdate() + timedelta(days=days)
    listing(state=State.PUBLISHED, deadline=deadline)
    context = shown(cast)
    assert set(counted(context, "deadline")) - {"3"} == values
    assert context["counts"].highlight == (days == 0)


def test_it_counts_capabilities_by_readiness_price_place_and_verification(cast: Cast) -> None:
    listing(
        "capability",
        State.PUBLISHED,
        owner=OrganisationFactory(verified_at=None),
        trl=None,
        service_regions=["000000", "990100"],
    )
    context = shown(cast, "capabilities")
    assert counted(context, "trl") == {"unknown": 1}
    assert counted(context, "region") == {"000000": 1, "990100": 1}
    assert counted(context, "verified") == {"no": 1}
    assert titles(shown(cast, "capabilities", verified="yes")) == []


@pytest.mark.parametrize(
    "words", ["供水管网", "管网 巡检", "dn100", "ＤＮ１００", "巡检供水", "水", "“管网”，巡检", "渗漏巡检"],
)  # fmt: skip
def test_it_finds_a_listing_by_words_of_its_title_and_text(words: str, cast: Cast) -> None:
    listing(state=State.PUBLISHED, title="供水管网渗漏巡检", summary="适用 DN100 以上管道。")
    assert len(titles(shown(cast, q=words))) == 1


@pytest.mark.parametrize(
    "words", ["桥梁", "%", "_", "供水桥梁", "'); drop table x; --", "!(&|", "DN2", "\\", "水" * 500]
)
def test_it_finds_nothing_by_words_that_are_not_there(words: str, cast: Cast) -> None:
    listing(state=State.PUBLISHED, title="供水管网渗漏巡检", summary="适用 DN100 以上管道。")
    response = cast.client("nobody").get("/opportunities/", {"q": words})
    assert response.status_code == 200
    assert titles(response.context) == [] or response.context["ignored"]


def test_it_leaves_out_what_it_cannot_understand_and_says_so(cast: Cast) -> None:
    listing(state=State.PUBLISHED)
    context = shown(cast, field=["x" * 500], page="nowhere", sort="backwards", owner="?", unheard="of")
    assert context["ignored"]
    assert context["page_obj"].number == 1


def test_it_orders_by_deadline_and_by_budget(cast: Cast) -> None:
    today = timezone.localdate()
    for title, days, budget in (("近", 1, 10), ("远", 9, 90), ("无", None, None)):
        listing(
            state=State.PUBLISHED,
            title=title,
            deadline=days and today + timedelta(days=days),
            budget_max_wan=budget,
            budget_min_wan=None,
        )
    assert titles(shown(cast, sort="deadline")) == ["近", "远", "无"]
    assert titles(shown(cast, sort="budget")) == ["远", "近", "无"]


def test_it_keeps_every_choice_in_the_address_of_pages_and_chips(cast: Cast) -> None:
    batch = BatchFactory()
    for _n in range(21):
        listing(state=State.PUBLISHED, batch=batch, field="city")
    html = cast.client("nobody").get("/opportunities/", {"field": "city", "batch": batch.public_id}).content.decode()
    assert f"?field=city&amp;batch={batch.public_id}&amp;page=2" in html
    assert f'href="?batch={batch.public_id}"' in html
    assert batch.name in html


def test_it_answers_htmx_with_the_part_that_changes(cast: Cast) -> None:
    listing(state=State.PUBLISHED)
    part = cast.client("nobody").get("/opportunities/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div id=")
    assert "<html" not in part


@pytest.mark.parametrize(("kind", "many"), KINDS)
@pytest.mark.parametrize("name", ["nobody", "owner"])
def test_it_asks_the_database_equally_often_for_3_rows_and_for_13(kind: str, many: str, name: str, cast: Cast) -> None:
    client = cast.client(name)
    client.get(f"/{many}/")
    asked = []
    for more in (3, 10):
        for _n in range(more):
            listing(kind, State.PUBLISHED)
        asked.append(queries_for(client, f"/{many}/", field="city", q="管网"))
    assert asked[0] == asked[1]
    # one of them reads the columns, which a process does once, but a test, having written, for each of its pages
    assert asked[0] <= {"nobody": 4, "owner": 8}[name]
