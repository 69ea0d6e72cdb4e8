"""How commands in another terminal find what runs, and what keeps two from running."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.connection import join_the_running
from runtime.keys import derived, installation_secret
from runtime.lock import is_held, try_lock
from runtime.places import Var, write_private

HOLDING = "import sys; from pathlib import Path; from runtime.lock import try_lock; try_lock(Path(sys.argv[1])); print(1, flush=True); sys.stdin.read()"


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Var:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    made = Var.from_environment()
    made.make()
    write_private(
        made.runtime, json.dumps({"environment": {"DATABASE_URL": "postgresql://it", "REDIS_URL": "redis://it"}})
    )
    return made


def test_it_joins_what_runs(var: Var) -> None:
    lock = try_lock(var.lock)
    environment = {"REDIS_URL": "redis://mine"}
    assert lock is not None
    assert join_the_running(environment)
    assert environment["DATABASE_URL"] == "postgresql://it"
    assert environment["REDIS_URL"] == "redis://mine"


def test_it_joins_nothing_that_has_ended(var: Var) -> None:
    environment: dict[str, str] = {}
    assert not join_the_running(environment)
    assert "DATABASE_URL" not in environment
    assert len(environment["SECRET_KEY"]) > 50


def test_it_leaves_a_given_database_alone(var: Var) -> None:
    environment = {"DATABASE_URL": "postgresql://mine", "SECRET_KEY": "given"}
    assert join_the_running(environment)
    assert environment == {"DATABASE_URL": "postgresql://mine", "SECRET_KEY": "given"}


def test_it_frees_the_lock_when_its_holder_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(lock)], stdin=-1, stdout=-1, cwd=Path(__file__).parents[2]
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    assert is_held(lock)
    holder.kill()
    holder.communicate()
    assert not is_held(lock)


def test_it_derives_other_keys_for_other_ends(var: Var) -> None:
    secret = installation_secret(var)
    assert secret == installation_secret(var)
    assert len({secret, derived(secret, "django"), derived(secret, "postgres")}) == 3
