"""A page in a real Chromium: what it says to the console, whom it asks, what axe and the eye find, what opens."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

WIDTHS, THEMES, LANGUAGES = (1280, 390), ("light", "dark"), ("zh-hans", "en")
HEIGHT = 900
NARROWEST, ZOOMED = 320, 640
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # colours of what cannot be used have no rule to keep; the rest of this list is on without being named
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,
}
CSP = "window.refused = []; addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective + ' ' + e.blockedURI))"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# what reaches beyond the page, for the message
REACHING = """() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  && e.checkVisibility() && !e.closest('.s-scroll, .s-tabs, [data-scroll]')).slice(-2).map(e => e.tagName + '.' + e.className).join(', ')"""
# presses every menu in turn, as one that shuts the others would not let them all be open; what reaches out is told
OPEN_MENUS = """() => [...document.querySelectorAll('details > summary')].filter(s => s.checkVisibility()).flatMap(s => {
  if (!s.parentElement.open) s.click();
  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wider > 0 ? [`${wider} px too wide with ${s.textContent.trim().slice(0, 20)} open`] : []; })"""
DIALOGS = """() => [...new Set([...document.querySelectorAll('[data-open]')].filter(b => b.checkVisibility() && !b.disabled)
  .map(b => b.dataset.open))]"""
Look = tuple[str, str, int]
LOOKS: list[Look] = list(product(LANGUAGES, THEMES, WIDTHS))
# every value of every choice, and every pair of choices, in four looks; the first two hold every value
PAIRS: list[Look] = [("zh-hans", "light", 1280), ("en", "dark", 390), ("zh-hans", "dark", 390), ("en", "light", 1280)]


@dataclass
class Found:
    """What was wrong, by kind; each line says where."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    visits: int = 0

    def add(self, kind: str, where: str, what: str) -> None:
        line = f"{where}: {what}"
        if line not in self.lines.setdefault(kind, []):
            self.lines[kind].append(line)

    def of(self, kind: str) -> str:
        return "\n".join(self.lines.get(kind, []))


def plan(routes: dict[str, dict[str, str]], at_most: int = 2) -> Iterator[tuple[str, str, Look]]:
    """(role, address, look): each page by at most so many of its readers, and by each of PAIRS' values at least once.

    In: role → route → address.
    """
    names = sorted({name for known in routes.values() for name in known})
    for number, name in enumerate(names):
        readers = [role for role, known in routes.items() if name in known]
        chosen = [readers[(number + i) % len(readers)] for i in range(min(at_most, len(readers)))]
        for turn, role in enumerate([*chosen, chosen[0]] if len(chosen) == 1 else chosen):
            yield role, routes[role][name], PAIRS[turn % len(PAIRS)]


def every_look(routes: dict[str, str], language: str) -> Iterator[tuple[str, Look]]:
    """(address, look): each page of one person in each look of one language.

    In: route → address.
    """
    yield from product(routes.values(), [look for look in LOOKS if look[0] == language])


class Walker:
    """Visits pages as any of the city's people; one window for each person and language."""

    def __init__(self, browser: Browser, base: str, sessions: dict[str, str]) -> None:
        self.browser, self.base, self.sessions, self.found = browser, base, sessions, Found()
        self._axe = Axe()
        self._pages: dict[tuple[str, str], Page] = {}
        self._where = self._language = ""
        self._opened: set[tuple[str, str]] = set()

    def page(self, role: str, language: str) -> Page:
        """That person's window."""
        if (role, language) not in self._pages:
            context = self.browser.new_context(base_url=self.base, locale="zh-CN" if language == "zh-hans" else "en-GB")
            sign_in(context, self.sessions[role], self.base)
            context.add_init_script(CSP)
            self._pages[role, language] = self._listen(context)
        return self._pages[role, language]

    def close(self) -> None:
        """Close every window."""
        for page in self._pages.values():
            page.context.close()

    def visit(self, role: str, address: str, look: Look, then: Callable[[Page], None] | None = None) -> None:
        """Open the page in that look and note what is wrong with it."""
        self._language, theme, width = look
        language = self._language
        self._where = f"{address} as {role} {language} {theme} {width}"
        page = self.page(role, language)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        answer = page.goto(address)
        self.found.visits += 1
        if answer and answer.status >= 400:
            self.found.add("status", self._where, str(answer.status))
        # parts that a page asks for as soon as it stands
        expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)
        self._axe_of(page)
        self._open_all(page)
        for refused in page.evaluate("window.refused || []"):
            self.found.add("csp", self._where, refused)
        self._narrow(page)
        if then:
            then(page)

    def _listen(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.found.add("console", self._where, str(error)))
        page.on("dialog", lambda dialog: dialog.dismiss())
        context.on("request", self._asked)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.add("console", self._where, message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.found.add("hosts", self._where, request.url)

    def _axe_of(self, page: Page, part: str | None = None) -> None:
        for rule in self._axe.run(page, context=part, options=RULES).response["violations"]:
            for node in rule["nodes"][:3]:
                reason = re.sub(r"\s+", " ", node.get("failureSummary", ""))[:200]
                self.found.add("axe", self._where, f"{rule['id']} {node['target']} {node['html'][:120]} {reason}")

    def _open_all(self, page: Page) -> None:
        """Menus, then dialogs, each looked at while it is open; a dialog that was seen in this language is left closed."""
        for reaching in page.evaluate(OPEN_MENUS):
            self.found.add("width", self._where, reaching)
        if page.locator("details[open] > .pop").count():
            self._axe_of(page, "details[open] > .pop")
            page.evaluate("document.querySelectorAll('details[open]').forEach(d => { d.open = false })")
        for name in page.evaluate(DIALOGS):
            if (name, self._language) not in self._opened:
                self._opened.add((name, self._language))
                self._open_dialog(page, name)

    def _open_dialog(self, page: Page, name: str) -> None:
        opener = page.locator(f"[data-open='{name}']:visible").first
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.locator(f"dialog#{name}[open]")
        if not dialog.count():
            self.found.add("dialogs", self._where, f"{name} does not open")
            return
        self._axe_of(page, f"dialog#{name}")
        for _step in range(12):
            page.keyboard.press("Tab")
            if not page.evaluate(
                "!!document.activeElement.closest('dialog[open]') || document.activeElement === document.body"
            ):
                self.found.add("dialogs", self._where, f"the focus leaves {name}")
        page.keyboard.press("Escape")
        if dialog.count():
            self.found.add("dialogs", self._where, f"{name} stays open at Escape")
        elif not opener.evaluate("e => document.activeElement === e"):
            self.found.add("dialogs", self._where, f"the focus does not return from {name}")

    def _narrow(self, page: Page) -> None:
        for width in (ZOOMED, NARROWEST):
            page.set_viewport_size({"width": width, "height": HEIGHT // 2})
            self._too_wide(page, f"at {width}")

    def _too_wide(self, page: Page, when: str) -> None:
        if (wider := page.evaluate(WIDER)) > 0:
            self.found.add("width", self._where, f"{wider} px too wide {when}: {page.evaluate(REACHING)}")


def sign_in(context: BrowserContext, session: str, base: str) -> None:
    """Give the window a session, without the page for signing in; none for a visitor."""
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
