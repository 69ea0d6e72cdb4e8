"""One part of the running whole: a child process that is started, watched, restarted and ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.mortality import dying_with_me
from runtime.places import ROOT
from runtime.speech import Refusal
from runtime.unprivileged import Servant

BIGGEST_LOG = 5_000_000
KEPT_LOGS = 3
# Seconds of waiting before the 1st, 2nd, … start again; a minute of health makes it the 1st again.
BACK_OFF = [0.1, 0.5, 1, 2, 5, 10, 30]
HEALTHY_SECONDS = 60


@dataclass
class Part:
    """What to run, and how it is to end."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    # Sent when we order the end, and by the kernel when we are killed.
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    who: Servant | None = None
    before: Callable[[], None] | None = None
    folder: Path = ROOT
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    restarts: int = 0
    due: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start the process in a group of its own, its words going to its log."""
        if self.before:
            self.before()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=dict(self.environment),
                start_new_session=True,
                preexec_fn=dying_with_me(self.death_signal),
                **(self.who.popen if self.who else {}),
            )
        self.started, self.due = time.time(), 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def tend(self) -> str | None:
        """Look after it: a process that has ended is started again when its time has come. Out: news, if any."""
        if self.process is None or self.pid:
            return None
        if self.due:
            if time.monotonic() < self.due:
                return None
            self.restarts += 1
            self.start()
            return f"{self.name} was started again."
        self.kill_group()
        if time.time() - self.started > HEALTHY_SECONDS:
            self.failures = 0
        wait = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        self.due = time.monotonic() + wait
        why = ending(self.process.returncode)
        if self.process.returncode > 0:
            why += f": {self.last_words(1).strip()}"
        return f"{self.name} ended ({why}); it starts again in {wait} s. Its log: {self.log}"

    def ask_to_stop(self) -> None:
        """Order the end; wait() sees to it."""
        if self.pid:
            self.send(self.stop_signal)

    def wait(self, deadline: float, last_signal: int = signal.SIGKILL) -> None:
        """Wait for the end until deadline (monotonic seconds), then make it end with everything it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.send(last_signal)
        self.kill_group(last_signal)
        self.process.wait()

    def send(self, number: int) -> None:
        """Send a signal to the process, if it is still there."""
        if self.process:
            self.process.send_signal(number)

    def kill_group(self, number: int = signal.SIGKILL) -> None:
        """End what the process may have left behind in its group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def await_ready(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it does its work.

        Raises Refusal with the end of its log when it ends or is not ready in time.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.pid is None or time.monotonic() > deadline:
                raise Refusal(
                    f"{self.name} did not start; nothing was lost. The end of {self.log}:\n{self.last_words()}"
                )
            time.sleep(0.02)

    def last_words(self, lines: int = 15) -> str:
        """The end of the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def rotate(log: Path) -> None:
    """Put a log that has grown big aside as .1, .2, .3; the oldest goes."""
    if not log.exists() or log.stat().st_size < BIGGEST_LOG:
        return
    for number in range(KEPT_LOGS, 0, -1):
        older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
