"""Any table of a page as a file to keep: .xlsx or .csv, with formulas disarmed and times as Shanghai says them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from listings.exports import TYPES
from listings.sheets.write import disarmed, text_cell

Row = Sequence[Any]
NARROW, WIDE = 14, 36


def answer(title: str, head: Row, rows: Iterable[Row], *, form: str) -> HttpResponse:
    """The table under `title`; `form` "xlsx" or "csv" (anything else is "xlsx")."""
    form = form if form in TYPES else "xlsx"
    found = HttpResponse(_WRITERS[form](title, head, rows), content_type=TYPES[form])
    name = f"{title}-{timezone.localdate():%Y%m%d}.{form}"
    found["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return found


def _as_xlsx(title: str, head: Row, rows: Iterable[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("".join(c for c in title if c not in r"[]:*?/\'")[:31])
    for place in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDE if place in (2, 3) else NARROW
    sheet.freeze_panes = "A2"
    bold, plain = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    bold.font = Font(bold=True)
    sheet.append([text_cell(sheet, str(word), bold) for word in head])
    for row in rows:
        sheet.append([v if isinstance(v, int | float | Decimal) else text_cell(sheet, _said(v), plain) for v in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _as_csv(title: str, head: Row, rows: Iterable[Row]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([disarmed(str(word)) for word in head])
    writer.writerows([disarmed(_said(value)) for value in row] for row in rows)
    # the mark lets spreadsheet programs see Chinese
    return target.getvalue().encode("utf-8-sig")


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


_WRITERS = {"xlsx": _as_xlsx, "csv": _as_csv}
