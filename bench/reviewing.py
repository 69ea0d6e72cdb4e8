"""A reviewer clears the queue without the mouse: real Chromium, real answers of a running SceneMarket, keys only.

    python -m bench.reviewing http://127.0.0.1:8000 [--pairs 100] [--read 0] [--sign-in EMAIL:PASSWORD]

Decides on so many pairs: most are approved (a), each tenth is excluded with a reason (x, a figure, Enter), each tenth gets
words first (e, words, Esc, a), each twentieth decision is taken back (z) and made again. Says how long a pair takes from the
key to the next pair in focus, and how long the server took for it. `--read` seconds are waited before each decision, as
a reader would. It really decides: use a sample city that may be thrown away. Signs in as bench.screens does.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urljoin

from playwright.sync_api import Page, Response, sync_playwright

from bench.screens import sign_in
from runtime.browser import browser as installed_browser

SIGN_INS = Path(os.environ.get("VAR_DIR", "var")) / "sample-signins.json"
# when which pair got the focus, and when which key went down: on the page's own clock
WATCH = """
window.seen = {focus: [], key: 0};
addEventListener("keydown", () => { window.seen.key = performance.now(); }, true);
addEventListener("focusin", (event) => {
  if (event.target.matches(".s-q [aria-current] .o"))
    window.seen.focus.push([performance.now(), document.querySelector("[data-open-pair]").dataset.openPair]);
});
"""
OPEN = "() => document.querySelector('[data-open-pair]')?.dataset.openPair ?? ''"
MOVED = "(was) => window.seen.focus.some(([at, pair]) => at > window.seen.key && pair !== was)"
SINCE_KEY = "() => window.seen.focus.at(-1)[0] - window.seen.key"
DECIDED = "/approve/", "/exclude/", "/undo/"
WORDS = "可先到现场踏勘，再约双方见面。"


@dataclass
class Times:
    """Milliseconds by kind of step: from the key to the next pair in focus, and of the server."""

    focus: dict[str, list[float]] = field(default_factory=dict)
    server: list[float] = field(default_factory=list)

    def note(self, kind: str, milliseconds: float) -> None:
        self.focus.setdefault(kind, []).append(milliseconds)

    def answered(self, response: Response) -> None:
        """The time from the last byte of the request to the first byte of the answer."""
        if response.request.method == "POST" and response.url.endswith(DECIDED):
            timing = response.request.timing
            self.server.append(timing["responseStart"] - timing["requestStart"])


def main(arguments: list[str] | None = None) -> int:
    """Review; 0, or 1 when the queue is shorter than what was asked for."""
    options = _options(arguments)
    email, _colon, password = (options.sign_in or _reviewer()).partition(":")
    times = Times()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        sign_in(context, options.base, email, password)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("response", times.answered)
        page.goto(urljoin(options.base, "/review/"))
        page.wait_for_load_state("networkidle")
        began = time.perf_counter()
        done = review(page, times, options.pairs, options.read)
        spent = time.perf_counter() - began
        browser.close()
    _tell(done, spent, options.read, times)
    return 0 if done == options.pairs else 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reviewing", description="Clear the review queue by keyboard."
    )
    parser.add_argument("base")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--read", type=float, default=0.0)
    parser.add_argument("--sign-in", default="", metavar="EMAIL:PASSWORD")
    return parser.parse_args(arguments)


def _reviewer() -> str:
    rows = json.loads(SIGN_INS.read_text("utf-8"))
    found = next(row for row in rows if "审核" in row["role"])
    return f"{found['email']}:{found['password']}"


def review(page: Page, times: Times, pairs: int, read: float) -> int:
    """Decide on so many pairs; returns how many were decided on."""
    for number in range(pairs):
        if not page.evaluate(OPEN):
            return number
        time.sleep(read)
        if number % 10 == 4:
            exclude(page, times)
        elif number % 10 == 7:
            write(page)
            press(page, times, "a", "words, then approve")
        else:
            press(page, times, "a", "approve")
        if number % 20 == 11:
            press(page, times, "z", "undo")
            press(page, times, "a", "approve")
    return pairs


def press(page: Page, times: Times, key: str, kind: str) -> None:
    """One key that brings another pair, and the time until it has the focus."""
    was = page.evaluate(OPEN)
    page.keyboard.press(key)
    page.wait_for_function(MOVED, arg=was)
    times.note(kind, page.evaluate(SINCE_KEY))


def exclude(page: Page, times: Times) -> None:
    """x, the first reason, Enter."""
    page.keyboard.press("x")
    page.wait_for_function("() => document.activeElement.matches('#dlg-exclude input[type=radio]')")
    page.keyboard.press("1")
    press(page, times, "Enter", "exclude with a reason")


def write(page: Page) -> None:
    """e, words, Esc."""
    page.keyboard.press("e")
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")


def _tell(done: int, spent: float, read: float, times: Times) -> None:
    print(f"{done} pairs in {spent:.1f} s, of which {done * read:.0f} s reading: {spent / max(done, 1):.2f} s a pair")
    print(f"{'ms from key to next pair in focus':<36}{'n':>5}{'p50':>8}{'p95':>8}{'most':>8}")
    for kind, found in times.focus.items():
        _row(kind, found)
    _row("server, a decision", times.server)


def _row(label: str, found: list[float]) -> None:
    cuts = quantiles(found, n=20) if len(found) > 1 else found * 19
    print(f"{label:<36}{len(found):>5}{cuts[9]:>8.0f}{cuts[18]:>8.0f}{max(found):>8.0f}")


if __name__ == "__main__":
    sys.exit(main())
