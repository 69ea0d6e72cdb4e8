"""Every page by each of its readers in all eight looks: half an hour, so only `./market screens --check` asks for it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages.city import PEOPLE, client
from tests.browser.pages.graph import Graph
from tests.browser.pages.walk import LANGUAGES, Walker, every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", PEOPLE)
def test_it_finds_nothing_wrong(
    role: str, language: str, city: Path, web: str, browser: Browser, signed_in: dict[str, str]
) -> None:
    routes = Graph(client(role), alike=1).explore("/", "/desk/").routes()
    walker = Walker(browser, web, signed_in)
    for address, look in every_look(routes, language):
        walker.visit(role, address, look)
    walker.close()
    print(f"{role} {language}: {len(routes)} pages, {walker.found.visits} visits")
    assert routes
    assert not walker.found.lines, "\n".join(line for lines in walker.found.lines.values() for line in lines)
