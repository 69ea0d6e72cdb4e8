"""A real Chromium before the whole of SceneMarket: live server, real worker and beat, letters on disk."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as current
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.workers import floor, worker

__all__ = ["floor", "worker"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Playwright runs its loop in this thread, which Django would take for an async view
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
WINDOW = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}}
PATIENCE = 20_000
# what a worker does between is waited for as long as what a page does by itself
expect.set_options(timeout=PATIENCE)
Enter = Callable[[str, str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are counted as skipped, and say what to install."""
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(
                pytest.mark.skip(reason="no Chromium: install the package chromium, or set CHROMIUM to its path")
            )


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture
def house(settings: Settings, live_server: LiveServer) -> LiveServer:
    """The web process; its assets come from their sources, which is where the live server looks."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**current.STORAGES, "staticfiles": plain}
    return live_server


@pytest.fixture
def enter(browser: Browser, house: LiveServer) -> Iterator[Enter]:
    """Signs a person in as a person does and gives the page; each person has a browser of their own."""
    contexts = []

    def sign_in(email: str, password: str) -> Page:
        context = browser.new_context(base_url=house.url, **WINDOW)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password)
        page.locator("form:has(input[name=password]) button[type=submit]").click()
        page.wait_for_url("**/desk/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
