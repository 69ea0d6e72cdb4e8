"""Who is in, and when no longer: sign-in, lock-out, sessions, tokens."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from scenemarket.ids import new_id
from tests.conftest import Cast
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, TOKEN = "/accounts/login/", "/api/v1/token/"


@pytest.fixture(autouse=True)
def own_counters(settings: Settings) -> None:
    """Tries are counted in the cache: each test under a name of its own."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{new_id()}"}}


def sign_in(client: Client, email: str = "owner@city.example", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def token(client: Client, email: str = "owner@city.example", password: str = PASSWORD) -> Any:
    return client.post(TOKEN, {"email": email, "password": password}, content_type="application/json")


def test_the_session_is_another_one_after_sign_in(cast: Cast) -> None:
    client = Client()
    client.get("/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert sign_in(client).status_code == 302
    assert client.cookies["sessionid"].value != session.session_key


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(cast: Cast) -> None:
    client = Client()
    sign_in(client)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def said(answer: Any) -> list[str]:
    return list(answer.context["form"].non_field_errors())


@pytest.mark.parametrize("email", ["owner@city.example", "nobody.knows@city.example"])
def test_it_locks_out_after_wrong_passwords_known_or_not(cast: Cast, email: str) -> None:
    answers = [sign_in(Client(), email, "wrong-password") for _n in range(7)]
    words = [said(answer) for answer in answers]
    assert words[:5] == [words[0]] * 5
    assert words[5] == words[6] != words[0]
    assert not sign_in(Client(), email).wsgi_request.user.is_authenticated


def test_it_says_the_same_of_known_and_unknown_addresses(cast: Cast) -> None:
    known, unknown = (sign_in(Client(), email, "wrong-password") for email in ("owner@city.example", "no@city.example"))
    assert said(known) == said(unknown)


def test_the_way_through_a_made_up_proxy_counts_as_the_same(cast: Cast) -> None:
    for n in range(12):
        sign_in(Client(headers={"x-forwarded-for": f"10.0.0.{n}"}), f"no{n}@city.example", "wrong-password")
    answer = sign_in(Client(headers={"x-forwarded-for": "10.0.1.1"}), "other@city.example", "wrong-password")
    first = said(sign_in(Client(REMOTE_ADDR="192.0.2.9"), "fresh@city.example", "wrong-password"))
    assert said(answer) != first


def test_tokens_and_the_page_share_one_counter(cast: Cast) -> None:
    assert [token(Client(), password="wrong-password").status_code for _n in range(6)] == [422] * 5 + [429]
    assert token(Client()).status_code == 429
    assert not sign_in(Client()).wsgi_request.user.is_authenticated


def test_a_token_says_the_same_of_known_and_unknown_addresses(cast: Cast) -> None:
    answers = [token(Client(), email, "wrong-password").json() for email in ("owner@city.example", "no@city.example")]
    assert answers[0] == answers[1]


def with_token(key: str) -> Any:
    return Client().get("/api/v1/inbox/", headers={"authorization": f"Token {key}"})


def test_a_token_opens_the_api_until_the_password_changes(cast: Cast) -> None:
    key = token(Client()).json()["token"]
    assert with_token(key).status_code == 200
    client = Client()
    sign_in(client)
    fresh = {"oldpassword": PASSWORD, "password1": "another-horse-77", "password2": "another-horse-77"}
    assert client.post(reverse("account_change_password"), fresh).status_code == 302
    assert with_token(key).status_code in (401, 403)
    assert not Token.objects.filter(user=cast.owner).exists()


def test_a_new_password_ends_the_other_sessions(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client)
    fresh = {"oldpassword": PASSWORD, "password1": "another-horse-77", "password2": "another-horse-77"}
    here.post(reverse("account_change_password"), fresh)
    assert elsewhere.get("/desk/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(cast: Cast) -> None:
    client = Client()
    sign_in(client)
    kept = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    client.cookies["sessionid"] = kept
    assert client.get("/desk/").status_code == 302


def test_the_next_request_of_a_disabled_person_is_refused(cast: Cast) -> None:
    client, key = cast.client("owner"), token(Client()).json()["token"]
    assert client.get("/desk/").status_code == 200
    type(cast.owner).objects.filter(pk=cast.owner.pk).update(is_active=False)
    assert client.get("/desk/").status_code == 302
    assert with_token(key).status_code in (401, 403)
    assert token(Client()).status_code == 422
    assert not sign_in(Client()).wsgi_request.user.is_authenticated


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(cast: Cast) -> None:
    client, address = cast.client("reviewer"), "/review/"
    assert client.get(address).status_code == 200
    cast.reviewer.appointments.all().delete()
    assert client.get(address).status_code == 404


def test_a_member_who_leaves_sees_nothing_of_the_team(cast: Cast) -> None:
    client, address = cast.client("colleague"), reverse("team", args=[cast.agency.public_id])
    assert client.get(address).status_code == 200
    cast.colleague.memberships.all().delete()
    assert client.get(address).status_code == 404


def test_another_address_asks_for_the_password_again(cast: Cast) -> None:
    EmailAddress.objects.create(user=cast.owner, email=cast.owner.email, primary=True, verified=True)
    client = cast.client("owner")  # signed in without a password just given
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "thief@else.example"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="thief@else.example").exists()
