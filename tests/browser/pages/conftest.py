"""The sample city, once for all tests about pages; they only read it, or take back what they did."""

import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from runtime.parts import Part
from runtime.places import ROOT
from runtime.sockets import free_port
from tests.browser.pages.city import sample_city
from tests.browser.pages.words import Vocabulary
from tests.workers import database_url


@pytest.fixture(scope="package")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample city; its folder."""
    with sample_city(tmp_path_factory.mktemp("city"), django_db_blocker) as folder:
        yield folder


@pytest.fixture(scope="package")
def vocabulary(city: Path) -> Vocabulary:
    return Vocabulary()


@pytest.fixture(scope="package")
def web(city: Path) -> Iterator[str]:
    """The web process as it is served, in the sample city; its address."""
    (city / "static").symlink_to(settings.STATIC_ROOT)
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(city),
        "SITE_URL": f"http://{address}",
        "SECRET_KEY": settings.SECRET_KEY,
        "EMBEDDING_PROVIDER": "none",
        "PYTHONPATH": str(ROOT),
        "DEBUG": "0",
    }
    command = ["-m", "gunicorn", "--config", "python:runtime.web", "--bind", address, "scenemarket.asgi:application"]
    part = Part("web", [sys.executable, *command], city / "web.log", environment)
    part.start()
    part.await_ready(lambda: _answers(f"http://{address}/healthz"), 60)
    yield f"http://{address}"
    part.ask_to_stop()
    part.wait(time.monotonic() + 5)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
