"""Gives each test run a real PostgreSQL and a real Valkey before Django's settings are read.

Loaded by `-p runtime.pytest_plugin` in pyproject.toml: a conftest would come too late.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator

import pytest

from runtime import throwaway
from runtime.places import ROOT

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


def compile_translations() -> None:
    """Compile the catalogue as it is now: Django reads it once, at the first lazy word of the first module."""
    subprocess.run(
        [sys.executable, ROOT / "manage.py", "translations", "compile"], check=True, stdout=subprocess.DEVNULL
    )
