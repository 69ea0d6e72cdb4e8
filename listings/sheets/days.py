"""Days as lists write them. A month means its last day, a quarter or a year its end: that is what a deadline means."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from listings.sheets.amounts import chinese_number
from listings.sheets.text import Wrong, folded, number_of, text_of

_NO_END = re.compile(r"长期|永久|常年|全年|持续|不限|无期限|随时")
_UNKNOWN = {
    "-", "--", "—", "/", "无", "待定", "暂无", "另行通知", "未定", "不详", "未知", "n/a", "none", "null", "面议",
    "待明确", "待确定", "tbd", "",
}  # fmt: skip
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日号])")
_PERIOD = re.compile(r"\d+(?:个)?(?:工作)?(?:日|天|周|月|年)(?:内|以内|之内)|签订后|签约后|合同|立项后")
_YEAR = r"(?P<y>(?:19|20|21)\d\d)"
# tried in this order; the last one found in the text counts, because a period ends with its deadline
_SHAPES = [
    re.compile(_YEAR + r"[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})(?!\d)[日号]?"),
    re.compile(r"(?<!\d)" + _YEAR + r"(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)"),
    re.compile(_YEAR + r"[-/.年](?P<m>\d{1,2})(?![\d])月?份?(?P<part>[上中下]旬|底|末)?"),
    re.compile(_YEAR + r"年?(?:第?(?P<q>[1-4一二三四])季度?|q(?P<qq>[1-4]))"),
    re.compile(_YEAR + r"年?(?P<half>[上下]半年)"),
    re.compile(_YEAR + r"年?(?:年?[底末]|全年)?(?!\d)"),
]
_TAIL = re.compile(r"(?:-|~|至|到|—|–)+(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?(?P<part>[上中下]旬|底|末)?$")
_PARTS = {"上旬": 10, "中旬": 20}
_QUARTERS = {c: n for n, c in enumerate("一二三四", 1)}
_EPOCH = date(1899, 12, 30)


def day_of(value: Any) -> tuple[date | None, bool]:
    """The day a cell means, and whether it says that there is no end (长期有效). (None, False) is unknown.

    Wrong: day, no_such_day, far_day; relative_day (a warning) for "签订后 90 天".
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _near(value), False
    number = number_of(value)
    if number is not None and 20_000 < number < 100_000:
        return _near(_EPOCH + timedelta(days=int(number))), False
    return _from_text(text_of(value))


@lru_cache(maxsize=4096)
def _from_text(text: str) -> tuple[date | None, bool]:
    plain = _CHINESE.sub(lambda m: str(chinese_number(m[0])), folded(text))
    if plain in _UNKNOWN:
        return None, False
    if plain.isdigit() and len(plain) == 5:
        return _near(_EPOCH + timedelta(days=int(plain))), False
    found = _last_day(plain)
    if found:
        return found, False
    if _NO_END.search(plain):
        return None, True
    if _PERIOD.search(plain):
        raise Wrong("relative_day", warning=True)
    raise Wrong("day")


def _last_day(plain: str) -> date | None:
    best: tuple[int, int, re.Match[str]] | None = None
    for rank, shape in enumerate(_SHAPES):
        for match in shape.finditer(plain):
            if best is None or match.start() > best[0]:
                best = (match.start(), rank, match)
    if best is None:
        return None
    parts = best[2].groupdict()
    tail = _TAIL.search(plain, best[2].end())
    return _near(_end_of({**parts, **tail.groupdict()} if tail else parts))


def _end_of(parts: dict[str, str | None]) -> date:
    year = int(parts["y"] or 0)
    quarter = parts.get("q") or parts.get("qq")
    if quarter:
        return _month_end(year, 3 * (_QUARTERS.get(quarter) or int(quarter)))
    if parts.get("half"):
        return _month_end(year, 6 if parts["half"] == "上半年" else 12)
    if not parts.get("m"):
        return date(year, 12, 31)
    month, day, part = int(parts["m"] or 0), parts.get("d"), parts.get("part")
    if not 1 <= month <= 12:
        raise Wrong("no_such_day")
    if day:
        return _exact(year, month, int(day))
    return date(year, month, _PARTS[part]) if part in _PARTS else _month_end(year, month)


def _exact(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Wrong("no_such_day") from None


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _near(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise Wrong("far_day")
    return day
