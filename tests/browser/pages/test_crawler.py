"""Nobody comes to a dead end: every role follows every link and presses every button, in Chinese and in English."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.pages import graph as graphs
from tests.browser.pages.city import PEOPLE, client, undone
from tests.browser.pages.graph import Graph
from tests.browser.pages.words import NAMES, Vocabulary

# the database that the city is copied from is made for tests with this mark only
pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")
# where somebody’s day begins: there is nothing above them
TOPS = {
    *("home", "desk", "overview", "review", "listing-review"),
    *("account_login", "account_signup", "account_reset_password"),
}
UNSAID = re.compile(r"^(True|False|None)$|\bNone\b(?! of)|\b(NaN|undefined)\b|%\(\w+\)|\{\{|\{%")
# the preview of a form that nobody has filled in says what it lacks
LACKING = {("review-bulk", 422)}
# an answer that shows the form again, with what is missing
FINE = {200, 204, 302, 303, 422}


@pytest.fixture(scope="module", params=[(role, language) for role in PEOPLE for language in LANGUAGES], ids="-".join)
def seen(request: pytest.FixtureRequest, city: Path) -> tuple[str, str, Graph]:
    """All that a person sees who begins at home; in English one page of each kind."""
    role, language = request.param
    settings.WHITENOISE_AUTOREFRESH = True
    return role, language, Graph(client(role, language), 2 if language == "zh-hans" else 1).explore("/", "/desk/")


def test_no_link_is_a_dead_end(seen: tuple[str, str, Graph]) -> None:
    wrong = [
        f"{r.status} {r.address} from {r.came_from}"
        for r in seen[2].read
        if r.status >= 400 and (r.route, r.status) not in LACKING
    ]
    assert not wrong, "\n".join(wrong)


def test_no_link_leads_out_of_the_house(seen: tuple[str, str, Graph]) -> None:
    assert not seen[2].elsewhere


def test_each_page_has_a_title_one_heading_its_language_and_a_way_back(seen: tuple[str, str, Graph]) -> None:
    _role, language, graph = seen
    wrong = []
    for one, page in graph.pages():
        lacks = {
            "title": not page.title.strip(" ·"),
            f"one h1, not {page.h1}": page.h1 != 1,
            f"lang, not {page.language}": page.language != {"zh-hans": "zh-Hans"}.get(language, language),
            "breadcrumb": not page.breadcrumb and one.route not in TOPS,
            "ids that are there once": len(page.ids) != len(set(page.ids)),
            "what its buttons open": not set(page.opens) <= set(page.ids),
        }
        wrong += [f"{one.address} lacks {what}" for what, missing in lacks.items() if missing]
    assert not wrong, "\n".join(wrong)


def test_each_anchor_is_on_its_page(seen: tuple[str, str, Graph]) -> None:
    wrong = [
        f"{one.address}: {link}"
        for one, page in seen[2].pages()
        for link in page.links
        if link.startswith("#") and link != "#" and link[1:] not in page.ids
    ]
    assert not wrong, "\n".join(wrong)


def test_each_page_is_wholly_in_its_language(seen: tuple[str, str, Graph], vocabulary: Vocabulary) -> None:
    _role, language, graph = seen
    found = {words: one.address for one in graph.read if one.page for words in vocabulary.strangers(one.page, language)}
    assert not found, "\n".join(f"{address} {words}" for words, address in found.items())


def test_no_page_says_what_only_the_code_knows(seen: tuple[str, str, Graph]) -> None:
    """A value that is missing is said in words."""
    wrong = [
        f"{one.address} {words.where}: {words.text[:80]}"
        for one in seen[2].read
        if one.page
        for words in one.page.words
        if UNSAID.search(words.text) and words.where not in NAMES
    ]
    assert not wrong, "\n".join(wrong)


def test_each_button_that_is_offered_can_be_pressed(seen: tuple[str, str, Graph]) -> None:
    role, language, graph = seen
    if language != "zh-hans":
        pytest.skip("what a button does is the same in both languages")
    wrong = []
    for address, form in graphs.buttons(graph):
        for button in form.buttons[:6] or [("", "")]:
            sent = dict([*form.fields, *([button] if button[0] else [])])
            with undone():
                answer = client(role, language).post(
                    form.action or address, sent, headers={"Referer": f"http://testserver{address}"}
                )
            if answer.status_code not in FINE:
                wrong.append(f"{answer.status_code} post {form.action or address} {button} on {address}")
    assert not wrong, "\n".join(wrong)
