"""Every page: strict headers, no inline script or style, no other host, no change by looking, no POST without a token."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.conftest import Cast
from tests.security.addresses import Address, gets, posts

pytestmark = pytest.mark.django_db
OUTSIDE = ("account_login", "account_signup", "account_reset_password")
LOADED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "use": "href",
    "form": "action",
    "source": "src",
    "video": "src",
}
# a look at contacts is logged; a notice that is opened counts as read
LOGGED = {"api-deal-contacts"}


class Faults(HTMLParser):
    """What the policy would stop, or what leads outside, in one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = dict(given)
        wrong = [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "hx-on")]
        wrong += [
            "javascript:" for value in attributes.values() if (value or "").strip().lower().startswith("javascript:")
        ]
        inline = tag == "script" and "src" not in attributes and attributes.get("type") != "application/json"
        if tag == "style" or inline or tag in ("object", "embed", "base"):
            wrong.append(f"<{tag}>")
        address = attributes.get(LOADED.get(tag, "")) or ""
        if urlsplit(address).netloc or urlsplit(address).scheme not in ("", "data"):
            wrong.append(address)
        self.found += [f"{tag}: {what}" for what in wrong]


def pages(cast: Cast) -> Iterator[tuple[Address | str, Any]]:
    """Each page as somebody who is granted it sees it, and those before sign-in."""
    for address in gets(cast):
        yield address.url, cast.client(address.name).get(address.url)
    for route in OUTSIDE:
        yield reverse(route), Client().get(reverse(route))
    for name in ("account_email", "account_change_password", "account_logout"):
        yield reverse(name), cast.client("owner").get(reverse(name))
    for url in ("/nothing/", "/opportunities/222222222222/"):
        yield url, Client().get(url)


def test_every_answer_has_its_headers_and_no_page_breaks_the_policy(cast: Cast) -> None:
    seen = 0
    for url, answer in pages(cast):
        check_headers(str(url), answer)
        if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            faults = Faults(answer.content.decode()).found
            assert not faults, f"{url}: {faults}"
            seen += 1
    assert seen > 50


def check_headers(url: str, answer: Any) -> None:
    policy = answer.headers["Content-Security-Policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'", url
    assert "unsafe" not in rules["script-src"] + rules["style-src"], url
    assert all(part in ("'self'",) or part.startswith("'nonce-") for part in rules["script-src"].split()), url
    assert answer.headers["X-Content-Type-Options"] == "nosniff", url
    assert answer.headers["X-Frame-Options"] == "DENY", url
    # an address that is a key is told to nobody, not even to the own house
    assert answer.headers["Referrer-Policy"] == ("no-referrer" if url.endswith(".ics") else "same-origin"), url
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", url


def test_a_nonce_is_never_given_twice() -> None:
    nonces = [
        re.findall(r"'nonce-([^']+)'", Client().get("/").headers["Content-Security-Policy"]) for _turn in range(2)
    ]
    assert not set(nonces[0]) & set(nonces[1])


def counted() -> dict[str, int]:
    """How many rows each table holds, without sessions."""
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.label != "sessions.Session"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in tables))
        return dict(cursor.fetchall())


def test_looking_changes_nothing(cast: Cast) -> None:
    addresses = [(a, cast.client(a.name)) for a in gets(cast) if a.route not in LOGGED]
    before = counted()
    for address, client in addresses:
        answer = client.get(address.url)
        if answer.streaming:
            b"".join(answer)
    assert counted() == before


def test_nothing_is_changed_without_a_token(cast: Cast) -> None:
    addresses = [a for a in posts(cast) if a.name != "nobody"]
    before, asked = counted(), 0
    for address in addresses:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.user(address.name))
        how = {"content_type": "application/json"} if address.row.json else {}
        answer = getattr(client, address.row.method)(address.url, address.data, **how)
        assert answer.status_code == 403, f"{address.url}: {answer.status_code}"
        asked += 1
    assert asked > 60
    assert counted() == before


def test_nobody_is_signed_in_or_out_without_a_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    for route in (
        "account_login",
        "account_signup",
        "account_logout",
        "account_reset_password",
        "set_language",
        "look",
    ):
        answer = client.post(reverse(route), {"login": "owner@city.example", "password": "correct-horse-9"})
        assert answer.status_code == 403, route
    assert "_auth_user_id" not in client.session


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "http:evil.example", "javascript:alert(1)",
    "/%09/evil.example", "https://127.0.0.1:8000@evil.example/", "///evil.example", "\x09//evil.example", "//evil.example\\@127.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_redirect_leads_elsewhere(cast: Cast, wanted: str) -> None:
    owner = cast.client("owner")
    answers = [
        owner.post(reverse("look"), {"theme": "dark", "next": wanted}),
        owner.post(reverse("set_language"), {"language": "en", "next": wanted}),
        owner.get(reverse("account_login"), {"next": wanted}),
        Client().post(
            f"{reverse('account_login')}",
            {"login": "owner@city.example", "password": "correct-horse-9", "next": wanted},
        ),
        cast.client("reviewer").post(reverse("review-undo-last"), {"next": wanted}),
    ]
    for answer in answers:
        host = urlsplit(answer.headers.get("Location", "/")).netloc
        assert host in ("", "testserver"), answer.headers["Location"]
        assert not answer.headers.get("Location", "/").replace("\\", "/").startswith("//")


def test_another_host_is_refused_with_a_sentence() -> None:
    answer = Client(headers={"host": "evil.example"}).get("/", secure=django_settings.HTTPS)
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_line_break_in_an_address_begins_no_line_of_the_log(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    Client().get("/nothing%0Aforged line/")
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_what_one_person_sees_is_kept_by_no_proxy(cast: Cast) -> None:
    assert cast.client("owner").get("/desk/").headers["Cache-Control"] == "private, no-cache"
    assert "Cache-Control" not in Client().get("/").headers


def test_it_says_so_when_the_counter_of_tries_is_away(cast: Cast, settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    answer = Client().post(reverse("account_login"), {"login": "owner@city.example", "password": "correct-horse-9"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert Client().get("/").status_code == 200
