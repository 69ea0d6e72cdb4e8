"""The figures as a workbook: one sheet for each picture, with what was asked and of which moment; lists as one sheet."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from listings.exports import TYPES
from listings.sheets.write import text_cell

Row = Sequence[Any]


class Book:
    """A workbook in the making; what is text is never a formula."""

    def __init__(self, about: str) -> None:
        self.book, self.about = Workbook(write_only=True), about

    def sheet(self, title: str, heads: Row, rows: Iterable[Row]) -> None:
        """One sheet: its title, what it is about, the heads, the rows."""
        sheet: Any = self.book.create_sheet("".join(c for c in title if c not in r"[]:*?/\'")[:31])
        bold = WriteOnlyCell(sheet)
        bold.font = Font(bold=True)
        plain = WriteOnlyCell(sheet)
        for place, head in enumerate(heads):
            sheet.column_dimensions[chr(ord("A") + place)].width = 28 if place == 0 else max(12, 2.2 * len(str(head)))
        sheet.freeze_panes = "A4"
        sheet.append([text_cell(sheet, title, bold)])
        sheet.append([text_cell(sheet, self.about, plain)])
        sheet.append([text_cell(sheet, str(head), bold) for head in heads])
        for row in rows:
            sheet.append([self._cell(sheet, value, plain) for value in row])

    def _cell(self, sheet: Any, value: Any, like: Any) -> Any:
        if value is None or isinstance(value, int | float | Decimal | date):
            return value
        return text_cell(sheet, str(value), like)

    def answer(self, name: str) -> HttpResponse:
        """The workbook as a file to keep."""
        target = io.BytesIO()
        self.book.save(target)
        found = HttpResponse(target.getvalue(), content_type=TYPES["xlsx"])
        named = f"{name}-{timezone.localdate():%Y%m%d}.xlsx"
        found["Content-Disposition"] = content_disposition_header(True, named) or "attachment"
        return found


def figures(name: str, about: str, heads: Sequence[dict[str, Any]], panels: dict[str, dict[str, Any]]) -> HttpResponse:
    """The whole page: a sheet for the big figures and one for each picture."""
    book = Book(about)
    book.sheet(_("In figures"), [_("Figure"), _("Number"), _("Unit"), _("Note")],
               [(h["label"], h["value"], h["unit"], h["note"]) for h in heads])  # fmt: skip
    for key, panel in panels.items():
        columns, rows = _TABLES[key](panel)
        book.sheet(panel["title"], columns, rows)
    return book.answer(name)


def _funnel(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    columns = [_("Step"), _("Opportunities"), _("Share of the step before"), _("A year before")]
    return columns, [(r["label"], r["n"], r["share"], r["before"]) for r in panel["rows"]]


def _trend(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    columns = [_("Week from"), *(head["label"] for head in panel["heads"])]
    return columns, [(r["label"], *(cell["n"] for cell in r["cells"])) for r in panel["rows"]]


def _heat(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    columns = [_("Field"), _("Industry"), _("Open opportunities"), _("Listed capabilities")]
    rows = [
        (row["label"], column["label"], cell["need"], cell["offer"])
        for row in panel["rows"]
        for column, cell in zip(panel["columns"], row["cells"], strict=True)
    ]
    return columns, rows


def _replies(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    columns = [_("Department"), _("Answers"), _("Middle one, days"), _("Nine in ten within, days")]
    return columns, [(r["label"], r["n"], r["median"], r["p90"]) for r in panel["rows"]]


def _regions(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    columns = [_("District"), _("Opened"), _("Agreed"), _("Landed"), _("Contracts (万元)")]
    return columns, [(r["label"], r["published"], r["agreed"], r["landed"], r["amount_wan"]) for r in panel["rows"]]


def _declined(panel: dict[str, Any]) -> tuple[Row, Sequence[Row]]:
    sides = {"opportunity": _("Department"), "capability": _("Firm")}
    rows = [(r["label"], sides[r["side"]], r["n"]) for r in panel["whole"]]
    return [_("Reason"), _("Who declined"), _("Times")], rows


_TABLES: dict[str, Any] = {
    "funnel": _funnel, "trend": _trend, "heat": _heat, "replies": _replies, "regions": _regions, "declined": _declined,
}  # fmt: skip
