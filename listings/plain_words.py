"""What can be checked in a text, and what cannot: figures with a unit, days, places, ways to accept; big words without a measure.

Plain rules, so that each finding can be told to the person who wrote the text.
"""

import re

# of bounded length and from the beginning of a run on, so that no text takes long
_NUMBER = r"(?:(?<!\d)\d[\d,，]{0,15}(?:\.\d{1,8})?|(?<![一二两三四五六七八九十百千万亿半])[一二两三四五六七八九十百千万亿半]{1,12})"
_UNITS = (
    "%|％|‰|个百分点|平方米|立方米|平方公里|公里|千米|厘米|毫米|米|公顷|亩|吨|千克|公斤|克|升|千瓦时|千瓦|兆瓦|度|摄氏度|℃|°C|dB|分贝|Hz|赫兹|Mbps|GB|TB|"
    "毫秒|秒钟|秒|分钟|小时|个工作日|工作日|天|周|个月|年|季度|万元|亿元|元|人次|人|户|家|个|处|套|台|辆|架|艘|条|根|座|栋|间|次|起|件|张|份|路|点位|点|类|种|项|级|层|孔|倍|班|例|床|门|"
    r"(?:km|kW|kWh|kg|mm|cm|ms|min|hours?|days?|weeks?|months?|years?|metres?|meters?|people|sites?|units?|times|m|s|h|t)\b"
)
_ONE = "(?!一(?:个|套|种|类|项|件|张|份|点|起|级|度|路|次|家))"  # "打造一个平台" counts nothing
_FIGURE = re.compile(rf"(?:TRL\s?\d)|{_ONE}{_NUMBER}\s{{0,2}}(?:多|余|来)?\s{{0,2}}(?:{_UNITS})", re.IGNORECASE)
_DAY = re.compile(
    r"20\d\d\s{0,2}年|\d{1,2}\s{0,2}月|第?[一二三四1-4]季度|[上下]半年|年底前?|年内|汛期|入冬前|20\d\d[-/.]\d{1,2}|\bQ[1-4]\b"
)
_PLACE = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?:区|县|市|镇|乡|村|街道|街|路|大道|桥|园区|园|港区|港|码头|泵站|水厂|厂|医院|学校|小区|社区|片区|车站|机场|隧道|湖|河|江|景区|楼|馆|站)"
)
_ACCEPTED = re.compile(
    r"验收|达标|合格|第三方|检验|检测报告|测试报告|对照|复核|核验|比对|accept|verified|tested", re.IGNORECASE
)
BIG_WORDS = (
    "提升|提高|加强|强化|推进|推动|促进|优化|完善|赋能|助力|打造|实现智能化|智能化|智慧化|数字化|信息化|全面|进一步|显著|有效|高效|先进|一流|领先|"
    "improve|enhance|strengthen|promote|optimi[sz]e|empower|intelligent|smart|advanced|world-class"
)
_BIG = re.compile(BIG_WORDS, re.IGNORECASE)
_CLAUSE = re.compile(r"[^。；;！？!?\n，,]+")
_SENTENCE = re.compile(r"[^。；;！？!?\n]+")
QUOTED = 24  # characters of a clause that are quoted
MOST_QUOTED = 3


def figures(text: str) -> list[str]:
    """Figures with a unit: "不超过 1 米", "三百余处", "95%"."""
    return [found.group().strip() for found in _FIGURE.finditer(text or "")]


def names_a_day(text: str) -> bool:
    """Whether a time is named: a year, a month, a quarter, "年底前"."""
    return bool(_DAY.search(text or ""))


def names_a_place(text: str) -> bool:
    """Whether a place is named by what it is: a district, road, plant, hospital."""
    return bool(_PLACE.search(text or ""))


def says_how_accepted(text: str) -> bool:
    """Whether it is said how the result is checked."""
    return bool(_ACCEPTED.search(text or ""))


def big_words(*texts: str) -> tuple[str, ...]:
    """The clauses that promise without a measure ("提升巡检效率"), as they stand, the first few; a figure in the sentence is one."""
    found = []
    for text in texts:
        for sentence in _SENTENCE.findall(text or ""):
            if not _FIGURE.search(sentence):
                found += [_cut(clause) for clause in _CLAUSE.findall(sentence) if _BIG.search(clause)]
    return tuple(dict.fromkeys(found))[:MOST_QUOTED]


def _cut(clause: str) -> str:
    words = clause.strip()
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"
