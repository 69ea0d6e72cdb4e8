"""Files that are damaged, disguised, or made to do harm: each is refused with a sentence, or read without harm."""

import io
import json
import time
import tracemalloc
import zipfile

import pytest

from listings.sheets import Unreadable, open_table
from tests.listings.sheets.conftest import OPPORTUNITY, workbook

SHEET = "xl/worksheets/sheet1.xml"


def rebuilt(change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> io.BytesIO:
    """A good workbook with members replaced, left out, or added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(workbook(("a", [OPPORTUNITY, [1, "巡检"]]))) as good,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            content = change.get(name, good.read(name))
            if content is not None:
                bad.writestr(name, content)
        for name, content in (extra or {}).items():
            bad.writestr(name, content)
    made.seek(0)
    return made


def sheet_xml(rows: str, merges: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{merges}</worksheet>'.encode()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = "<row r='1'>" + text_cell("A1", "序号") + text_cell("B1", "场景名称") + text_cell("C1", "场景简介") + "</row>"


def opened(content: bytes | io.BytesIO, name: str = "list.xlsx"):
    with open_table(io.BytesIO(content) if isinstance(content, bytes) else content, name) as table:
        return list(table.rows())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (b"%PDF-1.7 ...", "not_a_list"),
        (b"<html><table><tr><td>1</td></tr></table>", "not_a_list"),
        (b"PK\x03\x04 and nothing more", "broken"),
        ("今天天气很好\n明天也好\n".encode(), "no_header"),
        (b"\xff\xff\x80\x81" * 50, "encoding"),
        (b"{not json}\n", "no_header"),
    ],
)
def test_it_refuses_what_is_not_a_list(content, code):
    with pytest.raises(Unreadable) as refusal:
        opened(content)
    assert refusal.value.code == code
    assert refusal.value.sentence("zh").startswith("list.xlsx")


def test_it_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable, match="cannot be opened"):
        open_table(tmp_path / "none.xlsx")


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "[Content_Types].xml"])
def test_it_refuses_a_workbook_with_a_part_missing(missing):
    with pytest.raises(Unreadable, match="damaged"):
        opened(rebuilt({missing: None}))


def test_it_refuses_a_workbook_cut_in_the_middle_of_its_rows():
    with pytest.raises(Unreadable, match="damaged"):
        opened(rebuilt({SHEET: sheet_xml(HEAD + "<row r='2'><c r=")}))


def test_it_refuses_entities_that_grow():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + sheet_xml(
        HEAD + text_cell("A2", "&b;")
    )
    with pytest.raises(Unreadable, match="damaged"):
        opened(rebuilt({SHEET: laughs}))


def test_it_refuses_a_bomb_before_it_unpacks_it():
    packed = rebuilt({}, {"xl/media/big.bin": b"\0" * (201 * 2**20)})
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refusal:
            opened(packed)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()
    assert refusal.value.code == "bomb"


def test_it_refuses_a_bomb_of_shared_strings_and_one_of_many_members():
    for extra in ({"xl/sharedStrings.xml": b"x" * (41 * 2**20)}, {f"xl/m{n}": b"" for n in range(2_001)}):
        with pytest.raises(Unreadable) as refusal:
            opened(rebuilt({}, extra))
        assert refusal.value.code == "bomb"


def test_it_is_not_held_up_by_the_last_cell_of_a_sheet():
    far = (
        "<row r='2'>"
        + text_cell("A2", "1")
        + text_cell("B2", "巡检")
        + "</row><row r='1048576'>"
        + text_cell("XFD1048576", "x")
        + "</row>"
    )
    begun = time.monotonic()
    rows = opened(rebuilt({SHEET: sheet_xml(HEAD + far)}))
    assert [row.values["title"] for row in rows] == ["巡检"]
    assert time.monotonic() - begun < 5


def test_it_does_not_believe_the_size_that_a_sheet_claims():
    row = "<row r='2'>" + text_cell("B2", "巡检") + "</row>"
    claimed = sheet_xml(HEAD + row).replace(b"<sheetData>", b'<dimension ref="A1:B1"/><sheetData>')
    assert [row.values["title"] for row in opened(rebuilt({SHEET: claimed}))] == ["巡检"]


def test_it_stops_at_the_end_of_a_sheet_with_a_million_empty_styled_rows():
    blank = "".join(f"<row r='{n}'><c r='A{n}' s='0'/></row>" for n in range(3, 30_003))
    rows = opened(rebuilt({SHEET: sheet_xml(HEAD + "<row r='2'>" + text_cell("B2", "巡检") + "</row>" + blank)}))
    assert len(rows) == 1


def test_it_is_not_slowed_by_a_merge_of_the_whole_sheet():
    rows = opened(
        rebuilt(
            {
                SHEET: sheet_xml(
                    HEAD + "<row r='2'>" + text_cell("B2", "巡检") + "</row>",
                    '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
                )
            }
        )
    )
    assert len(rows) <= 1


def test_it_says_where_a_quotation_was_left_open():
    text = ",".join(OPPORTUNITY) + '\n1,"巡检' + "长" * 200_000
    with pytest.raises(Unreadable) as refusal:
        opened(text.encode(), "a.csv")
    assert refusal.value.code == "csv_row"


def test_it_reports_bad_lines_of_jsonl_and_takes_the_others():
    deep = "[" * 100_000
    lines = [
        '{"id": "1", "title": "巡检", "need": "x"}',
        "{oops",
        '{"a": NaN}',
        "[1]",
        deep,
        '{"id": "2", "title": {"a": 1}}',
        '{"id": "3", "title": "清淤\\ud800"}',
    ]
    rows = opened("\n".join(lines).encode(), "a.jsonl")
    assert [row.ok for row in rows] == [True, False, False, False, False, False, True]
    assert rows[-1].values["title"] == "清淤"


def test_it_takes_any_json_value_in_any_key_without_failing():
    for value in (True, 1e400, -1, [], [[1]], {"a": 1}, "x" * 40_000, "\0", ["\ud800"]):
        keys = (
            "title",
            "need",
            "field",
            "technologies",
            "min_trl",
            "deadline",
            "required_titles",
            "region",
            "budget",
            "service_region_required",
        )
        line = (
            json.dumps({"id": "1", "title": "t", "need": "n"})
            + "\n"
            + json.dumps({"id": "2", **dict.fromkeys(keys, value)}).replace("Infinity", "1e400")
        )
        assert len(opened(line.encode(), "a.jsonl")) == 2


def test_it_reads_a_list_of_another_name_by_its_content():
    assert len(opened(workbook(("a", [OPPORTUNITY, [1, "巡检"]])), "list.csv")) == 1
    assert len(opened((",".join(OPPORTUNITY) + "\n1,巡检").encode(), "list.xlsx")) == 1


def test_it_leaves_a_borrowed_file_open():
    file = workbook(("a", [OPPORTUNITY, [1, "巡检"]]))
    open_table(file, "a").close()
    assert not file.closed
