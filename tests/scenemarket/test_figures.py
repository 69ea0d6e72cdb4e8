"""Sums and times are said as people say them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from scenemarket import figures

NOW = datetime(2026, 3, 18, 10, 0, tzinfo=timezone.get_default_timezone())
PLAIN = str.maketrans({"\u00a0": " ", "\u2060": None})


@pytest.mark.parametrize(
    ("wan", "chinese", "english"),
    [
        (280, "280 万元", "¥2.8 million"),
        (Decimal("12.50"), "12.5 万元", "¥125,000"),
        (416_000, "41.6 亿元", "¥4.16 billion"),
        (0, "0 万元", "¥0"),
        (1_406, "1,406 万元", "¥14.06 million"),
    ],
)
def test_it_says_sums_in_wan_and_in_yi(wan: Decimal, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert figures.money(wan).translate(PLAIN) == chinese
    with translation.override("en"):
        assert figures.money(wan).translate(PLAIN).strip() == english


def test_it_never_parts_a_number_from_its_unit() -> None:
    with translation.override("zh-hans"):
        assert figures.money(280) == "280\u00a0万\u2060元"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (280, 350, "280—350 万元"),
        (120, 120, "120 万元"),
        (9_000, 20_000, "9,000 万元 — 2 亿元"),
        (None, None, "未公开"),
    ],
)
def test_it_says_a_range_once(low: int | None, high: int | None, said: str) -> None:
    with translation.override("zh-hans"):
        assert figures.money_range(low, high, unknown="未公开").translate(PLAIN) == said  # type: ignore[arg-type]


def test_an_unknown_sum_is_unknown_and_not_zero() -> None:
    with translation.override("en"):
        assert figures.money(None) == "unknown"
        assert figures.count(None) == "unknown"


@pytest.mark.parametrize(
    ("deadline", "said", "tone"),
    [
        (date(2026, 4, 10), "23 days left", ""),
        (date(2026, 3, 21), "3 days left", "wait"),
        (date(2026, 3, 19), "1 day left", "wait"),
        (date(2026, 3, 18), "Closes today", "bad"),
        (date(2026, 3, 17), "Closed for entries", ""),
        (None, "No end date", ""),
    ],
)
def test_a_deadline_turns_ochre_three_days_before(deadline: date | None, said: str, tone: str) -> None:
    with translation.override("en"):
        due = figures.due(deadline, now=NOW)
    assert (due.text, due.tone) == (said, tone)


@pytest.mark.parametrize(
    ("hours", "said", "tone"),
    [
        (-25, "1 day overdue", "bad"),
        (-1, "Overdue", "bad"),
        (4, "Today 14:00", "wait"),
        (48, "2 days left", ""),
    ],
)
def test_a_duty_says_how_long_it_is_overdue(hours: int, said: str, tone: str) -> None:
    with translation.override("en"):
        due = figures.due(NOW + timedelta(hours=hours), task=True, now=NOW)
    assert (due.text, due.tone) == (said, tone)


def test_the_day_ends_at_midnight_in_shanghai() -> None:
    late = datetime(2026, 3, 18, 23, 59, tzinfo=timezone.get_default_timezone())
    with translation.override("en"):
        assert figures.due(date(2026, 3, 18), now=late).text == "Closes today"
        assert figures.due(date(2026, 3, 18), now=late + timedelta(minutes=2)).text == "Closed for entries"


def test_another_year_is_said() -> None:
    with translation.override("zh-hans"):
        assert figures.day(date(2026, 3, 17), today=date(2026, 5, 1)) == "3月17日"
        assert figures.day(date(2025, 3, 17), today=date(2026, 5, 1)) == "2025年3月17日"


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "just now"), (5, "5 minutes ago"), (125, "2 hours ago"), (1440, "yesterday")]
)
def test_it_says_how_long_ago(minutes: int, said: str) -> None:
    with translation.override("en"):
        assert figures.ago(NOW - timedelta(minutes=minutes), now=NOW) == said


def test_the_clock_parts_the_number_from_its_words() -> None:
    with translation.override("en"):
        clock = figures.clock(date(2026, 4, 10), date(2026, 3, 10), now=NOW)
    assert (clock.before, clock.days, clock.after) == ("", 23, "days left")
    assert clock.share == pytest.approx(8.4 / 32, abs=0.01)
