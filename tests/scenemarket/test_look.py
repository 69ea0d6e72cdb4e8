"""The reader's choices of theme and type size are kept, and only those."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


@pytest.mark.django_db
def test_it_keeps_the_theme_and_goes_back(client: Client) -> None:
    answer = client.post("/look/", {"theme": "dark", "type": "large", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert (answer.cookies["theme"].value, answer.cookies["type"].value) == ("dark", "large")


@pytest.mark.django_db
def test_the_page_follows_the_choice(client: Client) -> None:
    client.cookies.load({"theme": "dark", "type": "large"})
    page = client.get("/accounts/login/").content.decode()
    assert 'data-bs-theme="dark" data-type="large"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(client: Client, target: str) -> None:
    assert client.post("/look/", {"theme": "dark", "next": target})["Location"] == "/"


@pytest.mark.django_db
def test_an_unknown_theme_is_not_kept(client: Client) -> None:
    assert "theme" not in client.post("/look/", {"theme": '"><script>'}).cookies


@pytest.mark.django_db
def test_the_component_book_is_not_for_strangers(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_refuses(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert " style=" not in text
    assert "<style" not in text
    assert not any(f" {event}=" in text for event in ("onclick", "onchange", "onsubmit", "onload", "oninput"))
    assert text.count("\n") <= 150
