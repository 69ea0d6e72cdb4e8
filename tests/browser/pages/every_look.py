"""Every page by each of its readers in all eight looks: half an hour, so only `./market screens --check` asks for it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages.city import PEOPLE, client
from tests.browser.pages.graph import Graph
from tests.browser.pages.walk import LANGUAGES, Walker, every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module", params=PEOPLE)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# Not in a test's transaction: reading a message is noted, and the web process would wait for that row.
@pytest.fixture(scope="module")
def routes(role: str, city: Path) -> dict[str, str]:
    return Graph(client(role), alike=1).explore("/", "/desk/").routes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_finds_nothing_wrong(
    role: str, language: str, routes: dict[str, str], web: str, browser: Browser, signed_in: dict[str, str]
) -> None:
    walker = Walker(browser, web, signed_in)
    for address, look in every_look(routes, language):
        walker.visit(role, address, look)
    walker.close()
    print(f"{role} {language}: {len(routes)} pages, {walker.found.visits} visits")
    assert routes
    assert not walker.found.lines, "\n".join(line for lines in walker.found.lines.values() for line in lines)
