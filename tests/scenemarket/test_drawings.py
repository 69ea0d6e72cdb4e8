"""The small pictures say what the figures say."""

from scenemarket import drawings


def test_the_histogram_counts_what_stands_above_the_line() -> None:
    drawn = drawings.histogram([3, 2, 1], low=40, high=100, line=60)
    assert drawn["above"] == 3
    assert [bar.high for bar in drawn["bars"]] == [False, True, True]  # type: ignore[attr-defined]


def test_an_empty_histogram_is_drawn_too() -> None:
    assert drawings.histogram([], low=40, high=100, line=84)["above"] == 0


def test_the_fairness_strip_shows_what_exceeds_the_cap() -> None:
    drawn = drawings.fairness([("青麦科技", 2), ("远岫机器人", 8)], cap=6)
    first = drawn["bars"][0]  # type: ignore[index]
    assert (first.name, drawn["over"], drawn["over_firms"]) == ("远岫机器人", 2, 1)
    assert first.over_height > 0


def test_the_ring_stays_within_its_bounds() -> None:
    full = f"{drawings.RING_LENGTH:.1f}"
    assert drawings.ring(140).split()[0] == full
    assert drawings.ring(-3).split()[0] == "0.0"
