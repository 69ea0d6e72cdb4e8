"""Places by their GB/T 2260 codes: what a written place means, and what lies in what. Plain Python."""

import re
from functools import lru_cache

from codelists.plain import Entry, entries, folded, remembered

NATIONWIDE = "000000"
_LONGEST = 24  # characters of the longest name of a place
_SUFFIX = re.compile(r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|省|市|盟)$")
_DISTRICT = re.compile("[区县旗镇乡]|街道")
_EVERYWHERE = {
    "全国", "全国范围", "中国", "国内", "全国各地", "不限", "nationwide", "不限区域", "不限地区", "全国可服务", "全球",
}  # fmt: skip


class _Finder:
    """Finds the code of a written place; what was asked before is remembered, up to a limit."""

    def __init__(self, rows: tuple[Entry, ...]) -> None:
        self._by_name: dict[str, str] = {}
        for entry in rows:
            for name in (entry.code, entry.name_zh, *entry.synonyms, _SUFFIX.sub("", entry.name_zh)):
                self._by_name.setdefault(folded(name), entry.code)
        self.code_of = lru_cache(maxsize=20_000)(self._code_of)

    def _code_of(self, text: str) -> str | None:
        wanted = folded(text)
        if wanted in _EVERYWHERE:
            return NATIONWIDE
        if wanted in self._by_name:
            return self._by_name[wanted]
        # "湖城市东湖区文昌街道": the longest known place at its head, then the longest inside that one
        for length in range(min(len(wanted) - 1, _LONGEST), 1, -1):
            head = self._by_name.get(wanted[:length])
            # "朝阳区" is a district somewhere, not the city of 朝阳
            if head and not _DISTRICT.match(wanted[length:]):
                return self._inside(head, wanted[length:])
        return None

    def _inside(self, code: str, rest: str) -> str:
        """The district of `code` that `rest` begins with, else `code` itself."""
        for length in range(min(len(rest), _LONGEST), 1, -1):
            inner = self._by_name.get(rest[:length])
            if inner and contains(code, inner):
                return inner if length == len(rest) else self._inside(inner, rest[length:])
        return code


@remembered
def _finder() -> _Finder:
    return _Finder(entries("region"))


@remembered
def _by_code() -> dict[str, Entry]:
    return {entry.code: entry for entry in entries("region")}


def code_of(text: str) -> str | None:
    """The code of a written place ("湖城市东湖区", "湖城", "990101"; NATIONWIDE for "全国"), or None when it is not known."""
    return _finder().code_of(text)


def name_of(code: str) -> str:
    """The Chinese name of a code; the code itself when it is not known."""
    entry = _by_code().get(code)
    return entry.name_zh if entry else code


def city_of(code: str) -> str:
    """The prefecture-level code above (or equal to) a code; municipalities and provinces are their own."""
    if code[:2] in {"11", "12", "31", "50", "71", "81", "82"}:
        return code[:2] + "0000"
    return code[:4] + "00"


def contains(outer: str, inner: str) -> bool:
    """Whether the place `outer` contains, or is, the place `inner`. Groups of provinces (长三角) hold their members."""
    if outer in (NATIONWIDE, inner):
        return True
    entry = _by_code().get(outer)
    members = entry.data.get("members") if entry else None
    if members:
        return any(contains(member, inner) for member in members)
    significant = outer[:2] if outer.endswith("0000") else outer[:4] if outer.endswith("00") else outer
    return inner.startswith(significant)


def containing(code: str) -> frozenset[str]:
    """The codes of all places that contain a place, itself included: city, province, groups of provinces, nationwide."""
    if code not in _containing():
        _containing()[code] = frozenset(outer for outer in (*_by_code(), code) if contains(outer, code))
    return _containing()[code]


@remembered
def _containing() -> dict[str, frozenset[str]]:
    return {}
