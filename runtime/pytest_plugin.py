"""Gives each test run a real PostgreSQL and a real Valkey before Django's settings are read.

Loaded by `-p runtime.pytest_plugin` in pyproject.toml: a conftest would come too late.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from runtime import throwaway
from runtime.places import ROOT

# as many as a server has unless told otherwise
VALKEY_DATABASES = 16
KEEPER: "pytest.StashKey[subprocess.Popen[str]]" = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start what the environment does not name, then let pytest-django read the settings.

    Of several processes (pytest -n) only the first starts something; the others take a place of their own there.
    """
    if place := os.environ.get("PYTEST_XDIST_WORKER"):
        settle(place)
        return (yield)
    needed = {"DATABASE_URL", "REDIS_URL"} - os.environ.keys()
    options = early_config.known_args_namespace
    if needed and not (options.help or options.version):
        keeper = throwaway.begin()
        early_config.stash[KEEPER] = keeper
        early_config.add_cleanup(lambda: throwaway.end(keeper))
        for name, value in throwaway.urls(keeper).items():
            os.environ.setdefault(name, value)
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    if "VAR_DIR" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="scenemarket-var-")
        early_config.add_cleanup(folder.cleanup)
        os.environ["VAR_DIR"] = folder.name
    if not (options.help or options.version):
        compile_translations()
    return (yield)


def settle(place: str) -> tuple[str, Path]:
    """A process's own room on the servers that all share, its PostgreSQL database being made by pytest-django.

    In: the process's name, gw0, gw1, … Out: the address of its Valkey database and its folder, as they now stand in
    the environment.
    """
    address = urlsplit(os.environ["REDIS_URL"])
    first = int(address.path.strip("/") or 0)
    number = (first + 1 + int(place.removeprefix("gw"))) % VALKEY_DATABASES
    os.environ["REDIS_URL"] = address._replace(path=f"/{number}").geturl()
    folder = Path(os.environ["VAR_DIR"]) / place
    folder.mkdir(exist_ok=True)
    os.environ["VAR_DIR"] = str(folder)
    return os.environ["REDIS_URL"], folder


def compile_translations() -> None:
    """Compile the catalogue as it is now: Django reads it once, at the first lazy word of the first module."""
    subprocess.run(
        [sys.executable, ROOT / "manage.py", "translations", "compile"], check=True, stdout=subprocess.DEVNULL
    )
