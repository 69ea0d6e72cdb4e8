"""Over the API only content can be written: not owner, state, version, approval or score."""

from typing import Any

import pytest
from django.forms.models import model_to_dict

from activity.models import Event
from listings.states import State
from matching.models import Match
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
FORBIDDEN = {
    "id": "222222222222", "public_id": "222222222222", "pk": 1, "owner": 1, "owner_id": 1, "organisation": 1, "city": "990200", "state": "published",
    "approved_by": 1, "approved_by_id": 1, "author": 1, "author_id": 1, "number": "X-1", "batch": 1, "batch_id": 1, "programme_id": 1,
    "programme": 1, "published_at": "2020-01-01T00:00:00Z", "submitted_at": "2020-01-01T00:00:00Z", "closed_at": "2020-01-01T00:00:00Z",
    "created_at": "2020-01-01T00:00:00Z", "close_reason": "matched", "return_reason": "x", "notes": {"x": 1}, "score": 100, "verified": True,
}  # fmt: skip


def kept(listing: Opportunity) -> dict[str, Any]:
    """The row without what this test writes."""
    listing.refresh_from_db()
    return {k: v for k, v in model_to_dict(listing).items() if k not in ("title", "updated_at")}


def test_a_draft_takes_only_content(cast: Cast) -> None:
    listing = OpportunityFactory(owner=cast.agency, state=State.DRAFT, published_at=None, author=cast.owner)
    before, address = kept(listing), f"{V1}/opportunities/{listing.public_id}/"
    answer = cast.client("owner").patch(address, {**FORBIDDEN, "title": "新的标题"}, content_type="application/json")
    assert answer.status_code == 200
    assert kept(listing) == before
    assert listing.title == "新的标题"


def test_a_new_listing_is_a_draft_of_the_own_organisation(cast: Cast) -> None:
    answer = cast.client("owner").post(
        f"{V1}/opportunities/", {**FORBIDDEN, "title": "新的"}, content_type="application/json"
    )
    made = Opportunity.objects.get(public_id=answer.json()["id"])
    assert (made.owner, made.author, made.state, made.city) == (cast.agency, cast.owner, State.DRAFT, cast.agency.city)
    assert (made.number, made.version, made.approved_by, made.notes, made.published_at) == ("", 1, None, {}, None)


def test_the_version_can_only_be_compared(cast: Cast, opportunity: Opportunity) -> None:
    address = f"{V1}/opportunities/{opportunity.public_id}/"
    client = cast.client("owner")
    assert client.patch(address, {"version": 7, "title": "新"}, content_type="application/json").status_code == 409
    assert client.patch(address, {"version": 1, "title": "新"}, content_type="application/json").json()["version"] == 2


def test_an_answer_and_a_decision_take_no_score_or_state(cast: Cast, match: Match) -> None:
    more = {"score": 100, "state": "agreed", "side": "capability", "by": cast.counterpart.pk, "match": "222222222222"}
    answer = cast.client("owner").post(
        f"{V1}/matches/{match.public_id}/answer/", {"answer": "accept", **more}, content_type="application/json"
    )
    assert answer.status_code == 200
    match.refresh_from_db()
    assert (match.score, match.state) == (82, "pushed")
    assert {a.side: (a.state, a.by) for a in match.answers.all()} == {
        "opportunity": ("accepted", cast.owner), "capability": ("waiting", None),
    }  # fmt: skip


def test_a_form_takes_no_more_than_it_shows(cast: Cast) -> None:
    listing = OpportunityFactory(owner=cast.agency, state=State.DRAFT, published_at=None, author=cast.owner)
    address = f"/opportunities/{listing.public_id}/edit/"
    more = {name: value for name, value in FORBIDDEN.items() if name != "programme"}
    cast.client("owner").post(address, {**more, "notes": "x", "title": "新的标题", "visibility": "public"})
    listing.refresh_from_db()
    assert (listing.title, listing.state, listing.owner, listing.number) == (
        "新的标题",
        State.DRAFT,
        cast.agency,
        listing.number,
    )
    assert listing.approved_by is None


def test_an_owner_does_not_verify_the_own_organisation_by_its_form(cast: Cast) -> None:
    type(cast.agency).objects.filter(pk=cast.agency.pk).update(verified_at=None)
    address = f"/organisations/{cast.agency.public_id}/edit/"
    cast.client("owner").post(address, {"verified_at": "2020-01-01", "verified_by": cast.owner.pk, "name": "别的"})
    cast.agency.refresh_from_db()
    assert cast.agency.verified_at is None


def test_what_is_refused_leaves_no_event(cast: Cast, opportunity: Opportunity) -> None:
    before = Event.objects.count()
    address = f"{V1}/opportunities/{opportunity.public_id}/"
    for name in ("stranger", "counterpart", "colleague", "reviewer", "nobody"):
        cast.client(name).patch(address, {"title": "不可"}, content_type="application/json")
        cast.client(name).post(f"{address}close/", {"reason": "withdrawn"}, content_type="application/json")
    assert Event.objects.count() == before
