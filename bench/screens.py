"""Pictures of every page of a running SceneMarket, for looking and for the docs.

    python -m bench.screens http://127.0.0.1:8000 out/ [--page review] [--width 1280 390] [--theme light dark]

Signs in with var/sample-signins.json (a list of {email, password, role}) or --sign-in EMAIL:PASSWORD; without either only
public pages are pictured. Needs Playwright and a Chromium (CHROMIUM, else /usr/bin/chromium).
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIGN_INS = Path(os.environ.get("VAR_DIR", "var")) / "sample-signins.json"


@dataclass(frozen=True)
class Shot:
    """One page: its address, or the link (a pattern of addresses) to follow from there."""

    name: str
    path: str
    follow: str = ""
    who: str = ""


PUBLIC = [
    Shot("home", "/"), Shot("opportunities", "/opportunities/"), Shot("opportunity", "/opportunities/", r"^/opportunities/\w{12}/$"),
    Shot("capabilities", "/capabilities/"), Shot("capability", "/capabilities/", r"^/capabilities/\w{12}/$"),
    Shot("batches", "/batches/"), Shot("programmes", "/programmes/"), Shot("search", "/search/?q=漏水"),
    Shot("sign-in", "/accounts/login/"), Shot("sign-up", "/accounts/signup/"), Shot("missing", "/nowhere/"),
]  # fmt: skip
REVIEWER = [
    Shot("review", "/review/"), Shot("release", "/review/release/"), Shot("learning", "/learning/"), Shot("runs", "/runs/"), Shot("run", "/runs/", r"^/runs/\w{12}/$"),
    Shot("listing-review", "/review/listings/"), Shot("registers", "/registers/"), Shot("organisations", "/registers/organisations/"),
    Shot("codes", "/registers/codes/"), Shot("imports", "/imports/"), Shot("log", "/log/"), Shot("reviewer-desk", "/desk/"),
]  # fmt: skip
MEMBER = [
    Shot("desk", "/desk/"), Shot("matches", "/matches/"), Shot("match", "/matches/", r"^/matches/\w{12}/$"), Shot("mine", "/mine/"),
    Shot("match-agreed", "/matches/?tab=agreed", r"^/matches/\w{12}/$"),
    Shot("deals", "/deals/"), Shot("deal", "/deals/", r"^/deals/\w{12}/$"), Shot("inbox", "/inbox/"), Shot("preferences", "/preferences/"),
    Shot("opportunity-new", "/opportunities/new/"), Shot("capability-new", "/capabilities/new/"), Shot("import-new", "/imports/new/"),
]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures; 0, or 2 with a sentence."""
    options = _options(arguments)
    people = dict(_people(options.sign_in))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for role, shots in [("", PUBLIC), ("reviewer", REVIEWER), ("agency", MEMBER), ("firm", MEMBER)]:
            if role and role not in people:
                print(f"no sign-in for the {role}, so these pages are left out", file=sys.stderr)
                continue
            _take_all(
                browser,
                options,
                role,
                people.get(role),
                [s for s in shots if not options.page or s.name in options.page],
            )
        browser.close()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.screens", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("base")
    parser.add_argument("out", type=Path)
    parser.add_argument("--page", nargs="*", default=[])
    parser.add_argument("--width", nargs="*", type=int, default=[1280, 390])
    parser.add_argument("--theme", nargs="*", default=["light"])
    parser.add_argument("--sign-in", nargs="*", default=[], metavar="ROLE=EMAIL:PASSWORD")
    return parser.parse_args(arguments)


def _people(given: list[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """(role, (email, password)): the first reviewer, agency and firm of the sample's sign-ins, then what was given."""
    words = {"reviewer": ("reviewer", "审核"), "agency": ("agency", "政府", "局"), "firm": ("firm", "企业", "科技")}
    rows = json.loads(SIGN_INS.read_text("utf-8")) if SIGN_INS.is_file() else []
    for role, marks in words.items():
        found = next((r for r in rows if any(mark in str(r.get("role", "")) for mark in marks)), None)
        if found:
            yield role, (found["email"], found["password"])
    for one in given:
        role, _eq, who = one.partition("=")
        email, _colon, password = who.partition(":")
        yield role, (email, password)


def _take_all(
    browser: Browser, options: argparse.Namespace, role: str, who: tuple[str, str] | None, shots: list[Shot]
) -> None:
    if not shots:
        return
    for theme in options.theme:
        for width in options.width:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="zh-CN")
            if who:
                sign_in(context, options.base, *who)
            for shot in shots:
                _take(context, options, shot, f"{role + '-' if role in ('firm',) else ''}{shot.name}-{width}-{theme}")
            context.close()


def sign_in(context: BrowserContext, base: str, email: str, password: str) -> None:
    """Sign in through the page, as a person does."""
    page = context.new_page()
    page.goto(urljoin(base, "/accounts/login/"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_load_state()
    page.close()


def _take(context: BrowserContext, options: argparse.Namespace, shot: Shot, name: str) -> None:
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answer = page.goto(urljoin(options.base, shot.path))
    if shot.follow and (target := _first(page, shot.follow)):
        answer = page.goto(urljoin(options.base, target))
    elif shot.follow:
        print(f"{name}: no link to follow at {shot.path}", file=sys.stderr)
        page.close()
        return
    page.wait_for_load_state("networkidle")
    options.out.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=options.out / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    status = answer.status if answer else 0
    print(f"{name}: {status}{f', {wide} px too wide' if wide > 0 else ''}{'; ' + '; '.join(faults) if faults else ''}")
    page.close()


def _first(page: Page, pattern: str) -> str:
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    return next(
        (
            str(link).partition("#")[0]
            for link in links
            if re.search(pattern, str(link).partition("#")[0].partition("?")[0])
        ),
        "",
    )


if __name__ == "__main__":
    sys.exit(main())
