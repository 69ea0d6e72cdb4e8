"""`./market match`, as a person or a program calls it."""

import csv
import json
import os
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from listings.sheets import write_csv
from matching.commandline import main
from tests.engine.conftest import NEED, OFFER, OTHERS, SAMPLE

KEYS = [
    "opportunity_id",
    "capability_id",
    "rank_for_opportunity",
    "rank_for_capability",
    "score",
    "eligible",
    "barred_by",
    "reasons",
]
LISTS = [str(SAMPLE / "opportunities.xlsx"), str(SAMPLE / "capabilities.xlsx")]


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch):
    """Where it is not about meaning, no model is waited for."""
    monkeypatch.setenv("EMBEDDING_PROVIDER", "none")


@pytest.fixture
def lists(tmp_path):
    """Two small lists as files."""
    needs, offers = tmp_path / "o.csv", tmp_path / "c.csv"
    write_csv(
        needs,
        "opportunity",
        [{**NEED, "id": "N1"}, {**NEED, "id": "N2", "title": "茶园霜冻预警", "need": "夜间霜冻来不及反应"}],
    )
    others = [
        {"id": f"X{n}", "title": t, "summary": s, "field": f, "firm": "某公司"} for n, (t, s, f) in enumerate(OTHERS)
    ]
    write_csv(offers, "capability", [{**OFFER, "id": "O1", "firm": "青麦科技"}, *others])
    return [str(needs), str(offers)]


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_it_writes_jsonl_with_the_promised_keys(lists, tmp_path):
    assert main([*lists, "--out", str(tmp_path / "m.jsonl"), "--top", "3", "--day", "2026-03-01"]) == 0
    found = lines(tmp_path / "m.jsonl")
    assert len(found) == 6
    assert list(found[0]) == KEYS
    assert (found[0]["opportunity_id"], found[0]["capability_id"], found[0]["rank_for_opportunity"]) == ("N1", "O1", 1)
    assert {type(row["reasons"]) for row in found} == {list}


def test_it_scores_exactly_the_pairs_that_are_asked_for(lists, tmp_path):
    (tmp_path / "p.tsv").write_text("opportunity_id\tcapability_id\tgrade\nN2\tO1\t0\nN1\tX3\nN1\tX3\n", "utf-8")
    main([*lists, "--out", str(tmp_path / "m.jsonl"), "--pairs", str(tmp_path / "p.tsv"), "--day", "2026-03-01"])
    found = [(row["opportunity_id"], row["capability_id"]) for row in lines(tmp_path / "m.jsonl")]
    assert found == [("N2", "O1"), ("N1", "X3"), ("N1", "X3")]


def test_it_says_barred_eligible_and_unknown(lists, tmp_path):
    (tmp_path / "p.tsv").write_text("N1\tO1\nN1\tX1\n", "utf-8")
    main([*lists, "--out", str(tmp_path / "m.jsonl"), "--pairs", str(tmp_path / "p.tsv"), "--day", "2026-03-01"])
    assert [row["eligible"] for row in lines(tmp_path / "m.jsonl")] == [True, None]
    main([*lists, "--out", str(tmp_path / "m.jsonl"), "--pairs", str(tmp_path / "p.tsv"), "--day", "2026-07-01"])
    assert [(row["eligible"], row["barred_by"]) for row in lines(tmp_path / "m.jsonl")] == [(False, ["deadline"])] * 2


def test_it_writes_a_workbook_that_a_person_can_read(tmp_path):
    assert main([*LISTS, "--out", str(tmp_path / "m.xlsx"), "--top", "2", "--day", "2026-03-01"]) == 0
    book = load_workbook(tmp_path / "m.xlsx")
    pairs, weights = book.worksheets
    assert (pairs.freeze_panes, pairs.max_row) == ("C2", 161)
    assert [cell.value for cell in pairs[1]][:4] == ["机会编号", "场景机会", "机会方", "位次"]
    assert {"need_fit", "meaning", "version"} <= {row[0].value for row in weights.iter_rows()}


def test_it_writes_csv_that_no_spreadsheet_runs(lists, tmp_path):
    main([*lists, "--out", str(tmp_path / "m.csv"), "--day", "2026-03-01"])
    rows = list(csv.DictReader((tmp_path / "m.csv").open(encoding="utf-8-sig")))
    assert list(rows[0]) == KEYS
    assert rows[0]["eligible"] == "true"


