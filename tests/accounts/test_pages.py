"""Organisations, teams and preferences as people use them."""

import pytest
from django.urls import reverse

from accounts.models import Invitation, Organisation
from codelists.models import Code
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def regions(db: None) -> None:
    for code, name in (("990100", "湖城市"), ("990101", "东湖区")):
        Code.objects.get_or_create(list_name="region", code=code, defaults={"name_zh": name, "name_en": name})


def test_it_registers_from_a_pasted_full_width_code(cast: Cast, regions: None) -> None:
    code = factories.uscc(88_000_001)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    data = {"uscc": f" {wide} ", "name": "样例企业", "kind": "firm", "city": "990100", "weekly_cap": 6}
    answer = cast.client("stranger").post(reverse("register-organisation"), data)
    assert answer.status_code == 302
    assert Organisation.objects.get(name="样例企业").uscc == code


def test_an_invalid_code_is_answered_with_a_sentence_and_422(cast: Cast, regions: None) -> None:
    data = {"uscc": "91990100000000010Z", "name": "样例企业", "kind": "firm", "city": "990100", "weekly_cap": 6}
    answer = cast.client("stranger").post(reverse("register-organisation"), data)
    assert answer.status_code == 422
    assert "统一社会信用代码" in answer.content.decode()


def test_the_code_is_checked_while_one_types(cast: Cast) -> None:
    client = cast.client("stranger")
    good = client.get(reverse("check-code"), {"uscc": factories.uscc(88_000_002)}).content.decode()
    taken = client.get(reverse("check-code"), {"uscc": cast.firm.uscc}).content.decode()
    assert "校验通过" in good
    assert "已经登记过" in taken


def test_a_stranger_never_sees_the_contact(cast: Cast) -> None:
    address = reverse("organisation", args=[cast.agency.public_id])
    assert cast.agency.contact_phone in cast.client("owner").get(address).content.decode()
    assert cast.agency.contact_phone not in cast.client("stranger").get(address).content.decode()


def test_the_owner_invites_a_colleague(cast: Cast) -> None:
    address = reverse("team", args=[cast.agency.public_id])
    cast.client("owner").post(address, {"email": "neu@city.example", "role": "editor"})
    assert Invitation.objects.get().email == "neu@city.example"


def test_preferences_change_the_language_at_once(cast: Cast) -> None:
    client = cast.client("owner")
    client.post(reverse("preferences"), {"name": "甲一", "language": "en", "email_mode": "digest"})
    assert "Preferences" in client.get(reverse("preferences")).content.decode()


def test_the_register_of_organisations_costs_the_same_for_many(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client, address = cast.client("reviewer"), reverse("organisations")
    client.get(address)
    with django_assert_max_num_queries(8) as few:
        client.get(address)
    factories.OrganisationFactory.create_batch(12, verified_at=None)
    with django_assert_max_num_queries(len(few)):
        client.get(address)
