"""Gives each test run a real PostgreSQL and a real Valkey before Django's settings are read.

Loaded by `-p runtime.pytest_plugin` in pyproject.toml: a conftest would come too late.
"""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Generator

import pytest

from runtime import throwaway
from runtime.browser import PACKAGES, browser

KEEPER: "pytest.StashKey[subprocess.Popen[str]]" = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start what the environment does not name, then let pytest-django read the settings."""
    needed = {"DATABASE_URL", "REDIS_URL"} - os.environ.keys()
    options = early_config.known_args_namespace
    if needed and not (options.help or options.version):
        keeper = throwaway.begin()
        early_config.stash[KEEPER] = keeper
        early_config.add_cleanup(lambda: throwaway.end(keeper))
        os.environ.update({name: url for name, url in throwaway.urls(keeper).items() if name in needed})
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    if "VAR_DIR" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="scenemarket-var-")
        early_config.add_cleanup(folder.cleanup)
        os.environ["VAR_DIR"] = folder.name
    return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser, its tests are skipped and say what to install."""
    marked = [item for item in items if item.get_closest_marker("browser")]
    if marked and not browser():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=f"no browser; install {' '.join(PACKAGES)}"))
