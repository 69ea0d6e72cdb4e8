"""The one process that starts the parts in order, restarts what dies, and ends everything."""

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from runtime.kernel import ensure_kernel
from runtime.keys import derived, installation_secret
from runtime.lock import try_lock
from runtime.mortality import dying_with_me
from runtime.packages import run_python
from runtime.parts import Part, rotate
from runtime.places import ROOT, Var, write_private
from runtime.postgres import LASTING, Postgres
from runtime.speech import Refusal, say, step
from runtime.unprivileged import reachable_home, servant
from runtime.valkey import Valkey

WORKER = [
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel",
    "INFO",
    "-I",
    "runtime.worker_hooks",
]
# A process with the embedding model in it is not to be replaced after some hundred tasks; it is when it takes 1.2 GB.
WITH_MODEL = ["--max-tasks-per-child", "100000", "--max-memory-per-child", "1200000"]
# Of the 5 seconds that an end may take: first the parts that use the data, then the data.
SECONDS_FOR_WORK = 2.5
SECONDS_FOR_DATA = 1.5
ROOM = 300_000_000
ALREADY = "SceneMarket is running already, so nothing was started. `./market status` shows it, `./market stop` ends it."


@dataclass
class Whole:
    """Everything that runs, and the environment that its parts share."""

    var: Var
    host: str
    port: int
    empty: bool
    environment: dict[str, str] = field(default_factory=dict)
    data: list[Part] = field(default_factory=list)
    work: list[Part] = field(default_factory=list)
    began: float = field(default_factory=time.time)

    @property
    def address(self) -> str:
        """Where the browser finds it."""
        return f"http://{self.host}:{self.port}"

    @property
    def parts(self) -> list[Part]:
        """All parts, in the order of their start."""
        return self.data + self.work

    def start(self) -> None:
        """Start all parts in order, one line each.

        Raises Refusal when one does not come up.
        """
        self.prepare_environment()
        self.start_data()
        self.prepare(*(["--empty"] if self.empty else []))
        self.environment["SAMPLE_CITY"] = "0" if city_of(self.var) == "empty" else "1"
        write_private(self.var.runtime, json.dumps({"environment": self.environment}))
        self.start_web()
        ensure_kernel()
        if city_of(self.var) == "loading":
            self.prepare("city")
        self.start_workers()
        self.note_status()

    def prepare_environment(self) -> None:
        """The variables that settings read; what the caller gave stays."""
        given = dict(os.environ)
        self.secret = installation_secret(self.var)
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "scenemarket.settings",
            "VAR_DIR": str(self.var.path),
            "SECRET_KEY": given.get("SECRET_KEY") or derived(self.secret, "django"),
            "SITE_URL": given.get("SITE_URL") or self.address,
            "SAMPLE_CITY": "0" if self.empty or city_of(self.var) == "empty" else "1",
        }
        for name in ("DATABASE_URL", "REDIS_URL"):
            if given.get(name):
                self.environment[name] = given[name]

    def full_environment(self) -> dict[str, str]:
        """What a part gets: the caller's variables and ours."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}

    def start_data(self) -> None:
        """The database and the broker, unless others were given."""
        ready: list[tuple[Part, Callable[[], bool]]] = []
        with step("Database and broker"):
            if "DATABASE_URL" not in self.environment:
                password = derived(self.secret, "postgres")
                postgres = Postgres(self.home("postgres"), self.log("postgres"), password, LASTING)
                postgres.create()
                ready.append((postgres.part(), postgres.is_ready))
                self.environment["DATABASE_URL"] = postgres.url
            if "REDIS_URL" not in self.environment:
                valkey = Valkey(self.home("valkey"), self.log("valkey"), derived(self.secret, "valkey"))
                ready.append((valkey.part(), valkey.is_ready))
                self.environment["REDIS_URL"] = valkey.url
            for part, _ in ready:
                self.data.append(part)
                part.start()
            for part, is_ready in ready:
                part.await_ready(is_ready, seconds=30)

    def prepare(self, *arguments: str) -> None:
        """Run runtime.prepare: a step of Django's that ends.

        Raises Refusal when it fails; its own words are on the terminal by then.
        """
        preparing = subprocess.Popen(
            run_python("-m", "runtime.prepare", *arguments),
            cwd=ROOT,
            env=self.full_environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with_me(signal.SIGKILL),
        )
        try:
            code = preparing.wait()
        finally:
            preparing.kill()
        if code != 0:
            raise Refusal("A step of the preparation failed (see above), so everything ends; the data is kept.")

    def start_web(self) -> None:
        """The pages."""
        bound = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        web = ["-m", "gunicorn", "--config", "python:runtime.web", "--bind", bound, "scenemarket.asgi:application"]
        with step("Web"):
            part = self.add("web", *web)
            part.await_ready(self.answers, seconds=60)

    def start_workers(self) -> None:
        """The workers and the beat; they come up by themselves while the first page is read."""
        cores = os.cpu_count() or 1
        bulk, embed = max(1, min(4, cores)), max(1, min(4, cores // 2))
        with step("Workers and beat"):
            for queue, processes, more in (("push", 1, []), ("bulk", bulk, []), ("embed", embed, WITH_MODEL)):
                options = ["-Q", queue, "-n", f"{queue}@%h", "--concurrency", str(processes), *more, *WORKER]
                self.add(f"worker-{queue}", "-m", "celery", "-A", "scenemarket", "worker", *options)
            schedule = str(self.var.path / "beat-schedule")
            self.add("beat", "-m", "celery", "-A", "scenemarket", "beat", "-s", schedule, "--pidfile=")

    def add(self, name: str, *arguments: str) -> Part:
        """Start one more part that does work."""
        part = Part(name, run_python(*arguments), self.log(name), self.full_environment())
        self.work.append(part)
        part.start()
        return part

    def home(self, name: str) -> Path:
        """Where a server's data lies: in var/, unless its user cannot get there."""
        spare = Path("/var/lib/scenemarket") / derived(self.secret, "place")[:12] / name
        return reachable_home(self.var.path / name, spare, servant())

    def log(self, name: str) -> Path:
        """The log of a part; one that has grown big is put aside first."""
        log = self.var.log / f"{name}.log"
        rotate(log)
        return log

    def answers(self) -> bool:
        """Whether the pages are served."""
        line = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def watch(self) -> None:
        """Restart what dies, for ever."""
        while True:
            time.sleep(0.2)
            for part in self.parts:
                if news := part.tend():
                    say(f"{time.strftime('%H:%M:%S')} {news}")
                    self.note_status()

    def note_status(self) -> None:
        """Write what `./market status` reads."""
        parts = [{"name": p.name, "pid": p.pid, "started": p.started, "restarts": p.restarts} for p in self.parts]
        noted = {"pid": os.getpid(), "address": self.address, "began": self.began, "parts": parts}
        write_private(self.var.status, json.dumps(noted))

    def stop(self) -> None:
        """End the parts that use the data, then the data."""
        for group, seconds in ((self.work, SECONDS_FOR_WORK), (self.data, SECONDS_FOR_DATA)):
            for part in group:
                part.ask_to_stop()
            deadline = time.monotonic() + seconds
            for part in group:
                part.wait(deadline, signal.SIGQUIT if part.name == "postgres" else signal.SIGKILL)
        self.var.runtime.unlink(missing_ok=True)
        self.var.status.unlink(missing_ok=True)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl-C, SIGTERM and a closed terminal end us alike."""
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """From here on the end is not interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run(whole: Whole) -> int:
    """Start, tell, watch, and whatever happens end everything. Out: the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # else nohup wants us to outlive the terminal
        signal.signal(signal.SIGHUP, interrupt)
    code = 0
    try:
        whole.start()
        say(welcome(whole))
        whole.watch()
    except Refusal as refusal:
        say(str(refusal))
        code = 1
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        ignore_signals()
        whole.stop()
    if code == 0:
        say("Everything has ended; the data is kept.")
    return code


def welcome(whole: Whole) -> str:
    """The address, and who can sign in."""
    lines = ["", f"SceneMarket is ready: {whole.address}", *sign_ins(whole.var)]
    logs = os.path.relpath(whole.var.log) if whole.var.log.is_relative_to(Path.cwd()) else whole.var.log
    return "\n".join([*lines, f"Logs are in {logs}. Ctrl-C, or `./market stop` elsewhere, ends it."])


def sign_ins(var: Var) -> list[str]:
    """Lines with the sample city's sign-ins, none without one."""
    path = var.path / "sample-signins.json"
    if not path.exists():
        return []
    people = json.loads(path.read_text(encoding="utf-8"))
    return ["Sign in as:", *(f"  {who['email']:<34} {who['password']:<18} {who['role']}" for who in people)]


