"""Every page in a real Chromium, dark and light, wide and narrow, in both languages: read by everybody, quiet, at home."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages.city import PEOPLE, client
from tests.browser.pages.graph import Graph
from tests.browser.pages.walk import PAIRS, Found, Walker, plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def found(city: Path, web: str, browser: Browser, signed_in: dict[str, str]) -> Found:
    """What is wrong with any page; each is visited by up to two of its readers; every_look.py is the whole."""
    routes = {role: Graph(client(role), alike=1).explore("/", "/desk/").routes() for role in PEOPLE}
    walker = Walker(browser, web, signed_in)
    for role, address, look in plan(routes):
        walker.visit(role, address, look)
    walker.close()
    return walker.found


@pytest.mark.parametrize("kind", ["status", "axe", "console", "csp", "hosts", "dialogs", "width"])
def test_it_finds_nothing_wrong(found: Found, kind: str) -> None:
    assert found.visits > 2 * len(PAIRS)
    assert not found.of(kind), found.of(kind)
