"""Lists, titles, levels, codes and places as lists write them."""

import json
import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from accounts import uscc
from codelists import plain, regions
from listings.sheets.days import day_of
from listings.sheets.text import Wrong, folded, number_of, text_of

_SEPARATORS = re.compile(r"[、；;,，\n|/]")
_LINES = re.compile(r"[；;\n]")
_BRACKETS = {"(": 1, "（": 1, "[": 1, "【": 1, "《": 1, ")": -1, "）": -1, "]": -1, "】": -1, "》": -1}
_NUMBERING = re.compile(r"^(?:[(（]?\d{1,2}[)）.、．](?!\d)|[①-⑳]|[-•·●])\s*")
_NOTHING = {
    "-", "--", "—", "——", "/", "无", "暂无", "无要求", "不限", "没有", "n/a", "none", "null", "不要求",
    "无特殊要求", "待定", "未知", "不详", "",
}  # fmt: skip
_TITLE = re.compile(r"^(?P<name>.*?)\s*[(（](?P<inner>[^()（）]*\d{4}[^()（）]*)[)）]\s*$", re.DOTALL)
_LEVEL = re.compile(r"(?<!\d)(1[0-3]|[1-9])(?!\d)")
_LEVELS = {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_CHINESE_LEVEL = re.compile(r"第?([一二三四五六七八九])级")
_LOCAL = {
    "local", "本地", "本市", "限本地", "限本市", "本地企业", "本市企业", "本地供应商", "本区", "本地注册", "市内", "须本地",
    "仅限本地", "仅限本市",
}  # fmt: skip


def split(value: Any, separators: re.Pattern[str] = _SEPARATORS) -> list[str]:
    """The items of a list cell, in order and once each; separators inside brackets do not count. [] when it says 无."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json_list(value)
    if isinstance(value, list):
        items = [text_of(item.get("name") if isinstance(item, dict) else item) for item in value]
    else:
        items = _cut(text_of(value), separators)
    named = (_NUMBERING.sub("", item).strip(" 。.") for item in items)
    return list(dict.fromkeys(item for item in named if folded(item) not in _NOTHING))


def lines(value: Any) -> list[str]:
    """The items of a cell whose items are sentences: only line ends and semicolons part them."""
    return split(value, _LINES)


def _json_list(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, list) else text


def _cut(text: str, separators: re.Pattern[str]) -> list[str]:
    if not any(c in _BRACKETS for c in text):
        return separators.split(text)
    items, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth = max(0, depth + _BRACKETS.get(character, 0))
        if depth == 0 and separators.match(character):
            items.append(text[begin:place])
            begin = place + 1
    return [*items, text[begin:]]


def titles(value: Any) -> list[dict[str, Any]]:
    """Titles held, each {"name", "expires"} with a day or None; "高新技术企业（2027-11-30到期）" or a JSON list of such objects."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json_list(value)
    if isinstance(value, dict):
        value = [value]
    held = [_title(item) for item in (value if isinstance(value, list) else split(value))]
    return list({title["name"]: title for title in held if title["name"]}.values())


def _title(item: Any) -> dict[str, Any]:
    if isinstance(item, dict):
        expires = item.get("expires") or item.get("valid_to") or item.get("到期")
        return {"name": text_of(item.get("name") or item.get("名称")), "expires": _expiry(expires)}
    text = text_of(item)
    dated = _TITLE.match(text)
    if not dated:
        return {"name": text, "expires": None}
    # "（2023年认定）" says when it began, not when it ends
    began = re.search("认定|入选|获评|获得|颁发|取得", dated["inner"]) and not re.search(
        "到期|有效|至|截止", dated["inner"]
    )
    return {"name": dated["name"], "expires": None if began else _expiry(dated["inner"])}


def _expiry(value: Any) -> date | None:
    return None if value is None else day_of(value)[0]


def level(value: Any) -> int | None:
    """A technology readiness level from 1 to 9, the lower end of a range; None when nothing is asked. Wrong: trl."""
    number = number_of(value)
    if number is not None:
        if number != int(number) or not 1 <= number <= 9:
            raise Wrong("trl")
        return int(number)
    return _level(text_of(value))


def count(value: Any) -> int | None:
    """A whole number from 1 to 50; None when nothing is said. Wrong: count."""
    text = folded(text_of(value))
    if text in _NOTHING:
        return None
    number = number_of(value)
    if number is None and text.isdecimal():
        number = Decimal(text)
    if number is None or number != int(number) or not 1 <= number <= 50:
        raise Wrong("count")
    return int(number)


@lru_cache(maxsize=1024)
def _level(text: str) -> int | None:
    plain_text = folded(text)
    if plain_text in _NOTHING:
        return None
    chinese = _CHINESE_LEVEL.search(plain_text)
    if chinese:
        return _LEVELS[chinese[1]]
    found = _LEVEL.findall(plain_text.replace("9级量表", ""))
    if found and int(found[0]) <= 9:
        return int(found[0])
    named = None if found else plain.words("trl").get(text)
    if named:
        return int(named.code)
    raise Wrong("trl")


def code(value: Any, name: str, *, strict: bool) -> str | None:
    """The code that a cell names in a code list. A word that the list does not know is Wrong: an error when strict, else a warning."""
    text = text_of(value)
    if folded(text) in _NOTHING:
        return None
    entry = plain.words(name).get(text)
    if entry is None:
        allowed = "、".join(e.name_zh for e in plain.entries(name)[:8])
        raise Wrong("code" if strict else "code_unknown", warning=not strict, allowed=allowed)
    return entry.code


def codes(value: Any, name: str) -> list[str]:
    """The codes that a list cell names, unknown words left out; Wrong when none is known."""
    items = split(value)
    found = [e.code for e in (plain.words(name).get(item) for item in items) if e]
    if items and not found:
        code(items[0], name, strict=False)
    return list(dict.fromkeys(found))


def place(value: Any) -> str | None:
    """A place as written; None when it is not said."""
    text = text_of(value)
    return None if folded(text) in _NOTHING - {"不限"} else text


def places(value: Any) -> list[str]:
    """Places as written; "不限" is everywhere."""
    if not isinstance(value, list) and regions.code_of(text_of(value)) == regions.NATIONWIDE:
        return ["全国"]
    return split(value)


def supplier_place(value: Any) -> str | list[str] | None:
    """Where suppliers may come from: "local", a list of places, or None for anywhere."""
    items = split(value)
    if any(folded(item) in _LOCAL for item in items):
        return "local"
    if not items or any(regions.code_of(item) == regions.NATIONWIDE for item in items):
        return None
    return items


def credit_code(value: Any) -> str | None:
    """A unified social credit code, normalised. Wrong: uscc_length, uscc_character, uscc_registrar, uscc_check, uscc_inner (a warning)."""
    written = uscc.normalise(text_of(value))
    if not written or folded(written) in _NOTHING:
        return None
    fault = uscc.fault(written)
    if fault:
        raise Wrong(f"uscc_{fault}", n=len(written))
    if uscc.has_inner_fault(written):
        raise Wrong("uscc_inner", warning=True, values={"uscc": written})
    return written
