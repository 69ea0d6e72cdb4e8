"""Nobody vouches for the own side, and nobody is vouched for unseen."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import services
from accounts.models import Appointment, Membership, Organisation, Title
from accounts.roles import MemberRole, Office
from activity.models import Notice
from matching.services import answers, review
from matching.states import MatchState
from scenemarket.errors import NotAllowed, NotFound, WrongState
from tests import factories
from tests.conftest import Cast
from tests.factories import CITY, MatchFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def insider(cast: Cast) -> None:
    """The reviewer is a member of the firm, too."""
    Membership.objects.create(user=cast.reviewer, organisation=cast.firm, role=MemberRole.OWNER)


@pytest.mark.usefixtures("insider")
def test_nobody_verifies_the_own_organisation(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.firm.pk).update(verified_at=None)
    cast.firm.refresh_from_db()
    with pytest.raises(NotAllowed):
        services.verify(cast.firm, by=cast.reviewer)


@pytest.mark.usefixtures("insider")
def test_nobody_verifies_the_own_title(cast: Cast) -> None:
    title = Title.objects.create(organisation=cast.firm, scheme="x", name="样例称号")
    with pytest.raises(NotAllowed):
        services.verify_title(title, by=cast.reviewer)


@pytest.mark.usefixtures("insider")
def test_nobody_approves_a_pair_of_the_own_side(cast: Cast, opportunity: object, capability: object) -> None:
    pair = MatchFactory(opportunity=opportunity, capability=capability)
    with pytest.raises(NotAllowed):
        review.approve(pair, by=cast.reviewer)
    pair.refresh_from_db()
    assert pair.state == MatchState.PROPOSED


def test_another_name_after_the_look_is_not_verified(cast: Cast) -> None:
    waiting = factories.OrganisationFactory(verified_at=None)
    seen = waiting.identity
    Organisation.objects.filter(pk=waiting.pk).update(name="别的公司")
    address = f"/organisations/{waiting.public_id}/verify/"
    assert cast.client("reviewer").post(address, {"seen": seen}).status_code == 409
    with pytest.raises(WrongState):
        services.verify(waiting, by=cast.reviewer)  # loaded before the change
    waiting.refresh_from_db()
    assert waiting.verified_at is None


@pytest.mark.parametrize(("name", "value"), [("name", "别的公司"), ("kind", "agency"), ("city", "990200")])
def test_who_becomes_somebody_else_is_verified_anew(cast: Cast, name: str, value: str) -> None:
    services.edit_organisation(cast.firm, by=cast.counterpart, values={name: value})
    cast.firm.refresh_from_db()
    assert cast.firm.verified_at is None


def test_a_reviewer_of_another_city_decides_nothing_here(cast: Cast, opportunity: object, capability: object) -> None:
    elsewhere = factories.reviewer("990200", email="elsewhere@city.example")
    pair = MatchFactory(opportunity=opportunity, capability=capability)
    with pytest.raises(NotAllowed):
        review.approve(pair, by=elsewhere)
    cast.reviewer = elsewhere
    client = cast.client("reviewer")
    waiting = factories.OpportunityFactory(owner=cast.agency, state="submitted", published_at=None)
    for address in (
        f"/opportunities/{waiting.public_id}/",
        f"/matches/{pair.public_id}/",
        f"/api/v1/matches/{pair.public_id}/",
    ):
        assert client.get(address).status_code == 404, address
    assert client.post(f"/review/{pair.public_id}/approve/").status_code == 404
    assert client.post("/review/release/", {"city": CITY}).status_code == 404
    assert client.post("/api/v1/runs/", {"city": CITY}, content_type="application/json").status_code == 403


def test_an_excluded_pair_says_nothing_of_the_decision(cast: Cast, opportunity: object, capability: object) -> None:
    MatchFactory(opportunity=opportunity, capability=capability, state=MatchState.EXCLUDED, exclusion="irrelevant")
    with pytest.raises(WrongState) as refused:
        answers.apply(opportunity=opportunity, capability=capability, by=cast.counterpart)
    assert str(MatchState.EXCLUDED.label) not in str(refused.value)


def test_administrators_exclude_each_other_and_read_no_business(cast: Cast, match: object) -> None:
    person = factories.UserFactory(email="system@city.example")
    Appointment.objects.create(user=person, office=Office.SYSTEM)
    cast.stranger = person
    client = cast.client("stranger")
    for address in (
        "/review/",
        "/log/",
        f"/matches/{match.public_id}/",
        f"/organisations/{cast.agency.public_id}/team/",
    ):
        assert client.get(address).status_code == 404, address


def test_an_invitation_opens_only_to_a_proved_address(cast: Cast) -> None:
    invitation = services.invite(cast.agency, by=cast.owner, email=cast.stranger.email, role=MemberRole.OWNER)
    with pytest.raises(NotFound):
        services.accept_invitation(invitation.public_id, by=cast.stranger)


def test_nobody_is_told_of_an_invitation_to_an_address_that_is_not_proved(cast: Cast) -> None:
    services.invite(cast.agency, by=cast.owner, email=cast.stranger.email, role=MemberRole.EDITOR)
    assert not Notice.objects.filter(recipient=cast.stranger).exists()
    EmailAddress.objects.create(user=cast.stranger, email=cast.stranger.email, verified=True, primary=True)
    services.invite(cast.agency, by=cast.owner, email=cast.stranger.email, role=MemberRole.EDITOR)
    assert Notice.objects.filter(recipient=cast.stranger, kind="team.invited").count() == 1


@pytest.mark.parametrize("days", [None, 3])
def test_a_batch_is_unseen_before_its_day(cast: Cast, days: int | None) -> None:
    day = None if days is None else timezone.localdate() + timedelta(days=days)
    batch = factories.BatchFactory(name="未公布的清单", published_on=day)
    for address in ("/", "/batches/", "/api/v1/batches/"):
        assert "未公布的清单" not in cast.client("stranger").get(address).content.decode(), address
    for address in (
        f"/batches/{batch.public_id}/",
        f"/batches/{batch.public_id}/export/",
        f"/api/v1/batches/{batch.public_id}/",
    ):
        assert cast.client("stranger").get(address).status_code == 404, address
    assert cast.client("reviewer").get(f"/batches/{batch.public_id}/").status_code == 200
