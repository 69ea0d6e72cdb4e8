"""The front end's files: only what is used, and all of it."""

import re
from pathlib import Path

import pytest

from runtime import assets

ROOT = Path(__file__).parents[2]
ICONS = (ROOT / "frontend/icons.txt").read_text("utf-8").split()


def named_icons() -> set[str]:
    """Icons that templates and code name literally."""
    found: set[str] = set()
    for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templatetags/*.py")]:
        text = path.read_text("utf-8")
        found |= set(re.findall(r"{%\s*icon [\"']([a-z0-9-]+)[\"']", text))
        found |= set(re.findall(r"icons\.svg[\"'] ?%}#([a-z0-9-]+)", text))
    return found


def test_it_has_each_icon_that_a_page_names() -> None:
    assert named_icons() <= set(ICONS)


def test_it_lists_icons_once_and_in_order() -> None:
    assert sorted(set(ICONS)) == ICONS


@pytest.mark.skipif(not assets.is_current(), reason="frontend/dist is not made; ./market test makes it")
def test_it_draws_each_icon_of_the_list() -> None:
    sprite = (assets.DIST / "icons.svg").read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == ICONS


@pytest.mark.skipif(not assets.is_current(), reason="frontend/dist is not made; ./market test makes it")
def test_it_names_no_source_map_and_no_other_host() -> None:
    for path in assets.DIST.glob("vendor/*.min.*"):
        text = path.read_text("utf-8")
        assert "sourceMappingURL" not in text
        assert not re.search(r"url\(['\"]?(https?:)?//", text)
