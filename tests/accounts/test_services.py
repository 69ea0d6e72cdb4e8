"""What may happen to organisations and teams, and what it leaves behind."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts import services
from accounts.models import Appointment, Membership, Organisation
from accounts.roles import MemberRole, Office
from activity.models import Delivery, Event, Notice
from scenemarket.errors import NotAllowed, NotFound, WrongState
from tests import factories
from tests.conftest import Cast

VALUES = {"name": "样例新科技有限公司", "uscc": factories.uscc(77_000_001), "kind": "firm", "city": factories.CITY}


def test_it_registers_an_organisation_with_its_owner(cast: Cast) -> None:
    person = factories.UserFactory()
    organisation = services.register_organisation(by=person, values=VALUES)
    assert not organisation.is_verified
    assert person.organisation == organisation
    assert person.memberships_now[0].role == MemberRole.OWNER


def test_it_asks_the_citys_reviewers_to_verify_once(cast: Cast) -> None:
    services.register_organisation(by=factories.UserFactory(), values=VALUES)
    notice = Notice.objects.get(recipient=cast.reviewer)
    assert "样例新科技" in notice.title
    assert Delivery.objects.filter(notice=notice).count() == 1


def test_it_verifies_once_and_logs_who_did(cast: Cast) -> None:
    organisation = factories.OrganisationFactory(verified_at=None)
    services.verify(organisation, by=cast.reviewer)
    with pytest.raises(WrongState):
        services.verify(organisation, by=cast.reviewer)
    event = Event.objects.get(verb="organisation.verified")
    assert (event.actor_id, event.subject_id) == (cast.reviewer.pk, organisation.public_id)


def test_it_keeps_a_reviewer_of_another_city_from_verifying(cast: Cast) -> None:
    organisation = factories.OrganisationFactory(verified_at=None)
    with pytest.raises(NotAllowed):
        services.verify(organisation, by=factories.reviewer("990200"))
    organisation.refresh_from_db()
    assert not organisation.is_verified


def test_a_new_name_has_to_be_verified_again(cast: Cast) -> None:
    changed = services.edit_organisation(cast.agency, by=cast.owner, values={"name": "样例市改名局"})
    assert not changed.is_verified


def test_a_new_telephone_need_not_be_verified_again(cast: Cast) -> None:
    changed = services.edit_organisation(cast.agency, by=cast.owner, values={"contact_phone": "0000-1"})
    assert changed.is_verified


def test_only_a_proved_address_accepts_an_invitation(cast: Cast) -> None:
    invitation = services.invite(cast.agency, by=cast.owner, email="New@City.example", role=MemberRole.EDITOR)
    person = factories.UserFactory(email="new@city.example")
    with pytest.raises(NotFound):
        services.accept_invitation(invitation.public_id, by=person)
    EmailAddress.objects.create(user=person, email="new@city.example", verified=True)
    assert services.accept_invitation(invitation.public_id, by=person).role == MemberRole.EDITOR


def test_the_last_owner_stays(cast: Cast) -> None:
    row = Membership.objects.get(user=cast.owner)
    with pytest.raises(WrongState):
        services.set_role(row, by=cast.owner, role=MemberRole.VIEWER)
    with pytest.raises(WrongState):
        services.remove_member(row, by=cast.owner)
    assert Membership.objects.get(user=cast.owner).role == MemberRole.OWNER


def test_nobody_holds_two_of_the_three_administrations(cast: Cast) -> None:
    person = factories.UserFactory()
    services.appoint(person, by=None, office=Office.SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        services.appoint(person, by=None, office=Office.AUDIT)
    assert Appointment.objects.filter(user=person).count() == 1


def test_a_title_is_stated_until_the_city_has_verified_it(cast: Cast) -> None:
    title = services.add_title(cast.firm, by=cast.counterpart, values={"scheme": "x", "name": "样例称号"})
    assert title.state == "waiting"
    services.verify_title(title, by=cast.reviewer)
    title.refresh_from_db()
    assert title.state == "verified"


def test_the_log_refuses_to_be_rewritten(cast: Cast) -> None:
    services.register_organisation(by=cast.owner, values=VALUES)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Event.objects.all().delete()
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Event.objects.update(actor_name="somebody else")
    assert Organisation.objects.filter(name=VALUES["name"]).exists()


def test_another_owner_group_has_to_be_verified_again(cast: Cast) -> None:
    """Or a firm could slip out of the mark for a conflict of interest."""
    changed = services.edit_organisation(cast.firm, by=cast.counterpart, values={"group": "样例集团"})
    assert not changed.is_verified
