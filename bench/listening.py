"""What idle listeners cost one web process, and how soon they hear: python -m bench.listening [--listeners 500].

Starts one web process of its own on the database and broker of the environment (a sample city must be loaded), opens
the streams, and prints memory per listener, CPU while nothing happens, and the delay from tell() to arrival, first
alone, then while pages are served.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import cycle, islice
from pathlib import Path

import django

from runtime.sockets import free_port

PAGE = "/opportunities/"
HELLO, LIVE = b"event: hello", b"event: live"
TICK = os.sysconf("SC_CLK_TCK")


class Web:
    """One gunicorn with one worker process."""

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "python:runtime.web", "--workers", "1"]
        bound = ["--bind", f"127.0.0.1:{self.port}", "--log-level", "warning", "scenemarket.asgi:application"]
        limits = {"LIVE_PER_PERSON": "100000", "LIVE_PER_ADDRESS": "100000", "LOG_LEVEL": "WARNING"}
        self.server = subprocess.Popen([*command, *bound], env={**os.environ, **limits})

    @property
    def worker(self) -> int:
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text("utf-8").split()
        return int(children[0])

    def private_kb(self) -> int:
        """Memory that only the worker process uses."""
        lines = Path(f"/proc/{self.worker}/smaps_rollup").read_text("utf-8").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.worker}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    async def ready(self) -> None:
        while True:
            try:
                assert b"200" in await self.page("/healthz")
                return
            except OSError:
                await asyncio.sleep(0.2)

    async def page(self, path: str) -> bytes:
        """The whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer


class Listener:
    """One open stream; `arrived` holds the moments at which something was told."""

    def __init__(self) -> None:
        self.arrived: list[float] = []

    async def open(self, port: int, session: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n\r\n"
        self.writer.write(request.encode())
        await self.reader.readuntil(HELLO)
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while data := await self.reader.read(4096):
            self.arrived += [time.perf_counter()] * data.count(LIVE)


def sessions(count: int) -> list[tuple[int, str]]:
    """A session for each listener, of the people who are there in turn: (user key, session key)."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    made = []
    for person in islice(cycle(get_user_model().objects.filter(is_active=True)[:500]), count):
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        made.append((person.pk, session.session_key or ""))
    return made


async def delays(listeners: dict[int, list[Listener]], times: int) -> list[float]:
    """Milliseconds from tell() to arrival, one person told at a time."""
    from activity.live import tell

    found = []
    for n in range(times):
        person = random.choice(list(listeners))
        before = {one: len(one.arrived) for one in listeners[person]}
        began = time.perf_counter()
        await asyncio.to_thread(tell, "run", people=[person], public_id=str(n))
        async with asyncio.timeout(20):
            while any(len(one.arrived) == count for one, count in before.items()):
                await asyncio.sleep(0.001)
        found += [(one.arrived[-1] - began) * 1000 for one in before]
        await asyncio.sleep(0.05)
    return found


async def while_served(web: Web, readers: int, work: Callable[[], Awaitable[list[float]]]) -> tuple[list[float], float]:
    """Do `work` while so many readers fetch a list one after the other. Out: its result, and pages a second."""
    served, over = 0, asyncio.Event()

    async def read() -> None:
        nonlocal served
        while not over.is_set():
            assert b"200 OK" in (await web.page(PAGE))[:20]
            served += 1

    began = time.perf_counter()
    tasks = [asyncio.create_task(read()) for _ in range(readers)]
    found = await work()
    rate = served / (time.perf_counter() - began)
    over.set()
    await asyncio.gather(*tasks)
    return found, rate


def said(name: str, found: list[float]) -> None:
    ordered = sorted(found)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name}: p50 {statistics.median(found):.1f} ms, p95 {p95:.1f} ms, most {ordered[-1]:.1f} ms, of {len(found)}"
    )


async def measure(web: Web, tickets: list[tuple[int, str]], idle_seconds: float, tells: int) -> None:
    await web.ready()
    for _ in range(20):
        await web.page(PAGE)
    first = [Listener() for _ in range(50)]  # what the first ones need is not what each one more needs
    for listener, (_, session) in zip(first, tickets, strict=False):
        await listener.open(web.port, session)
    before = web.private_kb()
    listeners: dict[int, list[Listener]] = {}
    for person, session in tickets:
        listener = Listener()
        await listener.open(web.port, session)
        listeners.setdefault(person, []).append(listener)
    more = web.private_kb() - before
    print(f"{len(tickets)} listeners: {more / len(tickets):.1f} kB each, {web.private_kb() / 1024:.0f} MB the process")
    cpu = web.cpu_seconds()
    await asyncio.sleep(idle_seconds)
    used = (web.cpu_seconds() - cpu) / idle_seconds
    print(f"idle for {idle_seconds:.0f} s: {used * 100:.2f} % of a core")
    said("tell() to arrival, nothing else to do", await delays(listeners, tells))
    found, rate = await while_served(web, 4, lambda: delays(listeners, tells))
    said(f"tell() to arrival, while {rate:.0f} pages a second are served to 4 readers", found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=500)
    parser.add_argument("--idle", type=float, default=45.0)
    parser.add_argument("--tells", type=int, default=100)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    django.setup()
    tickets = sessions(options.listeners)
    web = Web()
    try:
        asyncio.run(measure(web, tickets, options.idle, options.tells))
    finally:
        web.server.terminate()
        web.server.wait(10)


if __name__ == "__main__":
    main()
