"""The week of the five people in the sample city: real pages, real worker, live news; two of them without a mouse.

They go through one copy of the city, in the order of this file, and each leaves it as a person would.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from activity.models import Event
from bench.reviewing import WATCH, Times, review
from deals.models import Deal
from matching.models import Answer, Match
from matching.states import AnswerState, MatchState
from opportunities.models import Opportunity
from tests.browser.pages.city import database_like, person
from tests.browser.pages.serving import serving
from tests.browser.pages.walk import sign_in
from tests.workers import Floor, broker_of_its_own, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PATIENCE = 40_000
TITLE = "夜间桥梁支座病害巡检"
FOCUSED = "e => e === document.activeElement"


@dataclass
class Town:
    """A copy of the city in which things happen."""

    address: str
    browser: Browser
    sessions: dict[str, str]

    def enter(self, role: str, width: int = 1280) -> Page:
        """That person's window, with everything it says to the console kept in `page.faults`."""
        context = self.browser.new_context(
            base_url=self.address, locale="zh-CN", viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(PATIENCE)
        sign_in(context, self.sessions[role], self.address)
        page = context.new_page()
        page.on("console", lambda m: pytest.fail(m.text) if m.type == "error" else None)
        return page


@pytest.fixture(scope="module")
def town(
    city: Path, browser: Browser, signed_in: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Web, worker and beat on a copy of the sample city."""
    folder = tmp_path_factory.mktemp("town")
    with database_like(connection.settings_dict["NAME"]), broker_of_its_own() as (valkey, server):
        floor = Floor(folder, valkey, server)
        with serving(folder, REDIS_URL=valkey.url) as address:
            floor.worker(processes=1)
            floor.beat()
            yield Town(address, browser, signed_in)
        floor.clear()


@pytest.fixture
def enter(town: Town) -> Iterator[Callable[..., Page]]:
    """Windows that are closed after the test."""
    opened: list[Page] = []

    def open_window(role: str, width: int = 1280) -> Page:
        opened.append(town.enter(role, width))
        return opened[-1]

    yield open_window
    for page in opened:
        page.context.close()


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Go there by the tab key alone."""
    wanted = page.locator(selector).first
    for _step in range(most):
        if wanted.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key does not come to {selector}")


def committed(query: Callable[[], Any]) -> Any:
    """Ask until the other processes have done it."""
    return until(query, seconds=PATIENCE / 1000)


def test_a_visitor_finds_what_is_needed_and_reads_on_in_english(enter: Callable[..., Page]) -> None:
    page = enter("visitor")
    page.goto("/")
    page.locator("main input[name=q]").type("渗漏")
    expect(page.locator("main [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?"))
    page.locator("main a[href*='/opportunities/']:not([href*='?'])").first.click()
    page.wait_for_url(re.compile(r"/opportunities/\w{12}/"))
    title = page.locator("h1").inner_text()
    page.locator("button[name=language][value=en]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text(title)
    page.goto("/figures/")
    expect(page.locator("main table").first).to_be_attached()


def test_staff_write_and_answer_without_a_mouse(enter: Callable[..., Page]) -> None:
    page = enter("agency")
    page.goto("/opportunities/new/")
    tab_to(page, "[name=title]")
    page.keyboard.type(TITLE)
    for name, words in (
        ("summary", "桥梁支座夜间难以检查，需要不封路的巡检办法。"),
        ("need", "识别率不低于 95%，每夜 20 座桥。"),
    ):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(words)
    tab_to(page, "button[name=then][value=save]")
    page.keyboard.press("Enter")
    written = committed(lambda: Opportunity.objects.filter(title=TITLE).first())
    assert written.owner == person("agency").organisation  # type: ignore[union-attr]

    waiting = Answer.objects.filter(
        state=AnswerState.WAITING,
        match__state=MatchState.PUSHED,
        side="opportunity",
        match__opportunity__owner=written.owner,
    )
    answer = waiting.earliest("due_at")
    page.goto(f"/matches/{answer.match.public_id}/")
    tab_to(page, "form[action$='/accept/'] button")
    page.keyboard.press("Enter")
    committed(lambda: Answer.objects.filter(pk=answer.pk, state=AnswerState.ACCEPTED).exists())


def test_a_firm_asks_and_the_other_side_reads_it_without_a_reload(enter: Callable[..., Page]) -> None:
    firm, agency = enter("firm", 390), enter("agency")
    talk = Match.objects.filter(
        state__in=[MatchState.PUSHED, MatchState.AGREED],
        opportunity__owner=person("agency").organisation,  # type: ignore[union-attr]
        capability__owner=person("firm").organisation,  # type: ignore[union-attr]
    ).latest("pk")
    agency.goto(f"/messages/{talk.public_id}/")
    firm.goto(f"/messages/{talk.public_id}/")
    firm.fill("#talk textarea", "试点管段多长，何时可以进场？")
    firm.locator("#talk form button[type=submit]").click()
    for page in (firm, agency):
        expect(page.locator("#thread")).to_contain_text("何时可以进场", timeout=PATIENCE)


def test_a_reviewer_clears_pairs_without_a_mouse(enter: Callable[..., Page]) -> None:
    page = enter("reviewer")
    page.add_init_script(WATCH)
    before = Event.objects.filter(verb__in=["match.approved", "match.excluded"]).count()
    page.goto("/review/")
    page.wait_for_function("() => document.querySelector('[data-open-pair]') !== null")
    assert review(page, Times(), pairs=12, read=0) == 12
    committed(lambda: Event.objects.filter(verb__in=["match.approved", "match.excluded"]).count() >= before + 12)
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.keyboard.press("?")
    expect(page.locator("#dlg-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dlg-keys")).to_be_hidden()


def test_a_leader_follows_a_figure_to_its_list(enter: Callable[..., Page]) -> None:
    page = enter("leader")
    page.goto("/overview/")
    number = page.locator("main a[href*='/overview/list/']").first
    expect(number).to_be_visible()
    number.click()
    page.wait_for_url("**/overview/list/**")
    expect(page.locator("main table, main .s-empty").first).to_be_visible()
    page.goto("/overview/")
    with page.expect_download() as sheet:
        page.locator("a[href*='/overview/sheet/']").first.click()
    assert sheet.value.suggested_filename.endswith(".xlsx")


def test_nothing_was_revealed_before_both_agreed(town: Town) -> None:
    assert not Deal.objects.exclude(match__state=MatchState.AGREED).exists()
