"""The servers of a test run: gone with whoever asked for them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from runtime import throwaway
from runtime.mortality import is_alive
from tests.runtime.stack import wait_for

ASKING = """
import sys
from runtime import throwaway
keeper = throwaway.begin()
print(keeper.pid, throwaway.urls(keeper)["DATABASE_URL"], flush=True)
sys.stdin.read()
"""


def processes_below(pid: int) -> set[int]:
    """A process and all that it started, by the parents in /proc."""
    found, added = {pid}, True
    while added:
        added = False
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(entry.read_text("utf-8").rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent in found and int(entry.parent.name) not in found:
                found.add(int(entry.parent.name))
                added = True
    return found


def test_it_brings_servers_that_answer() -> None:
    with throwaway.servers() as urls:
        assert redis.Redis.from_url(urls["REDIS_URL"]).ping()
        with psycopg2.connect(urls["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            assert cursor.fetchone() == ("UTF8",)
        connection.close()


def test_it_lets_nobody_in_without_the_password() -> None:
    with throwaway.servers() as urls:
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(urls["DATABASE_URL"], password="guessed")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url("redis://" + urls["REDIS_URL"].split("@")[1]).ping()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_leaves_nothing_when_the_asker_is_killed(number: int) -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKING], stdin=-1, stdout=-1, text=True, cwd=Path(__file__).parents[2]
    )
    assert asker.stdout is not None
    keeper = int(asker.stdout.readline().split()[0])
    servers = processes_below(keeper)
    assert len(servers) > 5
    os.kill(asker.pid, number)
    asker.communicate()
    wait_for(lambda: not any(is_alive(pid) for pid in servers), 10)
