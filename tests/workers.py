"""Real processes for tests: a Celery worker, a beat, a broker of one's own. Each ends with its test.

`worker` is what a whole walk needs: it works, and sweeps several times a second.
"""

import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from runtime.mortality import is_alive
from runtime.parts import Part
from runtime.places import ROOT
from runtime.supervisor import WORKER
from runtime.valkey import Valkey

QUEUES = "push,bulk,embed"
PATIENCE = 90.0


def until(condition: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    """Wait for a condition, and return what it gives; an AssertionError says what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what or condition}"
        time.sleep(0.02)
    return found


def database_url() -> str:
    """The test's database, as another process reaches it."""
    s = connection.settings_dict
    return f"postgresql://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"


class Process(Part):
    """A part of the running whole, under a test's control."""

    def kill(self) -> None:
        """kill -9, and wait until it is gone with its children."""
        children = self.children()
        assert self.process
        self.process.kill()
        self.process.wait()
        until(lambda: not any(is_alive(pid) for pid in children), what="the end of its children")

    def children(self) -> list[int]:
        """The pool's processes."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in found.read_text(encoding="utf-8").split()] if self.pid else []

    def said(self, words: str) -> int:
        """How often its log holds these words."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(words)


class Floor:
    """Where a test's processes stand: they share its database, a broker and short leases."""

    def __init__(self, folder: Path, valkey: Valkey, server: Part) -> None:
        self.folder, self.valkey, self.server = folder, valkey, server
        self.broker, self.processes = valkey.url, list[Process]()
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.broker,
            "EMAIL_FILE_PATH": str(folder / "mail"),
            "PYTHONPATH": str(ROOT),
            "SWEEP_SECONDS": "0.3",
            "LEASE_SECONDS": "2",
            "EMBEDDING_PROVIDER": settings.EMBEDDING["EMBEDDING_PROVIDER"],
        }

    def worker(self, *modules: str, processes: int = 1, queues: str = QUEUES) -> Process:
        """A worker of these queues that is ready; it imports `modules` of the test first."""
        # the last option names modules to import
        options = [*WORKER[:-1], ",".join([WORKER[-1], *modules])]
        started = self.celery("worker", "worker", "-Q", queues, "-c", str(processes), *options)
        started.await_ready(lambda: started.said(" ready.") > 0, PATIENCE)
        return started

    def beat(self) -> Process:
        """A beat with a schedule of its own."""
        number = len(self.processes)
        return self.celery("beat", "beat", "-s", str(self.folder / f"schedule-{number}"), "--pidfile=")

    def celery(self, name: str, *command: str) -> Process:
        log = self.folder / f"{name}-{len(self.processes)}.log"
        process = Process(name, [sys.executable, "-m", "celery", "-A", "scenemarket", *command], log, self.environment)
        process.start()
        self.processes.append(process)
        return process

    def kill_broker(self) -> None:
        """kill -9 of the broker."""
        assert self.server.process
        self.server.process.kill()
        self.server.process.wait()

    def start_broker(self) -> None:
        """Start it again, with what it had on disk."""
        self.server.start()
        self.server.await_ready(self.valkey.is_ready, seconds=10)

    def clear(self) -> None:
        """End every process."""
        for process in self.processes:
            process.ask_to_stop()
        for process in self.processes:
            process.wait(time.monotonic() + 5)


@contextmanager
def broker_of_its_own() -> Iterator[tuple[Valkey, Part]]:
    """A Valkey that a test may kill and start again; it writes everything to disk, as the real one does."""
    with TemporaryDirectory(prefix="scenemarket-broker-") as home:
        folder = Path(home)
        # run by root, the server is another user's, who has to get there
        folder.chmod(0o711)
        yield from _broker(folder)


def _broker(folder: Path) -> Iterator[tuple[Valkey, Part]]:
    valkey = Valkey(folder / "valkey", folder / "valkey.log", secrets.token_hex(8))
    part = valkey.part()
    part.start()
    part.await_ready(valkey.is_ready, seconds=10)
    yield valkey, part
    part.ask_to_stop()
    part.wait(time.monotonic() + 5)


@pytest.fixture
def floor(transactional_db: None, tmp_path: Path) -> Iterator[Floor]:
    """Room for workers and beats on a broker of their own."""
    with broker_of_its_own() as (valkey, server):
        ground = Floor(tmp_path, valkey, server)
        yield ground
        ground.clear()


@pytest.fixture
def worker(floor: Floor) -> Process:
    """One worker with a beat beside it: what the web process asks for is done."""
    started = floor.worker(processes=2)
    floor.beat()
    return started
