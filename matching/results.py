"""Ranked pairs as a file: .xlsx for a person, .csv and .jsonl for programs."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from listings.sheets.write import disarmed, text_cell
from matching.engine import PARTS, SENTENCES, Explanation, RankedPair, Settings, sentence
from matching.engine.wording import ITEMS, PART_NAMES

KEYS = (
    "opportunity_id", "capability_id", "rank_for_opportunity", "rank_for_capability", "score", "eligible", "barred_by", "reasons",
)  # fmt: skip
_SIDES = {"for": "支持", "against": "不利", "unknown": "未知"}
_ELIGIBLE = {True: "符合", False: "不符合", None: "待确认"}
_HEAD = PatternFill("solid", start_color="E1EFFB")
_COLUMNS: tuple[tuple[str, int], ...] = (
    ("机会编号", 16), ("场景机会", 30), ("机会方", 20), ("位次", 7), ("能力编号", 16), ("场景能力", 30), ("能力方", 20), ("得分", 8),
    ("硬性条件", 10), ("不满足或待确认的条件", 22), ("支持", 60), ("不利", 40), ("未知", 36), ("在能力方的位次", 9),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One pair to be written, with the titles and organisations of both sides."""

    ranked: RankedPair
    explanation: Explanation
    need: tuple[str, str]
    offer: tuple[str, str]


def write(out: Path, results: Iterable[Result], settings: Settings, day: date) -> None:
    """Write results in the format that the file's name asks for; the file appears whole or not at all.

    Raises OSError when it cannot be written, KeyError for another format.
    """
    writer: Callable[[Path, Iterable[Result], Settings, date], None] = {".jsonl": _jsonl, ".csv": _csv, ".xlsx": _xlsx}[
        out.suffix.lower()
    ]
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        writer(unfinished, results, settings, day)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def record(result: Result) -> dict[str, Any]:
    """One pair by the keys of KEYS; reasons as Chinese sentences."""
    ranked, pair = result.ranked, result.explanation.pair
    values = (
        ranked.need_id, ranked.offer_id, ranked.rank_for_need, ranked.rank_for_offer, ranked.score, ranked.eligible,
        list(pair.barred_by), list(_told(result)),
    )  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


def _told(result: Result) -> Iterator[str]:
    for reason in result.explanation.reasons:
        points = f"（{reason.points:+.1f}）" if reason.points else ""
        yield f"{_SIDES[reason.side]}：{sentence(reason)}{points}"


def _jsonl(path: Path, results: Iterable[Result], _settings: Settings, _day: date) -> None:
    with path.open("w", encoding="utf-8") as file:
        for result in results:
            file.write(json.dumps(record(result), ensure_ascii=False) + "\n")


def _csv(path: Path, results: Iterable[Result], _settings: Settings, _day: date) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(KEYS)
        for result in results:
            rows.writerow([_plain(value) for value in record(result).values()])


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list):
        return disarmed("；".join(value))
    return disarmed(value) if isinstance(value, str) else value


def _xlsx(path: Path, results: Iterable[Result], settings: Settings, day: date) -> None:
    book = Workbook(write_only=True)
    _pairs_sheet(book, results)
    _settings_sheet(book, settings, day)
    with path.open("wb") as file:
        _save(book, file)


def _save(book: Workbook, file: IO[bytes]) -> None:
    book.save(file)


def _pairs_sheet(book: Workbook, results: Iterable[Result]) -> None:
    sheet: Any = book.create_sheet("匹配结果")
    columns = [*_COLUMNS, *((PART_NAMES[code][1], 11) for code in PARTS)]
    for place, (_name, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    head, body = _like(sheet, bold=True), _like(sheet)
    sheet.append([text_cell(sheet, name, head) for name, _width in columns])
    for result in results:
        sheet.append([_cell(sheet, value, body) for value in _row(result)])


def _row(result: Result) -> list[Any]:
    ranked, pair = result.ranked, result.explanation.pair
    by_side = {side: "\n".join(_numbered(result, side)) for side in _SIDES}
    open_conditions = [ITEMS[c.code][1] for c in pair.conditions if c.verdict != "met"]
    earned = {part.code: part for part in pair.parts}
    return [
        ranked.need_id, *result.need, ranked.rank_for_need, ranked.offer_id, *result.offer, round(ranked.score, 1),
        _ELIGIBLE[ranked.eligible], "、".join(open_conditions), by_side["for"], by_side["against"], by_side["unknown"],
        ranked.rank_for_offer, *(_points(earned[code]) for code in PARTS),
    ]  # fmt: skip


def _numbered(result: Result, side: str) -> Iterator[str]:
    told = [reason for reason in result.explanation.reasons if reason.side == side]
    for number, reason in enumerate(told, 1):
        yield f"{number}. {sentence(reason)}" + (
            f"（{reason.points:+.0f}）" if reason.points and round(reason.points) else ""
        )


def _points(part: Any) -> str:
    return "未知" if part.points is None else f"{part.points:.1f} / {part.possible:.1f}"


def _settings_sheet(book: Workbook, settings: Settings, day: date) -> None:
    sheet: Any = book.create_sheet("计分设置")
    for letter, width in (("A", 22), ("B", 14), ("C", 70)):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    head, body = _like(sheet, bold=True), _like(sheet)
    sheet.append([text_cell(sheet, name, head) for name in ("设置", "取值", "说明")])
    sheet.append(
        [_cell(sheet, value, body) for value in ("day", day.isoformat(), "以这一天判断截止日期与资质有效期。")]
    )
    for name, value in settings.to_dict().items():
        sheet.append([_cell(sheet, cell, body) for cell in (name, value, SENTENCES[name][1])])


def _cell(sheet: Any, value: Any, like: Any) -> Any:
    if isinstance(value, str) or value is None:
        return text_cell(sheet, value or "", like)
    cell: Any = WriteOnlyCell(sheet, value)
    cell._style = like._style
    return cell


def _like(sheet: Any, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    if bold:
        cell.fill = _HEAD
    return cell
