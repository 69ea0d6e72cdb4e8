"""Everything can be reached and seen without a mouse: the focus shows, nothing covers it, the text comes first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages.walk import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# the pages that people work in, as those who work there; a phone has bars that a wide window has not
PAGES = [
    ("visitor", "/", 1280),
    ("visitor", "/opportunities/", 390),
    ("visitor", "/capabilities/", 1280),
    ("agency", "/desk/", 1280),
    ("agency", "/opportunities/new/", 390),
    ("firm", "/matches/", 390),
    ("firm", "/inbox/", 1280),
    ("reviewer", "/review/", 1280),
    ("reviewer", "/review/", 390),
    ("reviewer", "/review/listings/", 1280),
    ("leader", "/overview/", 1280),
]
STEPS = 70
# Where the focus is: a name for it, whether one sees that, whether something lies over it. Of what is higher than the
# window only its beginning has to be seen.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const shown = e.matches('input.sr, .sr input, input[type=radio], input[type=checkbox]') ? e.closest('label') || e : e;
  const r = [...shown.getClientRects()].find(r => r.width && r.height) || shown.getBoundingClientRect();
  const style = getComputedStyle(e), frame = getComputedStyle(shown);
  const ringed = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none';
  const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1), y = Math.min(r.top + r.height / 2, innerHeight - 1);
  const top = document.elementFromPoint(x, Math.max(y, 0));
  return {
    name: e.tagName + '.' + e.className + ' ' + (e.textContent || e.name || e.value || '').trim().slice(0, 30),
    inside: r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth,
    ringed: ringed(style) || ringed(frame),
    covered: !(top && (shown.contains(top) || top.contains(shown) || top.closest('label') === shown.closest('label') && !!top.closest('label'))),
    by: top ? top.tagName + '.' + top.className : '' }; }"""


@pytest.fixture(scope="module")
def walker(city: Path, web: str, browser: Browser, signed_in: dict[str, str]) -> Iterator[Walker]:
    made = Walker(browser, web, signed_in)
    yield made
    made.close()


def opened(walker: Walker, role: str, address: str, width: int) -> Page:
    page = walker.page(role, "zh-hans")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = page.goto(address)
    assert answer
    assert answer.ok
    return page


def stops(page: Page) -> Iterator[dict[str, Any]]:
    """Where the focus comes to by the tab key, until it leaves the page."""
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        if not (stop := page.evaluate(FOCUS)):
            return
        yield stop


@pytest.mark.parametrize(("role", "address", "width"), PAGES)
def test_the_focus_is_seen_wherever_it_goes(walker: Walker, role: str, address: str, width: int) -> None:
    page, wrong, count = opened(walker, role, address, width), [], 0
    for stop in stops(page):
        count += 1
        lacks = [what for what, bad in (("out of sight", not stop["inside"]), ("no ring", not stop["ringed"])) if bad]
        lacks += [f"under {stop['by']}"] if stop["covered"] and stop["inside"] else []
        wrong += [f"{stop['name']}: {', '.join(lacks)}"] if lacks else []
    assert count > 8
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("role", "address"), [("visitor", "/"), ("agency", "/desk/"), ("reviewer", "/review/")])
def test_the_first_stop_leads_to_the_text(walker: Walker, role: str, address: str) -> None:
    page = opened(walker, role, address, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


@pytest.mark.parametrize("width", [1280, 390])
def test_menus_open_and_shut_by_key(walker: Walker, width: int) -> None:
    page = opened(walker, "agency", "/desk/", width)
    menu = page.locator("header .s-menu > summary:visible").last
    menu.focus()
    page.keyboard.press("Enter")
    assert menu.evaluate("e => e.parentElement.open")
    page.keyboard.press("Escape")
    assert not menu.evaluate("e => e.parentElement.open")
    assert menu.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize(
    ("role", "address"), [("visitor", "/opportunities/"), ("agency", "/desk/"), ("reviewer", "/review/")]
)
def test_no_text_is_lost_at_twice_the_size(walker: Walker, role: str, address: str) -> None:
    """200 % of a window of 1280 is one of 640; words of twice the size in the same window come to the same."""
    page = opened(walker, role, address, 640)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    clipped = page.evaluate("""() => [...document.querySelectorAll('main button, main h1, main h2, main label, main a')]
      .filter(e => e.checkVisibility() && getComputedStyle(e).overflowX === 'hidden' && e.clientWidth > 2 && e.scrollWidth > e.clientWidth + 2
        && getComputedStyle(e).textOverflow !== 'ellipsis').map(e => e.textContent.trim().slice(0, 30))""")
    assert not clipped
