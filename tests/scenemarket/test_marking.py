"""Marked passages are the original text, each with its reason's number."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from scenemarket.marking import Span, marked, marked_line


def test_it_marks_a_passage_with_its_number() -> None:
    html = marked("在不停水的条件下完成", [Span(1, 8, 1)])
    assert (
        html
        == '<p>在<mark class="" data-n="1">不停水的条<span class="nw">件下<i class="n ">1</i></span></mark>完成</p>'
    )


def test_it_marks_what_speaks_against_and_what_is_unknown() -> None:
    html = marked("甲乙丙丁", [Span(0, 2, 4, "against"), Span(2, 4, 5, "unknown")])
    assert 'class="no" data-n="4"' in html
    assert 'class="un" data-n="5"' in html


def test_it_escapes_what_people_wrote() -> None:
    html = marked("<script>& 水", [Span(0, 8, 1)])
    assert "<script>" not in html
    assert "&lt;scrip" in html
    assert "&amp;" in html


def test_each_line_is_a_paragraph_and_a_mark_stops_at_its_end() -> None:
    html = marked("一二\n\n三四", [Span(0, 6, 1)])
    assert html.count("<p>") == 2
    assert html.count("<mark") == 2


def test_of_two_that_overlap_the_first_keeps_its_passage() -> None:
    html = marked("一二三四五", [Span(1, 4, 2), Span(0, 3, 1)])
    assert re.findall(r'data-n="(\d)"', html) == ["1", "2"]


def test_a_span_inside_another_is_marked_within_it_and_numbered_once() -> None:
    html = marked("老城区供水管网渗漏，供水", [Span(0, 9, 2), Span(3, 5, 1), Span(10, 12, 1)])
    assert re.findall(r'<mark class="([^"]*)" data-n="(\d)"', html) == [("", "2"), ("in ", "1"), ("", "1")]
    assert html.count("</i>") == 2


def test_a_heading_is_marked_without_a_paragraph() -> None:
    assert marked_line("<b>供水", [Span(3, 5, 1)]).startswith("&lt;b&gt;<mark")


def words(html: str) -> str:
    return re.sub(r'<i class="n[^"]*">\d+</i>|<[^>]+>', "", html)


@example("甲乙丙", [(0, 2, 1), (1, 2, 1), (1, 3, 1)])
@given(
    st.text(alphabet="甲乙丙丁戊", min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9)), max_size=6),
)
def test_no_letter_is_lost_or_doubled(text: str, rows: list[tuple[int, int, int]]) -> None:
    assert words(marked(text, [Span(*row) for row in rows])) == text
