"""The web process as it is served, on the database of the moment."""

import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from runtime.parts import Part
from runtime.places import ROOT
from runtime.sockets import free_port
from tests.workers import database_url

COMMAND = ["-m", "gunicorn", "--config", "python:runtime.web"]
PATIENCE = 60.0


@contextmanager
def serving(var: Path, **more: str) -> Iterator[str]:
    """Its address; `var` is its folder, `more` its environment beside what every test's process has."""
    if not (var / "static").exists():
        (var / "static").symlink_to(settings.STATIC_ROOT)
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(var),
        "SITE_URL": f"http://{address}",
        "SECRET_KEY": settings.SECRET_KEY,
        "EMBEDDING_PROVIDER": "none",
        "PYTHONPATH": str(ROOT),
        "DEBUG": "0",
        **more,
    }
    command = [sys.executable, *COMMAND, "--bind", address, "scenemarket.asgi:application"]
    part = Part("web", command, var / f"web-{address}.log", environment)
    part.start()
    part.await_ready(lambda: _answers(f"http://{address}/healthz"), PATIENCE)
    try:
        yield f"http://{address}"
    finally:
        part.ask_to_stop()
        part.wait(time.monotonic() + 5)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
