"""The tags draw what the page authors ask for, and nothing that the Content-Security-Policy refuses."""

from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation


def draw(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load ui %}" + source).render(Context(context))


def test_an_unknown_score_is_never_drawn_as_zero() -> None:
    html = draw("{% score None %}")
    assert "unknown" in html
    assert "<rect" not in html


@pytest.mark.parametrize(("value", "of", "width"), [(34, 40, "85"), (50, 40, "100"), (-1, 40, "0"), (0, 0, "0")])
def test_a_bar_is_as_long_as_its_share(value: int, of: int, width: str) -> None:
    assert f'<rect width="{width}"' in draw("{% meter value of %}", value=value, of=of)


def test_a_closed_listing_says_why() -> None:
    row = SimpleNamespace(
        state="closed",
        close_reason="matched",
        get_state_display=lambda: "Closed",
        get_close_reason_display=lambda: "Matched",
    )
    assert draw("{% state row %}", row=row) == '<span class="s-st ok">Matched</span>'


def test_the_pager_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/opportunities/?field=city&page=2")
    html = draw("{% pager page %}", request=request, page=Paginator(range(50), 10).page(2))
    assert 'href="?field=city&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1


def test_one_page_needs_no_pager() -> None:
    request = RequestFactory().get("/")
    assert "<nav" not in draw("{% pager page %}", request=request, page=Paginator(range(5), 10).page(1))


def test_a_link_to_a_page_that_does_not_exist_is_left_out() -> None:
    assert draw('{% link_item "no-such-page" "Nowhere" %}') == ""


def test_what_is_kept_by_asvar_is_safe_and_can_be_handed_on() -> None:
    assert draw("{% asvar x %}<b>{{ name }}</b>{% endasvar %}{{ x }}", name="<i>") == "<b>&lt;i&gt;</b>"


def test_messages_are_sorted_into_toasts_and_alerts() -> None:
    said = [
        SimpleNamespace(level_tag="success", extra_tags="undo:/matches/1/undo/", __str__=lambda: "Done"),
        SimpleNamespace(level_tag="error", extra_tags="", __str__=lambda: "Not done"),
    ]
    html = draw("{% sorted_messages m as said %}{{ said.toasts.0.undo }}|{{ said.alerts.0.tone }}", m=said)
    assert html == "/matches/1/undo/|bad"
