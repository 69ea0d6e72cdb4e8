"""Processes that end with the one that started them, even while they are busy."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.mortality import command_of, is_alive
from tests.runtime.stack import wait_for

FORKING = """
import os, time
{setup}
if not os.fork():
    {first}
    print(os.getpid(), flush=True)
time.sleep(60)
"""
WORKER = FORKING.format(setup="from runtime.worker_hooks import end_with_the_worker", first="end_with_the_worker()")
WEB = FORKING.format(
    setup="from types import SimpleNamespace as N; from runtime.web import post_fork; me = N(pid=os.getpid())",
    first="post_fork(me, None)",
)


@pytest.mark.parametrize("code", [WORKER, WEB], ids=["worker", "web"])
def test_it_ends_pool_processes_with_their_server(code: str) -> None:
    server = subprocess.Popen([sys.executable, "-c", code], stdout=-1, text=True, cwd=Path(__file__).parents[2])
    assert server.stdout is not None
    child = int(server.stdout.readline())
    assert is_alive(child)
    server.send_signal(signal.SIGKILL)
    server.wait()
    wait_for(lambda: not is_alive(child), 5)


def test_it_takes_a_zombie_for_dead() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    wait_for(lambda: not is_alive(ended.pid), 10)
    assert Path(f"/proc/{ended.pid}").exists()
    ended.wait()


def test_it_reads_the_command_of_a_process() -> None:
    reader = subprocess.Popen([sys.executable, "-c", "input()", "its-own-words"], stdin=-1)
    wait_for(lambda: "its-own-words" in command_of(reader.pid), 10)
    reader.communicate(b"\n")
    assert command_of(2**22 + 1) == ""
