"""`./market match`: two lists in, ranked pairs with reasons out. Without server, database or broker.

    python -m matching.commandline OPPORTUNITIES CAPABILITIES --out FILE [--top 10] [--pairs PAIRS.tsv] [--day YYYY-MM-DD]
                                   [--model local|openai|none]

Vectors of texts are kept in the folder VAR_DIR, so that a second call for the same lists needs no model. Ends with 0, or with 2 and one sentence on standard error. Faults of single rows are told on standard error.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from listings.sheets import Fault, Row, Unreadable, open_table
from matching import intake
from matching.engine import Corpus, Provider, RankedPair, Ranking, Settings, explain, texts_to_embed
from matching.engine.providers import Kept, Misconfigured, Unavailable, choice, gathered
from matching.results import Result, write

# cells that matching does not look at: a fault there is told, and the row goes in
UNUSED = {"uscc", "contact", "phone", "owner", "lead", "owner_type", "scene_type", "cooperation_mode", "firm"}
EXACT_RANKS = 20_000_000  # pairs up to which every rank is known; beyond, ranks after FEW_RANKS are left open
FEW_RANKS = 64
FAULTS_TOLD = 20
VECTORS = "vectors.sqlite3"
MANY_TEXTS = 500
Tell = Callable[[str], None]


class Refused(Exception):
    """What cannot be done, as one sentence."""


@dataclass(frozen=True)
class Listed:
    """One list: its records by id, in order, title and organisation of each, and the ids of rows with a fault."""

    records: dict[str, Any]
    names: dict[str, tuple[str, str]]
    faulty: frozenset[str]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)

    def work() -> None:
        count = run(options, tell=say)
        say(f"已写入 {count} 对匹配：{options.out}")

    return status_of(work)


def say(line: str) -> None:
    """One line to the person at the terminal; the standard output is for results."""
    print(line, file=sys.stderr)


def status_of(work: Callable[[], None]) -> int:
    """Do the work of a command; a refusal is told as its sentence. Returns the exit status."""
    try:
        work()
    except Unreadable as refusal:
        say(refusal.sentence("zh"))
        return 2
    except Refused as refusal:
        say(str(refusal))
        return 2
    return 0


def run(options: argparse.Namespace, tell: Tell) -> int:
    """Match and write; returns the number of pairs written. Raises Refused or Unreadable."""
    out = Path(options.out)
    if out.suffix.lower() not in {".xlsx", ".csv", ".jsonl"}:
        raise Refused(f"不支持写入 {out.name}：结果文件应以 .xlsx、.csv 或 .jsonl 结尾。")
    if not out.resolve().parent.is_dir():
        raise Refused(f"无法写入 {out}：文件夹不存在。")
    needs = listed(options.opportunities, "opportunity", tell)
    offers = listed(options.capabilities, "capability", tell)
    wanted = asked_pairs(options.pairs, needs, offers) if options.pairs else None
    corpus = _corpus(needs, offers, options, wanted, tell)
    progress = Progress(len(corpus.need_ids))
    ranking = corpus.merge([corpus.score(progress=progress.scored)])
    pairs = (
        [_asked(corpus, ranking, *pair) for pair in wanted] if wanted is not None else list(ranking.pairs(options.top))
    )
    explained = (_result(corpus, pair, needs, offers) for pair in progress.over(pairs))
    try:
        write(out, explained, corpus.settings, options.day)
    except OSError as error:
        raise Refused(f"无法写入 {out}：{error.strerror or error}。") from error
    finally:
        progress.end()
    return len(pairs)


def listed(path: str, kind: str, tell: Tell) -> Listed:
    """Read one list. Rows without a title or with a number used before stay out; other faults are told. Raises Refused."""
    make: Callable[..., Any] = intake.need_of if kind == "opportunity" else intake.offer_of
    records: dict[str, Any] = {}
    names: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    faulty = set()
    with open_table(path, kind=kind) as table:
        for row in table.rows():
            faults += [fault for fault in row.faults if fault.level == "error"]
            identity = _identity(row, Path(path).stem, records)
            if identity is None:
                continue
            records[identity] = make(identity, row.values)
            names[identity] = (row.values["title"], row.values.get("owner") or row.values.get("firm") or "")
            if any(fault.level == "error" and fault.key not in UNUSED for fault in row.faults):
                faulty.add(identity)
    _tell(faults, tell)
    if not records:
        raise Refused(f"{Path(path).name} 中没有可用的行，未进行匹配。")
    return Listed(records, names, frozenset(faulty))


def _tell(faults: list[Fault], tell: Tell) -> None:
    for fault in faults[:FAULTS_TOLD]:
        tell(fault.sentence("zh"))
    if len(faults) > FAULTS_TOLD:
        tell(f"……另有 {len(faults) - FAULTS_TOLD} 处问题未逐一列出。")


def _identity(row: Row, batch: str, known: dict[str, Any]) -> str | None:
    """The id of a row: its own, or one made from batch, sheet and row; None for a row that cannot go in."""
    if any(fault.key == "title" or fault.code in {"json", "duplicate"} for fault in row.faults):
        return None
    identity = row.values["id"] or f"{batch}-{row.number}"
    if identity not in known:
        return str(identity)
    # the same running number on another sheet is another listing
    return f"{row.sheet}-{identity}" if f"{row.sheet}-{identity}" not in known else None


def asked_pairs(path: str, needs: Listed, offers: Listed) -> list[tuple[str, str]]:
    """The pairs of a tab-separated file, first two columns, a header line allowed. Raises Refused."""
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"无法读取 {Path(path).name}：应为以制表符分隔的 UTF-8 文本。") from error
    found = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line.strip()]
    if found and found[0][1][0].strip().casefold() in {"opportunity_id", "opportunity", "机会编号", "场景编号"}:
        found = found[1:]
    pairs = []
    for number, cells in found:
        if len(cells) < 2:
            raise Refused(f"{Path(path).name} 第 {number} 行应有两列：机会编号和能力编号，以制表符分隔。")
        pairs.append((_known(cells[0], needs, path, number, "机会"), _known(cells[1], offers, path, number, "能力")))
    if not pairs:
        raise Refused(f"{Path(path).name} 中没有要计算的配对。")
    return pairs


def _known(cell: str, side: Listed, path: str, number: int, name: str) -> str:
    identity = cell.strip()
    if identity not in side.records:
        raise Refused(f"{Path(path).name} 第 {number} 行的{name}编号 {identity} 不在清单中，未写入任何结果。")
    return identity


def meaning(records: Iterable[Any], model: str | None, tell: Tell) -> Provider | None:
    """Vectors of all that these records say, from the file in VAR_DIR or from the model; None: match by words alone.

    In: "local", "openai" or "none"; None for what the environment says. What had to be done otherwise is told. Raises Refused.
    """
    asked = {"EMBEDDING_PROVIDER": model} if model else {}
    texts = [text for record in records for text in texts_to_embed(record)]
    with closing(Kept(_var() / VECTORS)) as kept:
        try:
            here = choice({**os.environ, **asked}, budget=kept)
            return gathered(texts, here, kept, lambda reason: tell(_instead(reason)), Embedded(tell).done)
        except Misconfigured as error:
            raise Refused(f"语义模型的设置有误：{error}") from error
        except Unavailable as error:
            if model:
                raise Refused(f"语义模型暂不可用，未进行匹配：{error}") from error
            tell(f"语义模型暂不可用，本次仅按词语匹配：{error}")
            return None


def _var() -> Path:
    """The folder of what is kept; a new one may be passed through by others, not read, as a server's user has to."""
    var = Path(os.environ.get("VAR_DIR") or Path(__file__).parents[1] / "var")
    if not var.exists() and os.access(var.parent, os.W_OK):
        var.mkdir()
        var.chmod(0o711)
    return var


