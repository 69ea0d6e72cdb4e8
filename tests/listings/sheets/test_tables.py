"""Lists as cities publish them: titles above, merged cells, several sheets, any encoding."""

import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from listings.sheets import open_table
from tests.listings.sheets.conftest import CAPABILITY, OPPORTUNITY, workbook

USCC = "91110000600037341L"


def test_it_finds_the_header_below_title_lines(read):
    rows = read(
        [
            ["湖城市2026年第一批场景机会清单"],
            [],
            ["单位：万元"],
            OPPORTUNITY,
            [1, "管网巡检", "带压检测", "城市", "300-500", "2027年3月底"],
        ]
    )
    assert rows[0].number == 5
    assert rows[0].values["title"] == "管网巡检"
    assert rows[0].values["field"] == "city"
    assert rows[0].values["budget_max_wan"] == 500
    assert rows[0].values["deadline"] == date(2027, 3, 31)


def test_it_joins_a_header_of_two_rows(read):
    rows = read(
        [
            ["序号", "场景名称", "合作需求", "", "联系", ""],
            ["", "", "需求内容", "预算", "联系人", "联系电话"],
            [1, "巡检", "检漏", "80", "周", "139"],
        ]
    )
    assert len(rows) == 1
    assert (rows[0].values["need"], rows[0].values["budget_min_wan"], rows[0].values["contact"]) == ("检漏", 80, "周")


def test_it_tells_the_kind_by_the_headers():
    assert open_table(workbook(("a", [OPPORTUNITY, [1, "巡检"]])), "a").kind == "opportunity"
    assert open_table(workbook(("a", [CAPABILITY, [1, "青麦科技"]])), "a").kind == "capability"


def test_it_keeps_unknown_columns_as_notes(read):
    rows = read([[*OPPORTUNITY, "推进情况"], [1, "管网巡检", "", "", "", "", "已对接"]])
    assert rows[0].notes == {"推进情况": "已对接"}
    with open_table(workbook(("a", [[*OPPORTUNITY, "推进情况"], [1, "x"]])), "a") as table:
        assert table.unknown == ["推进情况"]


def test_it_fills_merged_cells(read):
    rows = read(
        [["领域", "场景名称", "场景简介"], ["城市", "巡检", "甲"], [None, "清淤", "乙"], ["产业", "质检", "丙"]],
        merge=["A2:A3"],
        kind="opportunity",
    )
    assert [row.values["field"] for row in rows] == ["city", "city", "industry"]


def test_it_joins_continuation_rows(read):
    rows = read([OPPORTUNITY, [1, "巡检", "第一段"], [None, None, "第二段"], [2, "清淤", "丙"]])
    assert [row.values["summary"] for row in rows] == ["第一段\n第二段", "丙"]


def test_it_joins_rows_under_a_merged_title(read):
    rows = read(
        [OPPORTUNITY, [1, "巡检", "第一段"], [None, None, "第二段"], [2, "清淤", "丙"]], merge=["A2:A3", "B2:B3"]
    )
    assert [(row.number, row.values["summary"]) for row in rows] == [(2, "第一段\n第二段"), (4, "丙")]


def test_it_gives_a_firm_to_its_next_capabilities(read):
    rows = read([CAPABILITY, [1, "青麦科技", USCC, "检漏"], [None, None, None, "测流"]])
    assert [(row.values["firm"], row.values["title"]) for row in rows] == [("青麦科技", "检漏"), ("青麦科技", "测流")]


def test_it_takes_a_heading_for_the_rows_below(read):
    head = ["序号", "场景名称", "场景简介"]
    rows = read(
        [
            head,
            ["一、综合性重大场景"],
            [1, "低空物流"],
            ["二、高价值小切口场景（2项）"],
            [2, "检漏"],
            ["注：以上场景长期有效"],
        ]
    )
    assert [row.values["scene_type"] for row in rows] == ["comprehensive", "focused"]
    assert rows[1].notes["标题行"].startswith("二、")


def test_it_skips_headers_that_are_repeated(read):
    assert len(read([OPPORTUNITY, [1, "巡检"], OPPORTUNITY, [2, "清淤"]])) == 2


