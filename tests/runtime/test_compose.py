"""The containers: what they set is what settings read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
READ = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "scenemarket/settings.py").read_text("utf-8")))
# read by Python, Django and numba themselves
PYTHONS_OWN = {"NUMBA_CACHE_DIR", "PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"}
WORKERS = ["worker", "worker-bulk", "worker-embed"]
OURS = ["prepare", "web", *WORKERS, "beat"]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"])


@pytest.mark.parametrize("name", OURS)
def test_it_sets_only_what_settings_read(services: dict[str, Any], name: str) -> None:
    assert set(services[name]["environment"]) <= READ


def test_it_builds_an_image_that_sets_only_what_settings_read() -> None:
    final = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    block = re.search(r"^ENV (.*?[^\\])$", final, re.MULTILINE | re.DOTALL)
    assert block
    assert set(re.findall(r"(\w+)=", block[1])) - PYTHONS_OWN <= READ


def test_it_needs_each_secret_to_be_given() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SITE_HOST"):
        assert f"${{{name}:?" in text


@pytest.mark.parametrize("name", ["db", "redis", "web", *WORKERS, "beat"])
def test_it_watches_and_restarts_each_part(services: dict[str, Any], name: str) -> None:
    image_watches = name == "web" and "HEALTHCHECK" in (ROOT / "Dockerfile").read_text("utf-8")
    assert services[name]["restart"] == "unless-stopped"
    assert "healthcheck" in services[name] or image_watches


def test_it_keeps_the_queue_on_disk_and_drops_nothing_to_save_memory(services: dict[str, Any]) -> None:
    assert "--appendonly yes" in services["redis"]["command"]
    assert "--maxmemory-policy noeviction" in services["redis"]["command"]


def test_it_runs_a_worker_for_each_queue(services: dict[str, Any]) -> None:
    commands = " ".join(services[name]["command"] for name in WORKERS)
    settings = (ROOT / "scenemarket/settings.py").read_text("utf-8")
    queues = set(re.findall(r'"queue": "(\w+)"', settings)) | set(re.findall(r'DEFAULT_QUEUE = "(\w+)"', settings))
    assert set(re.findall(r"-Q (\w+)", commands)) == queues
