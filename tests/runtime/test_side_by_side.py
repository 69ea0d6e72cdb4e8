"""Several processes test at once, on the same two servers, and none sees the other's."""

from pathlib import Path

import pytest

from runtime.pytest_plugin import settle
from tests.sharing import rank, unit


@pytest.mark.parametrize(("place", "number"), [("gw0", 4), ("gw1", 5), ("gw13", 1)])
def test_each_process_has_a_valkey_database_and_a_folder(
    place: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:word@127.0.0.1:7/3")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert settle(place) == (f"redis://:word@127.0.0.1:7/{number}", tmp_path / place)
    assert (tmp_path / place).is_dir()


def test_whole_stacks_are_never_started_side_by_side() -> None:
    names = ["tests/browser/test_flow.py::a", "tests/runtime/test_stack.py::b", "tests/faults/test_shards.py::c"]
    assert {unit(name) for name in names} == {"stacks"}


def test_a_file_is_never_parted() -> None:
    assert unit("tests/deals/test_views.py::test_a[x::y]") == unit("tests/deals/test_views.py::test_b")


def test_what_takes_longest_begins_first() -> None:
    assert rank("tests/browser/test_flow.py::a") < rank("tests/matching/test_runs.py::b") < rank("tests/api/x.py::c")
