"""One part: started, restarted with patience, ended with everything it started."""

import os
import sys
import time
from pathlib import Path

import pytest

from runtime import parts
from runtime.mortality import is_alive
from runtime.parts import Part, rotate
from runtime.speech import Refusal
from tests.runtime.stack import wait_for

SLEEPER = "import time; time.sleep(60)"
PARENT = (
    f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', '{SLEEPER}']).pid, flush=True); {SLEEPER}"
)
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEPER}"


def part(folder: Path, code: str) -> Part:
    return Part("thing", [sys.executable, "-c", code], folder / "thing.log", os.environ)


def test_it_waits_longer_after_each_failure(tmp_path: Path) -> None:
    failing = part(tmp_path, "raise SystemExit('no luck')")
    failing.start()
    news = [wait_for(failing.tend) for _ in range(4)]
    assert news[0].startswith("thing ended (exit code 1: no luck); it starts again in 0.1 s.")
    assert news[1] == news[3] == "thing was started again."
    assert "starts again in 0.5 s" in news[2]
    failing.wait(time.monotonic())


def test_it_forgets_failures_after_a_healthy_minute(tmp_path: Path) -> None:
    failing = part(tmp_path, "raise SystemExit(1)")
    failing.start()
    failing.failures = 5
    failing.started -= parts.HEALTHY_SECONDS + 1
    assert "in 0.1 s" in wait_for(failing.tend)


def test_it_ends_what_its_process_started(tmp_path: Path) -> None:
    family = part(tmp_path, PARENT)
    family.start()
    child = int(wait_for(lambda: family.last_words()))
    family.ask_to_stop()
    family.wait(time.monotonic() + 5)
    wait_for(lambda: not is_alive(child), 5)


def test_it_kills_what_does_not_listen(tmp_path: Path) -> None:
    deaf = part(tmp_path, STUBBORN)
    deaf.start()
    wait_for(lambda: "deaf" in deaf.last_words())
    deaf.ask_to_stop()
    deaf.wait(time.monotonic() + 0.2)
    assert deaf.pid is None


def test_it_refuses_with_the_end_of_the_log(tmp_path: Path) -> None:
    failing = part(tmp_path, "print('the reason')")
    failing.start()
    with pytest.raises(Refusal, match="the reason"):
        failing.await_ready(lambda: False, seconds=20)


def test_it_puts_big_logs_aside_and_keeps_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "BIGGEST_LOG", 3)
    log = tmp_path / "web.log"
    for text in ("one…", "two…", "three…", "four…", "5"):
        log.write_text(text, "utf-8")
        rotate(log)
    assert log.read_text("utf-8") == "5"
    kept = {path.name: path.read_text("utf-8") for path in tmp_path.glob("web.log.*")}
    assert kept == {"web.log.1": "four…", "web.log.2": "three…", "web.log.3": "two…"}
