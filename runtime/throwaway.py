"""Servers for one test run: fast, on a folder of their own, gone when the one who asked is gone.

They are kept by a process of their own that ends them when its standard input closes: the kernel closes it however
the asking process ends.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.mortality import dying_with_me
from runtime.parts import Part
from runtime.places import ROOT
from runtime.postgres import THROW_AWAY, Postgres
from runtime.speech import Refusal, say
from runtime.unprivileged import Servant, servant
from runtime.valkey import Valkey


def begin() -> "subprocess.Popen[str]":
    """Start the keeper of a new pair of servers; urls() reads what it brings, end() ends it."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "runtime.throwaway"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        start_new_session=True,
        preexec_fn=dying_with_me(signal.SIGTERM),
    )


def urls(keeper: "subprocess.Popen[str]") -> dict[str, str]:
    """Wait until the servers are there. Out: DATABASE_URL, REDIS_URL, and a VAR_DIR that goes with them.

    Raises Refusal when they do not come; the reason is on the terminal by then.
    """
    line = keeper.stdout.readline() if keeper.stdout else ""
    if not line:
        raise Refusal("The servers for the tests did not start.")
    return dict(json.loads(line))


def end(keeper: "subprocess.Popen[str]") -> None:
    """End the servers and wait until their folder is gone."""
    keeper.communicate()


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """DATABASE_URL, REDIS_URL and VAR_DIR of servers that live as long as the block."""
    keeper = begin()
    try:
        yield urls(keeper)
    finally:
        end(keeper)


def keep() -> None:
    """Be the keeper: start both servers, print their addresses, wait for the end of input, remove everything."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = reachable_folder(servant())
    parts: list[Part] = []
    try:
        print(json.dumps(start_servers(folder, parts)), flush=True)
        sys.stdin.read()
    except Refusal as refusal:
        say(str(refusal))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for part in parts:
            # Not SIGKILL: PostgreSQL then waits for its own children and leaves none behind.
            part.stop_signal = signal.SIGQUIT
            part.ask_to_stop()
        for part in parts:
            part.wait(time.monotonic() + 2)
        remove(folder)


def reachable_folder(who: Servant) -> Path:
    """A new folder that the servers' user can pass through."""
    for base in (tempfile.gettempdir(), "/tmp"):
        folder = Path(tempfile.mkdtemp(prefix="scenemarket-test-", dir=base))
        folder.chmod(0o711)
        if who.can("-x", str(folder)):
            return folder
        folder.rmdir()
    raise Refusal("The user nobody, who runs the servers for root, can reach no temporary folder; set TMPDIR to one.")


def start_servers(folder: Path, parts: list[Part]) -> dict[str, str]:
    """Start both and wait for both. Out: their addresses; parts grows by what was started."""
    postgres = Postgres(folder / "postgres", folder / "postgres.log", secrets.token_hex(16), THROW_AWAY)
    valkey = Valkey(folder / "valkey", folder / "valkey.log", secrets.token_hex(16), lasting=False)
    parts.append(valkey.part())
    parts[0].start()
    postgres.create()
    parts.append(postgres.part())
    parts[1].start()
    parts[0].await_ready(valkey.is_ready, seconds=30)
    parts[1].await_ready(postgres.is_ready, seconds=30)
    var = folder / "var"
    var.mkdir(mode=0o711)
    return {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "VAR_DIR": str(var)}


def remove(folder: Path) -> None:
    """Remove the folder; a backend that is still ending may write into it for another moment."""
    deadline = time.monotonic() + 3
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


if __name__ == "__main__":
    if servant().changes:
        # A clone below a closed folder must not be where the servers' user begins.
        os.chdir("/")
    keep()
