"""`./market evaluate`: two lists and graded pairs in, how good the matching is out. Without server, database or broker.

    python -m matching.evaluation OPPORTUNITIES CAPABILITIES JUDGMENTS.tsv [--model none|local|openai] [--day YYYY-MM-DD] [--json]

Ends with 0, or with 2 and one sentence on standard error. Lines of the judgments that cannot be used are told there.
"""

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from matching import intake
from matching.commandline import FAULTS_TOLD, Listed, Refused, Tell, listed, meaning, say, status_of
from matching.engine import Corpus, measures
from matching.engine.measures import Demand, Figure
from matching.engine.ranking import BARRED

BELOW_ALL = 1000.0  # taken off a barred pair's score, so that it stands below every other one
COLUMNS = ("opportunity_id", "capability_id", "grade")
HEADS = (
    {"opportunity_id", "opportunity", "机会编号", "场景编号"},
    {"capability_id", "capability", "能力编号"},
    {"grade", "评分", "等级", "分级", "得分"},
)
WORDS = {
    "ndcg_judged": "NDCG@10（仅已评配对）",
    "ndcg_full": "NDCG@10（全部能力）",
    "mrr": "MRR@10（全部能力）",
    "recall": "召回率@50（全部能力）",
    "spearman": "Spearman（机会之内）",
    "auc": "AUC（2 级及以上）",
}


@dataclass
class Judgments:
    """Grades by opportunity and capability, and what of the file was not used."""

    grades: dict[str, dict[str, int]] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)
    unknown_opportunities: set[str] = field(default_factory=set)
    unknown_capabilities: set[str] = field(default_factory=set)
    unknown_pairs: int = 0

    @property
    def pairs(self) -> int:
        """How many pairs are graded."""
        return sum(map(len, self.grades.values()))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)

    def work() -> None:
        found = run(options, tell=say)
        print(json.dumps(found, ensure_ascii=False, indent=2) if options.json else _table(found))

    return status_of(work)


def run(options: argparse.Namespace, tell: Tell) -> dict[str, Any]:
    """Read, score and measure; returns the figures as JSON values. Raises Refused or Unreadable."""
    needs = listed(options.opportunities, "opportunity", tell)
    offers = listed(options.capabilities, "capability", tell)
    judged = judgments(options.judgments, needs, offers)
    _tell(judged, tell)
    if not judged.grades:
        raise Refused(f"{Path(options.judgments).name} 中没有可用的评分，未进行评估。")
    corpus = _corpus(needs, offers, judged, options, tell)
    demands = demands_of(corpus, judged.grades)
    return {
        "model": corpus.frame.model_id,
        "opportunities": len(corpus.need_ids), "capabilities": len(corpus.offer_ids),
        "judged_opportunities": len(demands), "judged_pairs": judged.pairs,
        "bad_lines": len(judged.bad), "pairs_of_unknown_ids": judged.unknown_pairs,
        "figures": {name: _plain(figure) for name, figure in measures.figures(demands).items()},
    }  # fmt: skip


def demands_of(corpus: Corpus, grades: dict[str, dict[str, int]]) -> list[Demand]:
    """Each judged need as the measures want it; offers in the order of their ids, so that ties fall by id."""
    order = sorted(range(len(corpus.offer_ids)), key=lambda place: corpus.offer_ids[place])
    places = {corpus.offer_ids[place]: rank for rank, place in enumerate(order)}
    found = []
    for need, graded in grades.items():
        scored = corpus.scores_of(need)
        scores = np.where(scored.eligible[0] == BARRED, scored.scores[0] - BELOW_ALL, scored.scores[0])[order]
        found.append(measures.demand(scores, {places[offer]: grade for offer, grade in graded.items()}))
    return found


def judgments(path: str, needs: Listed, offers: Listed) -> Judgments:
    """Read a file of graded pairs. Lines that cannot be used are kept as sentences, pairs of unknown ids are counted."""
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"无法读取 {Path(path).name}：应为以制表符分隔的 UTF-8 文本。") from error
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line.strip()]
    columns = _columns(rows[0][1]) if rows else None
    found = Judgments()
    for number, cells in rows[1:] if columns else rows:
        _read(found, number, cells, columns or (0, 1, 2), needs, offers)
    return found


def _columns(head: list[str]) -> tuple[int, ...] | None:
    """Where the three columns stand by the words of the first line; None when it is no heading."""
    words = [cell.strip().casefold() for cell in head]
    places = [next((n for n, word in enumerate(words) if word in known), -1) for known in HEADS]
    return tuple(places) if min(places) >= 0 else None