def city_of(var: Var) -> str:
    """What runtime.prepare decided on the first start: "sample", "empty", "loading", nothing before it."""
    return var.city.read_text(encoding="utf-8") if var.city.exists() else ""


def check(options: argparse.Namespace, var: Var) -> None:
    """Refuse what cannot end well, before anything is started.

    Raises Refusal.
    """
    if options.empty and city_of(var) in ("sample", "loading"):
        raise Refusal(
            f"{var.path} holds the sample city, so --empty would show it all the same; nothing was started. "
            "Give VAR_DIR another folder, or move this one away."
        )
    if shutil.disk_usage(var.path).free < ROOM:
        raise Refusal(f"Less than 300 MB are free where {var.path} lies, so nothing was started; make room first.")


def claim(var: Var) -> None:
    """Take the lock and write our number into it.

    Raises Refusal when another process holds it.
    """
    lock = try_lock(var.lock)
    if lock is None:
        raise Refusal(ALREADY)
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())


def main() -> int:
    """Take the lock, then run; a second one for the same folder is refused. Out: the exit code."""
    parser = argparse.ArgumentParser(prog="./market start")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--empty", action="store_true")
    options = parser.parse_args()
    var = Var.from_environment()
    try:
        var.make()
        claim(var)
        check(options, var)
    except Refusal as refusal:
        say(str(refusal))
        return 1
    return run(Whole(var, options.host, options.port, options.empty))


if __name__ == "__main__":
    sys.exit(main())
