"""Setting up: what is locked, what is noted, whose mirrors are used."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from runtime import packages

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(kind: str) -> dict[str, list[str]]:
    pins = re.findall(
        r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / f"requirements/{kind}.txt").read_text("utf-8"), re.MULTILINE
    )
    found: dict[str, list[str]] = {}
    for name, version in pins:
        found.setdefault(name, []).append(version)
    return found


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("base", PROJECT["project"]["dependencies"]),
        ("dev", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_it_locks_what_the_project_asks_for(kind: str, wanted: list[str]) -> None:
    pins = locked(kind)
    for line in wanted:
        requirement = Requirement(line)
        versions = pins.get(requirement.name.lower(), [])
        assert versions, f"{requirement.name} is not in requirements/{kind}.txt"
        assert all(requirement.specifier.contains(version) for version in versions)


def test_it_tests_with_the_versions_that_it_serves() -> None:
    assert {name: locked("dev").get(name) for name in locked("base")} == locked("base")


@pytest.mark.parametrize("kind", ["base", "dev", "boot", "node"])
def test_it_locks_hashes_and_names_no_host(kind: str) -> None:
    text = (ROOT / f"requirements/{kind}.txt").read_text("utf-8")
    pinned = re.findall(r"^[a-z0-9._-]+==.*$", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"==.*\\\n    --hash=sha256:", text))
    assert "://" not in text


def test_it_names_no_host_in_the_lock_of_the_front_end() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")


def test_it_sets_up_again_when_the_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "REQUIREMENTS", tmp_path)
    (tmp_path / "base.txt").write_text("a==1\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    (tmp_path / "installed.json").write_text(f'{{"base": "{packages.lock_hash("base")}"}}')
    assert packages.is_installed(tmp_path, "base")
    (tmp_path / "base.txt").write_text("a==2\n")
    assert not packages.is_installed(tmp_path, "base")


def test_it_tells_uv_of_the_mirrors_that_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    environment = packages.uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment["UV_FIND_LINKS"] == "/a,/b"


def test_it_leaves_the_mirrors_of_uv_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert packages.uv_environment()["UV_DEFAULT_INDEX"] == "https://other.example/simple"
