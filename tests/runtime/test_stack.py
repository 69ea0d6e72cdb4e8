"""./market start, status, stop: the whole, killed part by part."""

import json
import os
import signal
import stat
import time
from collections.abc import Iterator

import pytest

from tests.runtime.listener import Stream, sign_in
from tests.runtime.stack import Stack, wait_for

pytestmark = pytest.mark.stack
PARTS = ["postgres", "valkey", "web", "worker-push", "worker-bulk", "worker-embed", "beat"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One that all tests of this file share; each leaves it running and well."""
    made = Stack()
    made.start()
    wait_for(made.is_well, 60)
    yield made
    made.remove()


def test_it_serves_pages(stack: Stack) -> None:
    assert stack.page("/healthz") == (200, b"ok")


def test_it_shows_each_part_with_its_process(stack: Stack) -> None:
    shown = stack.call("status")
    assert shown.returncode == 0
    for name, pid in stack.pids().items():
        assert name in PARTS
        assert f"process {pid}" in shown.stdout


def test_it_refuses_a_second_start_in_a_sentence(stack: Stack) -> None:
    second = stack.call("start", "--port", "1")
    assert second.returncode == 1
    assert "running already" in second.stderr


def test_it_refuses_a_port_in_use_in_a_sentence(stack: Stack) -> None:
    other = Stack()
    other.environment["VAR_DIR"] = str(other.var / "var")
    second = other.call("start", "--port", str(stack.port))
    other.remove()
    assert second.returncode == 1
    assert f"Port {stack.port}" in second.stderr


def test_it_lets_commands_in_another_terminal_join(stack: Stack) -> None:
    code = "from django.db import connection as c; c.ensure_connection(); print(c.settings_dict['PORT'])"
    joined = stack.call("manage", "shell", "--no-imports", "-c", code)
    url = json.loads((stack.var / "runtime.json").read_text("utf-8"))["environment"]["DATABASE_URL"]
    assert f":{joined.stdout.strip()}/" in url


@pytest.mark.parametrize("name", ["secret", "runtime.json", "status.json", "lock"])
def test_it_keeps_its_secrets_to_its_owner(stack: Stack, name: str) -> None:
    assert stat.S_IMODE((stack.var / name).stat().st_mode) == 0o600


TELL = "from activity.live import tell; tell('run', people=[{person}], public_id='{mark}')"


def test_it_tells_open_pages_at_once_and_goes_on_when_the_broker_is_back(stack: Stack) -> None:
    (person, own), (_, others) = sign_in(stack, "listener@city.example", "other@city.example")
    stream, other, nobody = (Stream(stack.port, session) for session in (own, others, "none"))
    wait_for(lambda: "hello" in stream.names and "hello" in other.names and nobody.status == 401)
    stack.call("manage", "shell", "--no-imports", "-c", TELL.format(person=person, mark="first"))
    wait_for(lambda: {"topic": "run", "id": "first"} in stream.heard)
    os.kill(stack.pids()["valkey"], signal.SIGKILL)
    wait_for(lambda: stream.names[-1] == "back")
    stack.call("manage", "shell", "--no-imports", "-c", TELL.format(person=person, mark="second"))
    wait_for(lambda: {"topic": "run", "id": "second"} in stream.heard)
    assert (stream.names.count("away"), other.heard) == (1, [])


@pytest.mark.parametrize("name", PARTS)
def test_it_heals_a_part_that_is_killed(stack: Stack, name: str) -> None:
    before, killed = wait_for(lambda: stack.pids().get(name)), time.monotonic()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: stack.pids().get(name, before) != before)
    wait_for(lambda: stack.ticked_within(time.monotonic() - killed), 60)


@pytest.mark.parametrize("name", ["web", "worker-bulk"])
def test_it_leaves_no_child_of_a_killed_part(stack: Stack, name: str) -> None:
    parent = wait_for(lambda: stack.pids().get(name))
    children = wait_for(lambda: children_of(parent))
    os.kill(parent, signal.SIGKILL)
    wait_for(lambda: not children & stack.processes(), 5)
    wait_for(lambda: stack.pids().get(name, parent) != parent)


def test_it_leaves_no_orphan_when_its_supervisor_is_killed(stack: Stack) -> None:
    assert stack.process is not None
    stack.process.send_signal(signal.SIGKILL)
    stack.process.wait()
    wait_for(lambda: not stack.processes(), 5)
    assert "not running" in stack.call("status").stdout
    stack.start()
    assert stack.page("/healthz")[0] == 200


@pytest.mark.parametrize("way", ["stop", "interrupt"])
def test_it_ends_everything_within_five_seconds(stack: Stack, way: str) -> None:
    assert stack.process is not None
    streams = [Stream(stack.port, session) for _, session in sign_in(stack, "listener@city.example")]
    wait_for(lambda: all("hello" in stream.names for stream in streams))
    began = time.monotonic()
    if way == "stop":
        assert stack.call("stop").returncode == 0
    else:
        stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert not stack.processes()
    assert all(stream.ended for stream in streams)
    assert not (stack.var / "runtime.json").exists()
    stack.start()


def children_of(parent: int) -> set[int]:
    with open(f"/proc/{parent}/task/{parent}/children", encoding="utf-8") as file:
        return {int(pid) for pid in file.read().split()}
