"""What can be checked in a text and what cannot, and how long that takes whatever the text holds."""

from time import perf_counter

import pytest

from listings import plain_words as words


@pytest.mark.parametrize(
    ("text", "said"),
    [("定位误差不超过 1 米", True), ("三百余处积水点", True), ("检出率达 95%", True), ("within 2 hours", True), ("要求 TRL 8", True),
     ("大幅提升巡检效率", False), ("第一批场景", False), ("", False)],
)  # fmt: skip
def test_it_finds_figures_with_a_unit(text: str, said: bool) -> None:
    assert bool(words.figures(text)) is said


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("提升巡检效率，加强预警。", ("提升巡检效率", "加强预警")), ("把巡检由 3 天缩短到 4 小时，提升效率。", ()), ("We improve safety; 2 hours saved.", ("We improve safety",)),
     ("全面" + "长" * 60 + "。", ("全面" + "长" * 21 + "…",)), ("管道漏水多发。", ())],
)  # fmt: skip
def test_it_quotes_big_words_that_have_no_measure(text: str, quoted: tuple[str, ...]) -> None:
    assert words.big_words(text) == quoted


@pytest.mark.parametrize(
    ("text", "place", "day"),
    [("文庙片区管网，汛期前完成", True, True), ("东湖区，2026 年", True, True), ("各类管网", False, False)],
)
def test_it_finds_places_and_days(text: str, place: bool, day: bool) -> None:
    assert (words.names_a_place(text), words.names_a_day(text)) == (place, day)


@pytest.mark.parametrize(
    "hostile",
    ["一" * 20_000, "9" * 20_000, "提升" * 10_000, "<script>alert(1)</script>" * 800, "区" * 20_000, "，。" * 9_000],
)
def test_it_answers_soon_whatever_a_text_holds(hostile: str) -> None:
    begun = perf_counter()
    words.figures(hostile), words.big_words(hostile), words.names_a_place(hostile), words.names_a_day(hostile)
    assert perf_counter() - begun < 2
