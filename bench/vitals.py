"""What a browser feels on each main page: when the largest part is painted, how much shifts, how long a click takes, how much comes.

    ./market bench vitals [--address http://127.0.0.1:8000] [--sign-in KEY]

In Chromium at 1280, each page in a new browser with an empty cache. Wanted: LCP 1.0 s, CLS 0.05, INP 100 ms, 350 kB as sent.
A click is a real one, on what stays on the page; a key is typed into the search. Without an address it starts the web server of
./market start on the database that DATABASE_URL names, and signs in as a reviewer of the sample city.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

WANTED = {"lcp": 1000.0, "cls": 0.05, "inp": 100.0, "kb": 350.0}
PAGES = (
    "/", "/opportunities/", "/capabilities/", "/search/?q=巡检", "/batches/", "/programmes/", "NOTICE", "/help/",
    "/desk/", "/mine/", "/review/", "/review/listings/", "/matches/", "/deals/", "/runs/", "/inbox/", "WHY", "/opportunities/new/",
)  # fmt: skip
# clicks that change something on the page, and a key
TOUCHED = ("summary", "button[type=button]", "label:has(input[type=checkbox])", ".s-btn")
OBSERVER = """
window.seen = {lcp: 0, cls: 0, inp: 0};
new PerformanceObserver(l => l.getEntries().forEach(e => seen.lcp = e.startTime)).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => l.getEntries().forEach(e => { if (!e.hadRecentInput) seen.cls += e.value; })).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(l => l.getEntries().forEach(e => { if (e.interactionId) seen.inp = Math.max(seen.inp, e.duration); }))
  .observe({type: 'event', buffered: true, durationThreshold: 16});
"""


def main() -> int:
    """Measure and print; 1 when a page is over a limit."""
    parser = argparse.ArgumentParser(prog="market bench vitals", description=__doc__.split("\n")[0])
    parser.add_argument("--address", default="")
    parser.add_argument("--sign-in", default="", help="a session key")
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    from bench.load import served
    from runtime.browser import browser as installed_browser

    session, pages = (asked.sign_in, list(PAGES)) if asked.sign_in else _session_and_pages()
    over = 0
    with served(asked.address, []) as (address, _pids), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
        print(f"load of the machine {os.getloadavg()[0]:.1f}\n{'':34}{'LCP':>8}{'CLS':>7}{'INP':>8}{'sent':>9}")
        for page in pages:
            if page.startswith("/"):
                over += told(page, measured(browser, address, page, session))
        browser.close()
    return int(over > 0)


def _session_and_pages() -> tuple[str, list[str]]:
    """A reviewer's session, and the pages with a notice and a pair that exist."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    import django

    django.setup()
    from bench.load import Pages, signed_in

    here = Pages.read()
    named = {"NOTICE": here.notices[0], "WHY": here.pairs[0]}
    return signed_in()["reviewer"][0], [named.get(page, page) for page in PAGES]


def measured(browser: Any, address: str, path: str, session: str) -> dict[str, float]:
    """One first visit; bytes are those on the wire, headers included."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.add_init_script(OBSERVER)
    line, sent = context.new_cdp_session(page), [0.0]
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda e: sent.__setitem__(0, sent[0] + e["encodedDataLength"]))
    response = page.goto(address + path, wait_until="load")
    status = response.status if response else 0
    page.wait_for_timeout(700)
    kb = sent[0] / 1000
    first = page.evaluate("seen")
    for selector in TOUCHED:
        target = page.locator(f"main {selector}:visible").first
        if target.count():
            target.click(timeout=2000, no_wait_after=True)
            break
    # a dialog that the click has opened would keep keys from the page
    page.keyboard.press("Escape")
    box = page.locator("input[type=search]:visible").first
    if box.count():
        box.press_sequentially("巡检 ab", delay=60)
    page.wait_for_timeout(500)
    found = {
        "status": status,
        "lcp": first["lcp"],
        "cls": first["cls"],
        "inp": page.evaluate("window.seen ? seen.inp : 0"),
        "kb": kb,
    }
    context.close()
    return found


def told(path: str, found: dict[str, float]) -> int:
    """Print a line; 1 when something is over its limit."""
    over = [name for name, most in WANTED.items() if found[name] > most]
    status = "" if found["status"] == 200 else f"  {found['status']:.0f}"
    print(
        f"{path[:33]:34}{found['lcp']:5.0f} ms{found['cls']:7.3f}{found['inp']:5.0f} ms{found['kb']:6.0f} kB  {' '.join(over)}{status}",
        flush=True,
    )
    return int(bool(over))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
