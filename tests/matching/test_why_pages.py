"""Why, why not, where a pair stands, what would change it, what opens doors, what conditions cost."""

from typing import Any

import pytest
from django.urls import reverse

from matching.services import runs, whatif
from matching.services.explain import explain
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import work_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def matched(cast: Cast, opportunity: Any, capability: Any) -> tuple[Any, Any]:
    """A pair that lacks readiness, after a run over its city."""
    type(opportunity).objects.filter(pk=opportunity.pk).update(min_trl=9)
    type(capability).objects.filter(pk=capability.pk).update(trl=6)
    CapabilityFactory.create_batch(3, trl=9, title="茶园小气候站")
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    opportunity.refresh_from_db(), capability.refresh_from_db()
    return opportunity, capability


def why(cast: Cast, name: str, pair: tuple[Any, Any]) -> Any:
    return cast.client(name).get(reverse("why", args=[each.public_id for each in pair]))


def test_it_says_where_a_pair_stands(cast: Cast, matched: tuple[Any, Any]) -> None:
    place = why(cast, "owner", matched).context["place"]
    assert (place["rank"], place["count"], place["listed"]) == (4, 4, True)


def test_it_tells_the_firm_what_would_change_it(cast: Cast, matched: tuple[Any, Any]) -> None:
    shown = why(cast, "counterpart", matched)
    (change, *_rest) = shown.context["changes"]
    assert "若属实：技术成熟度更新为 9 级（现填 6 级）" in shown.content.decode()
    assert (change["opens"], change["url"]) == (
        True,
        reverse("capability-edit", args=[matched[1].public_id]) + "#id_trl",
    )


def test_it_tells_nobody_else_but_the_reviewer(cast: Cast, matched: tuple[Any, Any]) -> None:
    assert [bool(why(cast, n, matched).context["changes"]) for n in ("owner", "stranger", "reviewer")] == [
        False,
        False,
        True,
    ]
    assert why(cast, "reviewer", matched).context["changes"][0]["url"] == ""


def test_the_gain_is_what_comes_when_it_is_filled_in(matched: tuple[Any, Any]) -> None:
    opportunity, capability = matched
    change = whatif.changes_of(opportunity, capability)[0].change
    capability.trl = 9
    assert change.score == pytest.approx(explain(opportunity, capability).score, abs=1e-5)


def test_it_stands_nowhere_before_the_first_run(cast: Cast, opportunity: Any, capability: Any) -> None:
    context = why(cast, "counterpart", (opportunity, capability)).context
    assert (context["place"], context["changes"]) == (None, [])


def test_it_sorts_the_own_opportunities_by_fit(cast: Cast, opportunity: Any, capability: Any) -> None:
    OpportunityFactory()
    rows = cast.client("owner").get(reverse("why-ours", args=[capability.public_id])).context["rows"]
    assert [row["listing"] for row in rows] == [opportunity]


@pytest.mark.parametrize("field", sorted({name for name in whatif.FIELDS.values() if name}))
def test_each_field_that_would_change_it_has_its_place_in_the_form(cast: Cast, capability: Any, field: str) -> None:
    form = cast.client("counterpart").get(reverse("capability-edit", args=[capability.public_id]))
    assert f'id="id_{field}"' in form.content.decode()


def test_it_asks_an_owner_for_nothing_of_the_other_kind(cast: Cast, opportunity: Any) -> None:
    shown = cast.client("owner").get(reverse("why-mine", args=[opportunity.public_id]))
    assert (shown.context["ours"], shown.context["rows"]) == (True, [])
    assert 's-empty"' not in shown.content.decode()
    theirs = cast.client("counterpart").get(reverse("why-mine", args=[opportunity.public_id]))
    assert theirs.context["ours"] is False


def test_a_part_that_only_takes_away_has_no_bound(cast: Cast, opportunity: Any) -> None:
    barred = CapabilityFactory(price_min_wan=9000, price_max_wan=9900)
    opportunity.budget_min_wan, opportunity.budget_max_wan = 1, 2
    opportunity.save()
    words = why(cast, "owner", (opportunity, barred)).content.decode()
    assert "−" in words
    assert "/0" not in words


def test_it_finds_any_other_that_one_may_read(cast: Cast, opportunity: Any, capability: Any) -> None:
    hidden = CapabilityFactory(title=capability.title, visibility="alliance", city="310000")
    address = reverse("why-mine", args=[opportunity.public_id])
    found = cast.client("owner").get(address, {"q": capability.title[:4]}).context["found"]
    assert capability in found
    assert hidden not in found
    assert cast.client("owner").get(address, {"q": "%"}).context["found"] == []


def test_it_shows_what_opens_doors(cast: Cast, matched: tuple[Any, Any]) -> None:
    address = reverse("doors", args=[matched[1].public_id])
    page = cast.client("counterpart").get(address)
    part = cast.client("counterpart").get(address, headers={"HX-Request": "true"})
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()


def test_it_shows_what_conditions_cost(cast: Cast, matched: tuple[Any, Any]) -> None:
    shown = cast.client("owner").get(reverse("conditions", args=[matched[0].public_id]))
    assert shown.context["cost"] is not None
    assert cast.client("counterpart").get(reverse("conditions", args=[matched[0].public_id])).status_code == 404


def test_each_listing_leads_there(cast: Cast, opportunity: Any, capability: Any) -> None:
    for listing, name, ways in (
        (capability, "counterpart", ["doors", "why-ours"]),
        (opportunity, "owner", ["conditions", "why-mine"]),
    ):
        words = cast.client(name).get(listing.get_absolute_url()).content.decode()
        assert all(reverse(way, args=[listing.public_id]) in words for way in ways)


def test_it_tells_competitors_nothing_of_where_a_firm_stands(cast: Cast, matched: tuple[Any, Any]) -> None:
    seen = {name: bool(why(cast, name, matched).context["place"]) for name in Cast.NAMES if name != "nobody"}
    assert seen == {"owner": True, "colleague": True, "counterpart": True, "stranger": False, "reviewer": True}