def _instead(reason: Unavailable) -> str:
    return f"所设的语义模型服务暂不可用，改用本机模型：{reason}"


def _corpus(
    needs: Listed, offers: Listed, options: argparse.Namespace, wanted: list[tuple[str, str]] | None, tell: Tell
) -> Corpus:
    asked = {one for pair in wanted or () for one in pair}
    # a row with a fault stays out, unless just its pair is asked for: then the faulty cell counts as unknown
    left = [need for name, need in needs.records.items() if name not in needs.faulty or name in asked]
    right = [offer for name, offer in offers.records.items() if name not in offers.faulty or name in asked]
    if not left or not right:
        raise Refused("清单中的行均有问题，未进行匹配；请按上述提示修改后重试。")
    exact = len(left) * len(right) <= EXACT_RANKS
    kept = len(right) if wanted is not None and exact else options.top
    settings = replace(Settings(), top_offers=min(kept, len(right)), top_needs=len(left) if exact else FEW_RANKS)
    provider = meaning([*left, *right], options.model, tell)
    return Corpus.build(left, right, concepts=intake.concepts(), day=options.day, settings=settings, provider=provider)


def _asked(corpus: Corpus, ranking: Ranking, need: str, offer: str) -> RankedPair:
    ranked = ranking.pair(need, offer)
    if ranked is None:
        pair = corpus.pair(need, offer)
        ranked = RankedPair(need, offer, pair.score, pair.eligible, None, None)
    return ranked


