"""The sample city, once for all tests about pages; they only read it, or take back what they did."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages.city import sample_city, sessions
from tests.browser.pages.serving import serving
from tests.browser.pages.words import Vocabulary


@pytest.fixture(scope="package")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample city; its folder."""
    with sample_city(tmp_path_factory.mktemp("city"), django_db_blocker) as folder:
        yield folder


@pytest.fixture(scope="package")
def vocabulary(city: Path) -> Vocabulary:
    return Vocabulary()


@pytest.fixture(scope="package")
def signed_in(city: Path) -> dict[str, str]:
    """Role → its session."""
    return sessions()


@pytest.fixture(scope="package")
def web(city: Path) -> Iterator[str]:
    """The web process as it is served, in the sample city; its address."""
    with serving(city) as address:
        yield address
