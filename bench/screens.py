"""Pictures of every page, light and dark, wide and narrow, for looking and for the docs: ./market screens

    ./market screens                  the chosen pages into docs/screens, with their index, from what runs or from a
                                      SceneMarket of its own with the sample city
    ./market screens --all --out DIR  every page of every role
    ./market screens --check          no pictures: axe on every page, every role, in all eight looks
    python -m bench.screens http://127.0.0.1:8000 out/ [--page review] [--width 1280 390] [--theme light dark]

Signs in with var/sample-signins.json or --sign-in ROLE=EMAIL:PASSWORD. Needs Playwright and a Chromium (CHROMIUM, else the
first that is found). Pictures are WebP; PNG with --png and when a place of one's own is named, as above.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.screen_index import write_index
from bench.shots import CHOSEN, IN_ENGLISH, ROLES, Shot
from runtime.browser import browser as installed_browser
from runtime.lock import is_held
from runtime.places import ROOT, Var
from runtime.proof import side_by_side
from runtime.sockets import free_port

DOCS = ROOT / "docs" / "screens"
HEIGHT, HIGHEST = 900, 2600
QUALITY = 62
# A bar that is fixed to the window would stand in the middle of a picture of the whole page.
UNFIX = """() => document.querySelectorAll('body *').forEach(e => {
  if (['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.checkVisibility()) e.style.setProperty('position', 'static', 'important'); })"""


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures; 0, or 1 when a page could not be had or said something wrong."""
    options = _options(arguments)
    if options.check:
        return check()
    options.out.mkdir(parents=True, exist_ok=True)
    with _somewhere(options) as (base, people), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
        taken = [line for role in ROLES for line in _take_all(browser, base, options, role, people.get(role))]
        browser.close()
    if options.out.resolve() == DOCS:
        write_index(DOCS)
    print("\n".join(taken))
    return int(any(": 200" not in line and "missing" not in line for line in taken))


def check() -> int:
    """axe and all that goes with it, on every page of every role in each of the eight looks."""
    command = [sys.executable, "-m", "pytest", "tests/browser/pages/every_look.py", "-v", "-rP", *side_by_side()]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./market screens", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base", nargs="?", help="address of what is pictured; without it, what runs, or one of its own")
    parser.add_argument("out", nargs="?", type=Path, help="folder for the pictures (docs/screens)")
    parser.add_argument("--out", dest="folder", type=Path, help="the same")
    parser.add_argument("--all", action="store_true", help="every page of every role, not only the chosen ones")
    parser.add_argument("--page", nargs="*", default=[], help="only pages of these names")
    parser.add_argument("--width", nargs="*", type=int, default=[1280, 390])
    parser.add_argument("--theme", nargs="*", default=[], choices=["light", "dark"])
    parser.add_argument("--language", nargs="*", default=["zh"], choices=["zh", "en"])
    parser.add_argument("--png", action="store_true")
    parser.add_argument("--sign-in", nargs="*", default=[], metavar="ROLE=EMAIL:PASSWORD")
    parser.add_argument("--check", action="store_true", help="no pictures: look for what is wrong with any page")
    options = parser.parse_args(arguments)
    by_hand = options.out is not None
    options.out = options.folder or options.out or DOCS
    options.chosen = not (by_hand or options.all or options.page)
    options.png = options.png or by_hand
    options.theme = options.theme or (["light"] if by_hand else ["light", "dark"])
    return options


@contextmanager
def _somewhere(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """(address, role → e-mail and password): the named one, the one that runs, or a new one as long as the block lasts."""
    var = Var.from_environment()
    if options.base:
        yield options.base, dict(_people(var.path, options.sign_in))
    elif is_held(var.lock) and (var.path / "sample-signins.json").is_file():
        told = json.loads(var.runtime.read_text("utf-8"))["environment"]
        yield told["SITE_URL"], dict(_people(var.path, options.sign_in))
    else:
        with _one_of_its_own() as (base, folder):
            yield base, dict(_people(folder, options.sign_in))


@contextmanager
def _one_of_its_own() -> Iterator[tuple[str, Path]]:
    """A SceneMarket with the sample city in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="scenemarket-screens-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        port = str(free_port())
        unset = {"DATABASE_URL", "REDIS_URL", "SITE_URL"}
        environment = {k: v for k, v in os.environ.items() if k not in unset} | {"VAR_DIR": f"{name}/var"}
        market = str(ROOT / "market")
        with subprocess.Popen(
            [market, "start", "--port", port],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as started:
            assert started.stdout
            try:
                if not any("is ready" in line for line in started.stdout):
                    raise SystemExit("SceneMarket did not start, so there is nothing to picture.")
                yield f"http://127.0.0.1:{port}", Path(name) / "var"
            finally:
                subprocess.run([market, "stop"], env=environment, stdout=subprocess.DEVNULL, check=False)


def _people(var: Path, given: list[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """(role, (email, password)): the first of the sample's sign-ins that fits, then what was given."""
    file = var / "sample-signins.json"
    rows = json.loads(file.read_text("utf-8")) if file.is_file() else []
    for role, (marks, _shots) in ROLES.items():
        found = next((r for mark in marks for r in rows if mark in str(r.get("role", ""))), None)
        if found:
            yield role, (found["email"], found["password"])
    for one in given:
        role, _eq, who = one.partition("=")
        email, _colon, password = who.partition(":")
        yield role, (email, password)


def _take_all(
    browser: Browser, base: str, options: argparse.Namespace, role: str, who: tuple[str, str] | None
) -> Iterator[str]:
    """Picture a role's pages; one line for each."""
    shots = [s for s in ROLES[role][1] if not options.page or s.name in options.page]
    if options.chosen:
        shots = [s for s in shots if s.name in CHOSEN.get(role, [])]
    if not shots or (role != "visitor" and who is None):
        return
    for language in ["zh", "en"] if options.chosen else options.language:
        some = [s for s in shots if language == "zh" or not options.chosen or (role, s.name) in IN_ENGLISH]
        all_looks = language == "zh" or not options.chosen
        themes: list[Any] = options.theme if all_looks else ["light"]
        for theme in themes:
            for width in options.width if all_looks else [1280]:
                context = browser.new_context(
                    viewport={"width": width, "height": HEIGHT},
                    color_scheme=theme,
                    locale="zh-CN" if language == "zh" else "en-GB",
                    reduced_motion="reduce",
                    bypass_csp=False,
                )
                if who and some:
                    sign_in(context, base, *who)
                for shot in some:
                    tail = f"{width}-{theme}{'-en' if language == 'en' else ''}"
                    yield _take(context, base, options, shot, _name(role, shot, options), tail)
                context.close()


def _name(role: str, shot: Shot, options: argparse.Namespace) -> str:
    """A picture's name: the page, before it whose it is where several have it."""
    several = sum(any(s.name == shot.name for s in shots) for _marks, shots in ROLES.values()) > 1
    plain = role == "agency" and not options.chosen and not options.all
    return f"{role}-{shot.name}" if several and not plain else shot.name


def sign_in(context: BrowserContext, base: str, email: str, password: str) -> None:
    """Sign in through the page, as a person does."""
    page = context.new_page()
    page.goto(urljoin(base, "/accounts/login/"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.close()


def _take(context: BrowserContext, base: str, options: argparse.Namespace, shot: Shot, name: str, tail: str) -> str:
    """One picture; the line about it: its status, how much too wide, what the console said."""
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answer = page.goto(urljoin(base, shot.path))
    for pattern in shot.follow:
        target = _first(page, pattern)
        if not target:
            page.close()
            return f"{name}: no link to follow at {shot.path}"
        answer = page.goto(urljoin(base, target))
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded'")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.evaluate(UNFIX)
    _keep(page, options.out / f"{name}-{tail}.{'png' if options.png else 'webp'}")
    status = answer.status if answer else 0
    page.close()
    return f"{name}-{tail}: {status}{f', {wide} px too wide' if wide > 0 else ''}{'; ' + '; '.join(faults) if faults else ''}"


def _keep(page: Page, file: Path) -> None:
    """Write the whole page, up to a height that is worth looking at."""
    if file.suffix == ".png":
        page.screenshot(path=file, full_page=True)
        return
    size = page.evaluate(
        "({width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight})"
    )
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], HIGHEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    file.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", wanted)["data"]))


def _first(page: Page, pattern: str) -> str:
    """The first link of the page whose address fits."""
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    paths = [str(link).partition("#")[0].partition("?")[0] for link in links]
    return next((path for path in paths if re.search(pattern, path)), "")


if __name__ == "__main__":
    sys.exit(main())
