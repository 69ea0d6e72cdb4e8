"""The browser for the tests, and a typeface with Chinese: brought by apt when we may, asked for otherwise."""

import os
import shutil
import subprocess
from pathlib import Path

from runtime.packages import tail
from runtime.speech import say, step

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
PACKAGES = ["chromium", "fonts-wqy-microhei"]


def browser() -> str | None:
    """The path of a Chromium on this machine; CHROMIUM names another."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_chinese() -> bool:
    """Whether a typeface can show Chinese; without one, pictures are full of boxes."""
    if not shutil.which("fc-list"):
        return any(Path("/usr/share/fonts").glob("**/wqy-*"))
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def ensure_browser() -> None:
    """Install what is missing when we are root and have apt; otherwise say what to install."""
    if browser() and has_chinese():
        return
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *PACKAGES]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"  No browser with Chinese type: the browser tests are skipped. To run them: sudo {' '.join(install)}")
        return
    with step("Browser and Chinese type"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "--quiet"], install):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                say(f"  apt-get could not install it, so the browser tests are skipped. It said:\n{tail(done)}")
                return
