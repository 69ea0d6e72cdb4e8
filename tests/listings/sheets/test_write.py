"""What is written can be read again, and no spreadsheet runs it."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from listings.sheets import columns, keys, open_table, write_csv, write_xlsx

CAPABILITY = {
    "id": "NL-1", "firm": "青麦科技", "uscc": "91110000600037341L", "firm_city": "湖城市", "title": "带压检漏", "summary": "不停水\n检测",
    "scenes": ["供水管网", "排水管网"], "field": "city", "sector": "水的生产和供应业", "category": "产品", "technologies": ["声学检测", "管道机器人"], "trl": 8,
    "titles": [{"name": "高新技术企业", "expires": date(2027, 11, 30)}, {"name": "瞪羚企业", "expires": None}], "certs": ["CMA"],
    "service_regions": ["湖城市", "临港市"], "price_min_wan": Decimal("0.5"), "price_max_wan": Decimal("1200"), "cases": ["甲水务，312公里", "乙水务"],
}  # fmt: skip
OPPORTUNITY = {
    "id": "HC-1", "title": "管网巡检", "need": "检漏", "field": "city", "scene_type": "focused", "technologies": ["GIS"], "region": "湖城市东湖区",
    "cooperation_mode": ["procurement", "pilot"], "budget_min_wan": Decimal(280), "budget_max_wan": None, "min_trl": 7,
    "required_titles": ["高新技术企业"], "service_region_required": ["湖城市", "临港市"], "deadline": None, "deadline_open": True, "contact": "周",
}  # fmt: skip
DERIVED = {"region_code": "990101", "firm_city_code": "990100"}


def read_back(writer, kind, values):
    file = io.BytesIO()
    writer(file, kind, [values])
    file.seek(0)
    with open_table(file, "x", kind) as table:
        return list(table.rows())


@pytest.mark.parametrize("writer", [write_csv, write_xlsx])
@pytest.mark.parametrize(("kind", "values"), [("opportunity", OPPORTUNITY), ("capability", CAPABILITY)])
def test_it_writes_what_it_reads(writer, kind, values):
    (row,) = read_back(writer, kind, values)
    expected = {key: values.get(key) for key in keys(kind)} | DERIVED
    assert row.faults == ()
    assert row.values == {key: expected[key] for key in keys(kind)}


DANGEROUS = ["=1+1", "+86 138", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_it_disarms_formulas(text):
    file = io.BytesIO()
    write_csv(file, "opportunity", [{"title": text, "id": "1"}])
    cell = file.getvalue().decode("utf-8-sig").splitlines()[1].split(",")[1].strip('"')
    assert cell.startswith("'")
    write_xlsx(book := io.BytesIO(), "opportunity", [{"title": text}], title="=清单")
    cells = [cell for row in load_workbook(book).active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2+3", "@SUM(A1)"])
def test_it_gives_disarmed_text_back_as_it_was(text):
    (row,) = read_back(write_csv, "opportunity", {"id": "1", "title": text})
    assert row.values["title"] == text


def test_every_official_header_is_recognised():
    for kind in ("opportunity", "capability"):
        file = io.BytesIO()
        write_csv(file, kind, [{"id": "1", "title": "x"}])
        file.seek(0)
        with open_table(file, "x", kind) as table:
            assert {c.key for c in table.sheets[0].columns} == {
                key for key, column in columns(kind).items() if column.official
            }
