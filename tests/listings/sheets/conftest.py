"""Lists made by the tests themselves."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from openpyxl import Workbook

from listings.sheets import Row, open_table

OPPORTUNITY = ["序号", "场景名称", "场景简介", "应用领域", "预算", "截止日期"]
CAPABILITY = ["序号", "企业名称", "统一社会信用代码", "场景能力名称", "企业与产品简介", "技术成熟度", "企业资质"]


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], merge: Sequence[str] = ()) -> io.BytesIO:
    """A workbook of named sheets of rows; areas of the first sheet are merged."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for area in merge:
        book.worksheets[0].merge_cells(area)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


@pytest.fixture
def read() -> Callable[..., list[Row]]:
    """Reads rows from a workbook file, bytes, or the rows of a single sheet."""

    def reader(source: Any, kind: str | None = None, **options: Any) -> list[Row]:
        if isinstance(source, list):
            source = workbook(("清单", source), **options)
        elif isinstance(source, bytes):
            source = io.BytesIO(source)
        with open_table(source, "list", kind) as table:
            return list(table.rows())

    return reader