def test_it_reads_every_sheet_that_holds_a_list():
    file = workbook(
        ("填表说明", [["请按模板填写"]]), ("产业", [OPPORTUNITY, [1, "质检"]]), ("城市", [OPPORTUNITY, [1, "巡检"]])
    )
    with open_table(file, "a") as table:
        assert [(row.sheet, row.values["title"]) for row in table.rows()] == [("产业", "质检"), ("城市", "巡检")]
        assert table.skipped == ["填表说明"]


def test_it_reads_date_cells_of_both_epochs(read):
    for epoch in (None, CALENDAR_MAC_1904):
        book = Workbook()
        if epoch:
            book.epoch = epoch
        book.active.append(OPPORTUNITY)
        book.active.append([1, "巡检", "", "", "", datetime(2027, 6, 30)])
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        assert read(file)[0].values["deadline"] == date(2027, 6, 30)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_reads_csv_in_any_dialect(read, encoding, delimiter):
    text = "\r\n".join(
        delimiter.join(row)
        for row in [OPPORTUNITY, ["1", "管网巡检", '"不停水，\r\n检测"', "城市", "约200", "长期有效"]]
    )
    (row,) = read(text.encode(encoding))
    assert (row.values["summary"], row.values["budget_min_wan"]) == ("不停水，\n检测", 200)
    assert row.values["deadline_open"] is True


def test_it_reads_jsonl_with_its_own_types(read):
    line = {
        "id": "o1",
        "title": "巡检",
        "technologies": ["声学"],
        "min_trl": 7,
        "budget_min_wan": 1.5,
        "deadline": "2027-06-30",
        "city_note": "x",
    }
    (row,) = read((json.dumps(line, ensure_ascii=False) + "\n\n").encode(), kind="opportunity")
    assert (row.values["id"], row.values["technologies"], row.values["min_trl"]) == ("o1", ["声学"], 7)
    assert row.values["budget_min_wan"] == Decimal("1.5")
    assert row.notes == {"city_note": "x"}


def test_it_reads_an_empty_cell_as_unknown(read):
    (row,) = read([OPPORTUNITY, [1, "巡检"]])
    assert {
        row.values[key]
        for key in ("budget_min_wan", "deadline", "min_trl", "field", "technologies", "uscc")
        if key in row.values
    } == {None}
    assert row.ok


def test_it_reports_a_fault_by_sheet_row_column_found_and_expected(read):
    good, bad = read([OPPORTUNITY, [1, "巡检"], [2, "清淤", "", "", "很多钱", ""]])
    (fault,) = bad.faults
    assert (good.ok, bad.ok) == (True, False)
    assert (fault.sheet, fault.row, fault.column, fault.found) == ("清单", 3, "预算", "很多钱")
    assert (
        fault.sentence("zh")
        == "工作表“清单”第 3 行“预算”列：现为“很多钱”，应为金额，如 300-500、约200、≥100、1.2亿元、面议"
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([1, ""], "required"),
        ([1, "x", "", "", "", "2027-02-30"], "no_such_day"),
        ([1, "x", "", "", "#REF!"], "cell_error"),
        ([1, "x", "长" * 32_768], "cell_length"),
    ],
)
def test_it_keeps_a_faulty_row_out(read, cells, code):
    text = "\n".join(
        ",".join(map(str, row)) for row in [OPPORTUNITY, [*cells, *[""] * (6 - len(cells))], [9, "好行", *[""] * 4]]
    )
    rows = read(text.encode())
    assert [fault.code for fault in rows[0].faults] == [code]
    assert rows[-1].ok


def test_it_reports_a_wrong_credit_code_and_a_number_used_twice(read):
    rows = read([CAPABILITY, [1, "甲", "911100006000373410", "检漏"], [1, "乙", USCC, "测流"]])
    assert [fault.code for row in rows for fault in row.faults] == ["uscc_check", "duplicate"]


def test_it_lets_a_field_of_its_own_words_in_with_a_warning(read):
    (row,) = read([OPPORTUNITY, [1, "巡检", "", "智慧水务"]])
    assert (row.ok, row.values["field"], row.notes) == (True, None, {"应用领域": "智慧水务"})
    assert [fault.level for fault in row.faults] == ["warning"]