def _result(corpus: Corpus, ranked: RankedPair, needs: Listed, offers: Listed) -> Result:
    explanation = explain(corpus, ranked.need_id, ranked.offer_id)
    return Result(ranked, explanation, needs.names[ranked.need_id], offers.names[ranked.offer_id])


class Progress:
    """A progress bar on a terminal, nothing elsewhere: scoring takes the first half, writing the second."""

    def __init__(self, needs: int) -> None:
        self._needs = max(1, needs)
        self._shown = sys.stderr.isatty()

    def scored(self, done: int) -> None:
        """So many opportunities have been scored."""
        self._show("计算匹配", done / self._needs / 2)

    def over(self, pairs: list[RankedPair]) -> Iterator[RankedPair]:
        """The pairs, counted as they are written."""
        for number, pair in enumerate(pairs, 1):
            yield pair
            if number % 20 == 0 or number == len(pairs):
                self._show("撰写理由", 0.5 + number / len(pairs) / 2)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print(file=sys.stderr)

    def _show(self, what: str, share: float) -> None:
        if self._shown:
            _bar(what, share)


class Embedded:
    """How far the vectors are: a bar on a terminal, elsewhere one line where it takes long."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._told = tell, False

    def done(self, done: int, total: int) -> None:
        """So many of the texts that had no vector have one."""
        if sys.stderr.isatty():
            _bar("理解文本", done / total)
        elif total >= MANY_TEXTS and not self._told:
            self._told = True
            self._tell(f"正在理解 {total} 段文本的语义，结果会保留，下次不再重算。")


def _bar(what: str, share: float) -> None:
    filled = round(30 * share)
    print(f"\r{what} [{'█' * filled}{'·' * (30 - filled)}] {share:4.0%}", end="", file=sys.stderr, flush=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，应为 2027-06-30 的形式。") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} 应为 1 至 10000 的整数。")
    return int(text)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """One sentence and exit status 2, without the usage text."""
        print(f"参数有误：{message}（用法见 ./market match --help）", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="market match", description="比对场景机会清单与场景能力清单，写出带理由的匹配结果。")
    parser.add_argument("opportunities", metavar="OPPORTUNITIES", help="场景机会清单（.xlsx、.csv、.jsonl）")
    parser.add_argument("capabilities", metavar="CAPABILITIES", help="场景能力清单（.xlsx、.csv、.jsonl）")
    parser.add_argument("--out", required=True, metavar="FILE", help="结果文件（.xlsx、.csv 或 .jsonl）")
    parser.add_argument("--top", type=_positive, default=10, help="每条机会写出多少条能力，默认 10")
    parser.add_argument("--pairs", metavar="PAIRS.tsv", help="只计算文件中列出的配对（前两列：机会编号、能力编号）")
    parser.add_argument(
        "--model", choices=["local", "openai", "none"],
        help="语义模型：本机（local，默认）、兼容 OpenAI 的服务（openai）或仅按词语（none）",
    )  # fmt: skip
    parser.add_argument(
        "--day", type=_day, default=date.today(), metavar="YYYY-MM-DD", help="按哪一天判断截止与有效期，默认今天"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