def test_it_reports_faulty_rows_and_takes_the_others(tmp_path, capsys):
    (tmp_path / "o.csv").write_text(
        "编号,场景名称,需求内容,截止日期\n1,管网巡检,检漏,2027-02-30\n2,,x,\n3,清淤,河道清淤,2027年\n", "utf-8"
    )
    (tmp_path / "c.csv").write_text("编号,企业名称,场景能力名称,信用代码\n1,甲,带压检漏,123\n", "utf-8")
    assert main([str(tmp_path / "o.csv"), str(tmp_path / "c.csv"), "--out", str(tmp_path / "m.jsonl")]) == 0
    told = capsys.readouterr().err
    assert "第 2 行“截止日期”列：现为“2027-02-30”，应为实际存在的日期" in told
    assert "第 3 行“场景名称”列：现为空" in told
    assert [(row["opportunity_id"], row["capability_id"]) for row in lines(tmp_path / "m.jsonl")] == [("3", "1")]


def test_it_counts_a_faulty_cell_as_unknown_where_just_that_pair_is_asked_for(tmp_path):
    (tmp_path / "o.csv").write_text("编号,场景名称,截止日期\n1,管网巡检,2027-02-30\n", "utf-8")
    (tmp_path / "c.csv").write_text("编号,企业名称,场景能力名称\n1,甲,带压检漏\n", "utf-8")
    (tmp_path / "p.tsv").write_text("1\t1\n", "utf-8")
    main(
        [
            str(tmp_path / "o.csv"),
            str(tmp_path / "c.csv"),
            "--out",
            str(tmp_path / "m.jsonl"),
            "--pairs",
            str(tmp_path / "p.tsv"),
        ]
    )
    assert len(lines(tmp_path / "m.jsonl")) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["none.xlsx", LISTS[1], "--out", "m.xlsx"], "无法打开"),
        ([LISTS[1], LISTS[0], "--out", "m.xlsx"], "未找到可识别的表头"),
        ([*LISTS, "--out", "m.pdf"], "不支持写入"),
        ([*LISTS, "--out", "/no/such/folder/m.xlsx"], "文件夹不存在"),
        ([*LISTS, "--out", "m.xlsx", "--pairs", "none.tsv"], "无法读取"),
    ],
)
def test_it_refuses_with_one_sentence_and_status_2(change, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(change) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_pair_that_no_list_has(lists, tmp_path, capsys):
    (tmp_path / "p.tsv").write_text("N1\tO1\nN1\tO9\n", "utf-8")
    assert main([*lists, "--out", str(tmp_path / "m.jsonl"), "--pairs", str(tmp_path / "p.tsv")]) == 2
    assert "第 2 行的能力编号 O9 不在清单中" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--top", "0"], ["--top", "x"], ["--day", "2026-13-01"], ["--unheard-of"], []])
def test_it_refuses_arguments_with_status_2(wrong, capsys):
    with pytest.raises(SystemExit) as end:
        main([*LISTS, *(["--out", "m.xlsx"] if wrong else []), *wrong])
    assert end.value.code == 2
    assert "参数有误" in capsys.readouterr().err


def test_it_imports_no_django():
    code = "import sys, matching.commandline; sys.exit(any(m.split('.')[0] in ('django', 'celery', 'redis') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=SAMPLE.parent).returncode == 0


def called(lists, tmp_path, *more, **environment):
    """The command in a process of its own, with a folder for what is kept; returns what it said, and which model ran."""
    code = "import sys; from matching.commandline import main; status = main(sys.argv[1:]); print(status, 'openvino' in sys.modules)"
    command = [sys.executable, "-c", code, *lists, "--out", str(tmp_path / "m.jsonl"), "--day", "2026-03-01", *more]
    done = subprocess.run(
        command, cwd=SAMPLE.parent, env={**os.environ, "EMBEDDING_PROVIDER": "", "VAR_DIR": str(tmp_path / "var"), **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split(), done.stderr, (tmp_path / "m.jsonl").read_bytes()


def test_it_needs_the_model_once_for_the_same_lists(lists, tmp_path):
    first, second = called(lists, tmp_path), called(lists, tmp_path)
    assert (first[0], second[0]) == (["0", "True"], ["0", "False"])
    assert first[2] == second[2]
    assert (tmp_path / "var" / "vectors.sqlite3").stat().st_mode & 0o777 == 0o600
    assert called(lists, tmp_path, "--model", "none")[2] != first[2]


def test_it_lets_the_local_model_do_all_when_the_address_is_away(lists, tmp_path):
    local = called(lists, tmp_path)
    away = called(lists, tmp_path, EMBEDDING_PROVIDER="openai", OPENAI_BASE_URL="http://127.0.0.1:9")
    assert "改用本机模型" in away[1]
    assert away[2] == local[2]


def test_it_works_where_nothing_can_be_kept(lists, tmp_path):
    (tmp_path / "var").write_text("a file, no folder", "utf-8")
    assert called(lists, tmp_path)[0] == ["0", "True"]


def test_it_refuses_settings_that_cannot_be(lists, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "magic")
    assert main([*lists, "--out", str(tmp_path / "m.jsonl")]) == 2
    assert "语义模型的设置有误" in capsys.readouterr().err
