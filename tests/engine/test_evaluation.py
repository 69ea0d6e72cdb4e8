"""`./market evaluate`, as a person or a program calls it."""

import json

import pytest

from matching.evaluation import main
from tests.engine.conftest import SAMPLE

LISTS = [str(SAMPLE / "opportunities.xlsx"), str(SAMPLE / "capabilities.xlsx")]
NAMES = ["ndcg_judged", "ndcg_full", "mrr", "recall", "spearman", "auc"]
PAIR = "HC-2026-01-001\tNL-2026-01-001\t3\n"


@pytest.fixture
def judged(tmp_path):
    """Makes a file of judgments and runs the command on the sample city's lists."""

    def run(text: str, *options: str) -> int:
        (tmp_path / "j.tsv").write_text(text, "utf-8")
        return main([*LISTS, str(tmp_path / "j.tsv"), "--day", "2026-11-20", "--model", "none", *options])

    return run


def test_it_prints_every_measure_with_its_interval(capsys):
    assert main([*LISTS, str(SAMPLE / "judgments.tsv"), "--day", "2026-11-20", "--model", "none", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["figures"]) == NAMES
    assert (found["judged_opportunities"], found["bad_lines"], found["model"]) == (69, 0, "none")
    for figure in found["figures"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]
    assert found["figures"]["ndcg_judged"]["value"] > 0.85


def test_it_prints_a_table_for_people(judged, capsys):
    assert judged(PAIR + "HC-2026-01-001\tNL-2026-01-155\t0\n") == 0
    told = capsys.readouterr().out
    assert "NDCG@10（仅已评配对）" in told
    assert "—" not in told.splitlines()[3]


def test_it_finds_the_columns_by_their_names(judged, capsys):
    assert judged("grade\twhy\tcapability_id\topportunity_id\n3\tx\tNL-2026-01-001\tHC-2026-01-001\n", "--json") == 0
    assert json.loads(capsys.readouterr().out)["judged_pairs"] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("HC-2026-01-001\tNL-2026-01-002\n", "第 2 行应有三列"),
        ("HC-2026-01-001\tNL-2026-01-002\t5\n", "第 2 行的等级“5”应为 0 至 3 的整数"),
        ("HC-2026-01-001\tNL-2026-01-001\t1\n", "第 2 行与前面对同一配对的等级不同"),
        ("HC-1\tNL-2026-01-001\t1\n", "有 1 对评分的编号不在清单中"),
    ],
)
def test_it_says_which_lines_it_could_not_use_and_uses_the_others(judged, capsys, line, said):
    assert judged(PAIR + line, "--json") == 0
    told = capsys.readouterr()
    assert said in told.err
    assert json.loads(told.out)["judged_pairs"] == 1


@pytest.mark.parametrize("text", ["", "HC-1\tNL-1\t1\n"])
def test_it_refuses_a_file_without_a_usable_line(judged, capsys, text):
    assert judged(text) == 2
    assert "没有可用的评分" in capsys.readouterr().err


def test_it_refuses_what_cannot_be_read(judged, capsys, tmp_path):
    assert main([*LISTS, str(tmp_path / "none.tsv")]) == 2
    assert "无法读取 none.tsv" in capsys.readouterr().err
