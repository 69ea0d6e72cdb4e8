"""Amounts of money as lists write them, in 万元."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from listings.sheets.text import Wrong, folded, number_of, text_of

Range = tuple[Decimal | None, Decimal | None]
OPEN: Range = (None, None)

# how many 万元 one of the unit is
_UNITS = {
    "亿": Decimal(10000), "亿元": Decimal(10000), "千万": Decimal(1000), "千万元": Decimal(1000), "百万": Decimal(100),
    "百万元": Decimal(100), "万": Decimal(1), "万元": Decimal(1), "w": Decimal(1), "千元": Decimal("0.1"), "元": Decimal("0.0001"),
    "块": Decimal("0.0001"), "rmb": Decimal("0.0001"),
}  # fmt: skip
_UNIT = "(?:亿元|亿|千万元|千万|百万元|百万|万元|万|千元|元|块|w)"
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+"
_AMOUNT = rf"({_NUMBER})({_UNIT})?"
_RANGE = re.compile(rf"^{_AMOUNT}(?:-|~|至|到|—|–|－|~+|--)+{_AMOUNT}$")
_ONE = re.compile(rf"^{_AMOUNT}$")
_AT_LEAST = re.compile(
    r"^(?:≥|>=|>|大于等于|大于|高于|超过|超|不低于|不少于|不小于|至少|最低)|(?:及以上|以上|起步|起|[+~-])$"
)
_AT_MOST = re.compile(
    r"^(?:≤|<=|<|小于等于|小于|低于|不超过|不高于|不多于|不大于|至多|最高限价|最高|上限|限价)|(?:及以下|以内|以下|之内|封顶|内)$"
)
_ABOUT = re.compile(
    r"^(?:约为|大约|约|预计|估算|总投资|投资|预算|合计|共|人民币|¥|￥|rmb|cny|~)+|(?:左右|上下|人民币|rmb|cny|\(含税\)|\(不含税\)|/套|/年|/项)+$"
)
_UNKNOWN = {
    "-", "--", "—", "——", "/", "无", "暂无", "面议", "待定", "另议", "协商", "双方协商", "另行协商", "待协商", "未定",
    "视情况而定", "不详", "未知", "n/a", "na", "none", "null", "按需", "按需定制", "价格面议", "面谈", "详谈",
    "根据需求定制", "以实际为准", "待明确", "待确定", "tbd", "",
}  # fmt: skip
_PER_UNIT = re.compile(r"\d.*/|每|%|\d(?:折|点)")
_FOREIGN = re.compile(r"[$€£]|美元|欧元|港元|港币|日元|usd|eur|hkd")
_HEADER_UNIT = re.compile(r"[(（]\s*(?:单位[:：])?(?:人民币)?(亿元|亿|百万元|万元|万|千元|元)\s*[)）]")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
LARGEST = Decimal(10) ** 8


def unit_of_header(header: str) -> str:
    """The unit that a column's header names ("投资金额（元）" gives 元); 万元 when it names none."""
    found = _HEADER_UNIT.search(header)
    return found[1] if found else "万元"


def amount_range(value: Any, unit: str = "万元") -> Range:
    """Lower and upper amount in 万元; None where it is open or unknown. Wrong: amount, amount_order, amount_size, currency."""
    number = number_of(value)
    if number is not None:
        return _within(number * _UNITS[unit], number * _UNITS[unit])
    if isinstance(value, list):
        value = "-".join(text_of(v) for v in value if v is not None)
    return _from_text(text_of(value), unit)


def amount(value: Any, unit: str = "万元") -> Decimal | None:
    """One amount in 万元, or None when it is unknown. Wrong as for amount_range."""
    low, high = amount_range(value, unit)
    return high if low is None else low


@lru_cache(maxsize=4096)
def _from_text(text: str, unit: str) -> Range:
    plain = folded(text).replace("，", ",")
    if plain in _UNKNOWN:
        return OPEN
    if _FOREIGN.search(plain):
        raise Wrong("currency")
    plain, at_least = _AT_LEAST.subn("", _ABOUT.sub("", plain))
    plain, at_most = _AT_MOST.subn("", plain)
    low, high = _pair(_ABOUT.sub("", plain), unit)
    if at_least or at_most:
        return _within(low if at_least else None, high if at_most else None)
    return _within(low, high)


def _pair(plain: str, unit: str) -> tuple[Decimal, Decimal]:
    both = _RANGE.match(plain)
    if both:
        first, first_unit, second, second_unit = both.groups()
        # "300-500万": the unit at the end counts for both
        return _wan(first, first_unit or second_unit or unit), _wan(second, second_unit or unit)
    one = _ONE.match(plain)
    if not one and _PER_UNIT.search(plain):
        raise Wrong("amount_per_unit", warning=True)
    if not one:
        raise Wrong("amount")
    return (_wan(one[1], one[2] or unit),) * 2


def _wan(number: str, unit: str) -> Decimal:
    if number[0].isdigit():
        return Decimal(number.replace(",", "")) * _UNITS[unit]
    return Decimal(chinese_number(number)) * _UNITS[unit]


def chinese_number(text: str) -> int:
    """三百二十 as 320; digits alone are read one by one (二〇二七 is 2027). KeyError for anything else."""
    if not any(c in _PLACES for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = digit = 0
    for character in text:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _within(low: Decimal | None, high: Decimal | None) -> Range:
    if low is not None and high is not None and low > high:
        raise Wrong("amount_order")
    if any(v is not None and not 0 <= v <= LARGEST for v in (low, high)):
        raise Wrong("amount_size")
    return low, high