def _read(
    into: Judgments, number: int, cells: list[str], columns: tuple[int, ...], needs: Listed, offers: Listed
) -> None:
    if len(cells) <= max(columns):
        into.bad.append(f"第 {number} 行应有三列：机会编号、能力编号、等级，以制表符分隔；该行未计入。")
        return
    need, offer, grade = (cells[column].strip() for column in columns)
    if grade not in {"0", "1", "2", "3"}:
        into.bad.append(f"第 {number} 行的等级“{grade}”应为 0 至 3 的整数；该行未计入。")
        return
    if need not in needs.records or offer not in offers.records:
        into.unknown_pairs += 1
        into.unknown_opportunities |= {need} - needs.records.keys()
        into.unknown_capabilities |= {offer} - offers.records.keys()
        return
    if into.grades.setdefault(need, {}).setdefault(offer, int(grade)) != int(grade):
        into.bad.append(f"第 {number} 行与前面对同一配对的等级不同；以前面的为准。")


def _tell(judged: Judgments, tell: Tell) -> None:
    for sentence in judged.bad[:FAULTS_TOLD]:
        tell(sentence)
    if len(judged.bad) > FAULTS_TOLD:
        tell(f"……另有 {len(judged.bad) - FAULTS_TOLD} 行问题未逐一列出。")
    if judged.unknown_pairs:
        tell(
            f"有 {judged.unknown_pairs} 对评分的编号不在清单中，未计入："
            f"机会编号 {len(judged.unknown_opportunities)} 个，能力编号 {len(judged.unknown_capabilities)} 个"
            f"（如 {', '.join(sorted(judged.unknown_opportunities | judged.unknown_capabilities)[:3])}）。"
        )


def _corpus(needs: Listed, offers: Listed, judged: Judgments, options: argparse.Namespace, tell: Tell) -> Corpus:
    asked = {offer for graded in judged.grades.values() for offer in graded} | set(judged.grades)
    # as for a list that is matched: a row with a fault stays out, unless just this row was judged
    left = [need for name, need in needs.records.items() if name not in needs.faulty or name in asked]
    right = [offer for name, offer in offers.records.items() if name not in offers.faulty or name in asked]
    provider = meaning([*left, *right], options.model, tell)
    return Corpus.build(left, right, concepts=intake.concepts(), day=options.day, provider=provider)


def _plain(figure: Figure) -> dict[str, float | int | None]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else round(value, 6)
        for name, value in asdict(figure).items()
    }


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"机会 {found['opportunities']} 条，能力 {found['capabilities']} 条；"
        f"已评机会 {found['judged_opportunities']} 条、配对 {found['judged_pairs']} 对；语义模型 {found['model']}",
        "",
        f"{_wide('指标', 28)}{'数值':>6}    95% 区间（按机会重抽样）  机会数",
    ]
    for name, figure in found["figures"].items():
        value, low, high = (figure[key] for key in ("value", "low", "high"))
        said = "—" if value is None else f"{value:.4f}    {low:.4f} – {high:.4f}"
        lines.append(f"{_wide(WORDS[name], 28)}{said:<36}{figure['demands']}")
    return "\n".join(lines)


def _wide(text: str, width: int) -> str:
    """Padded to a width on a screen, where a Chinese character takes two columns."""
    return text + " " * (width - sum(2 if ord(letter) > 0x2E7F else 1 for letter in text))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，应为 2027-06-30 的形式。") from None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """One sentence and exit status 2, without the usage text."""
        print(f"参数有误：{message}（用法见 ./market evaluate --help）", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="market evaluate", description="用已评分的配对衡量匹配质量：各项指标及其置信区间。")
    parser.add_argument("opportunities", metavar="OPPORTUNITIES", help="场景机会清单（.xlsx、.csv、.jsonl）")
    parser.add_argument("capabilities", metavar="CAPABILITIES", help="场景能力清单（.xlsx、.csv、.jsonl）")
    parser.add_argument(
        "judgments",
        metavar="JUDGMENTS.tsv",
        help="评分：机会编号、能力编号、等级（0 无关 1 弱 2 较强 3 强），制表符分隔",
    )
    parser.add_argument("--model", choices=("local", "openai", "none"), help="语义模型：本机（默认）、服务或仅按词语")
    parser.add_argument(
        "--day", type=_day, default=date.today(), metavar="YYYY-MM-DD", help="按哪一天判断截止与有效期，默认今天"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
