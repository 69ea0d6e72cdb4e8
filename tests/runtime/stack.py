"""A whole SceneMarket of its own for the tests: started as people start it, looked at from outside."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.mortality import is_alive
from runtime.sockets import free_port

ROOT = Path(__file__).parents[2]


def wait_for(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until the condition holds and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.05)
    return found


class Stack:
    """One folder, one port."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="scenemarket-stack-", dir="/tmp"))
        self.var.chmod(0o711)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
        self.environment = {**kept, "VAR_DIR": str(self.var)}

    def call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Call ./market and wait for its end."""
        command = [str(ROOT / "market"), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        command = [str(ROOT / "market"), "start", "--empty", "--port", str(self.port)]
        with open(self.var / "words.txt", "wb") as words:
            self.process = subprocess.Popen(command, env=self.environment, stdout=words, stderr=words)
        wait_for(self.is_ready, 120)

    def is_ready(self) -> bool:
        """Whether it has printed its address; fails at once when it has ended instead."""
        words = (self.var / "words.txt").read_text("utf-8")
        assert self.process is not None
        assert self.process.poll() is None, words
        return "is ready" in words

    def page(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def is_well(self) -> bool:
        """Whether database, broker and a task done lately are all there."""
        return self.page("/readyz")[0] == 200

    def ticked_within(self, seconds: float) -> bool:
        """Whether a worker has done a task of the beat in the last seconds."""
        status, body = self.page("/readyz")
        return status == 200 and json.loads(body)["tick"]["seconds"] < seconds

    def pids(self) -> dict[str, int]:
        """The process of each part that runs."""
        status = json.loads((self.var / "status.json").read_text("utf-8"))
        return {part["name"]: part["pid"] for part in status["parts"] if part["pid"] and is_alive(part["pid"])}

    def processes(self) -> set[int]:
        """All living processes that belong to it, found by its folder in their command or environment."""
        wanted, found = str(self.var).encode(), set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if wanted in known and is_alive(int(entry.name)):
                found.add(int(entry.name))
        return found

    def remove(self) -> None:
        """End it if it runs, and remove its folder."""
        self.call("stop")
        if self.process:
            self.process.wait(10)
        shutil.rmtree(self.var, ignore_errors=True)
