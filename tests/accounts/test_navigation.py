"""The top bar: what a person works with first, the rest behind a menu, and only pages that they may open."""

import pytest
from django.test import RequestFactory

from accounts.navigation import BESIDE, navigation
from tests.conftest import Cast


@pytest.mark.parametrize("name", Cast.NAMES)
def test_it_links_only_to_pages_that_open(cast: Cast, name: str) -> None:
    client = cast.client(name)
    nav = client.get("/help/").context
    for link in [*nav["nav"], *nav["nav_more"]]:
        assert client.get(link["url"]).status_code == 200, link


def test_it_keeps_the_bar_short(cast: Cast) -> None:
    request = RequestFactory().get("/runs/")
    request.user = cast.reviewer
    nav = navigation(request)
    assert len(nav["nav"]) == BESIDE
    assert nav["nav_more"]


def test_it_marks_the_one_link_that_the_page_lies_below(cast: Cast) -> None:
    request = RequestFactory().get("/review/listings/")
    request.user = cast.reviewer
    active = [link["key"] for link in navigation(request)["nav"] if link.get("active")]
    assert active == ["listing-review"]
