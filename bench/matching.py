"""How good and how fast the engine is.

    python -m bench.matching --bdci DIR             quality on graded real demands (never copied here; settings were compared on it)
    python -m bench.matching --sample               quality on the sample city
    python -m bench.matching --speed [1400x10000]   time on collections made by chance, on one core; --part N: of the first N needs only
    python -m bench.matching --build                time and memory of whole collections with texts, and of single questions
    python -m bench.matching --two                  two processes against one

Quality is measured as `./market evaluate` does: equal scores stand in the order of the ids. --model none goes without a
model; vectors of the local one are kept in --vectors FILE. Pin to one core (taskset -c 0, OMP_NUM_THREADS=1): times are set
beside the speed of matrix products in the same run, since others may be using the machine.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from bench.synthetic import Made, made
from listings.sheets import open_table
from matching import evaluation, intake
from matching.engine import Corpus, Need, Offer, explain, measures
from matching.engine.fusion import channel_weights
from matching.engine.meaning import Provider
from matching.engine.model import Matrix
from matching.engine.providers import Kept, choice, gathered
from matching.engine.scoring import AllPairs, chosen, measure
from matching.engine.settings import Settings
from matching.engine.sides import texts_to_embed

ROOT = Path(__file__).parents[1]
DIMENSIONS = 384
SIZE = 2048  # of the matrices that the machine's speed is measured by
Result = TypeVar("Result")
Grades = dict[str, dict[str, int]]


def grades(path: Path) -> Grades:
    """Graded pairs from a tab-separated file with a header line."""
    found: Grades = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        need, offer, grade = line.split("\t")[:3]
        found.setdefault(need, {})[offer] = int(grade)
    return found


def bdci(folder: Path, model: str, vectors: Path | None) -> None:
    """Quality on the demands and achievements in a folder (opportunities.jsonl, capabilities.jsonl, judgments.tsv)."""
    needs = [intake.need_of(row["id"], row) for row in _objects(folder / "opportunities.jsonl")]
    offers = [intake.offer_of(row["id"], row) for row in _objects(folder / "capabilities.jsonl")]
    _print_quality("BDCI", needs, offers, grades(folder / "judgments.tsv"), date.today(), model, vectors)


def sample(model: str, vectors: Path | None) -> None:
    """Quality on the sample city, on the day on which its dates stand."""
    needs, offers = _sample()
    day = date.fromisoformat(json.loads((ROOT / "sample/city.json").read_text("utf-8"))["base_date"])
    _print_quality("Sample city", needs, offers, grades(ROOT / "sample/judgments.tsv"), day, model, vectors)


def _sample() -> tuple[list[Need], list[Offer]]:
    with open_table(ROOT / "sample/opportunities.xlsx") as table:
        needs = [intake.need_of(row.values["id"], row.values) for row in table.rows()]
    with open_table(ROOT / "sample/capabilities.xlsx") as table:
        return needs, [intake.offer_of(row.values["id"], row.values) for row in table.rows()]


def _print_quality(
    name: str, needs: list[Need], offers: list[Offer], graded: Grades, day: date, model: str, vectors: Path | None
) -> None:
    provider = _provider(model, vectors, [*needs, *offers])
    corpus = Corpus.build(needs, offers, concepts=intake.concepts(), day=day, provider=provider)
    found = measures.figures(evaluation.demands_of(corpus, graded))
    told = "   ".join(f"{figure} {value.value:.4f}" for figure, value in found.items())
    print(f"{name} ({len(needs)} × {len(offers)}, {corpus.frame.model_id}): {told}")


def _provider(model: str, vectors: Path | None, records: Sequence[Need | Offer]) -> Provider | None:
    if model == "none":
        return None
    texts = sorted({text for record in records for text in texts_to_embed(record)})
    return gathered(
        texts,
        choice({**os.environ, "EMBEDDING_PROVIDER": model}),
        Kept(vectors),
        tell=print,
        progress=lambda _done, _all: None,
    )


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def speed(needs: int, offers: int, part: int | None) -> None:
    """All pairs, and one new need, on a collection made by chance."""
    here = made(min(needs, part or needs), offers, DIMENSIONS)
    count, pairs = len(here.needs.owner), AllPairs(here.offers, np.arange(offers), Settings())
    ranks = np.arange(count)
    pairs.best(here.needs, ranks, here.tables, 0, min(count, 16), 50, 10)
    before, scored = _peak(), _cpu(lambda: pairs.best(here.needs, ranks, here.tables, 0, count, 50, 10))
    products = _cpu(
        lambda: [
            0 for begin in range(0, count, 512) for _ in pairs.products(here.needs, begin, min(begin + 512, count))
        ]
    )
    peak = max(before, _peak())
    share = 2 * count * offers * DIMENSIONS / products / peak
    one = _milliseconds(lambda n: _one_need(here, pairs, n % count), 40)
    size = sum(array.nbytes for array in here.offers) + 10 * 8 * offers
    print(
        f"| {needs:,} × {offers:,} | {count:,} | {scored:.2f} | {scored / count / offers * 1e9:.1f} | {scored * needs / count:.1f} "
        f"| {products / scored:.0%} | {share:.0%} | {peak / 1e9:.0f} | {np.percentile(one, 50):.1f} / {np.percentile(one, 95):.1f} | {size / offers / 1000:.2f} |"
    )


SPEED_HEAD = """| needs × offers | needs scored | CPU s | ns a pair | CPU s for all | matrix products | of sgemm peak | peak GFLOP/s | one new need, CPU ms, p50 / p95 | KB an offer |
|---|---|---|---|---|---|---|---|---|---|"""


def _one_need(here: Made, pairs: AllPairs, place: int) -> None:
    """What match_need() does with a new need: measure it, then all offers."""
    alone = chosen(here.needs, np.array([place]))
    settings = Settings()
    found, _spreads, best = measure(
        alone, here.offers, here.references, here.reference_meaning, settings, channel_weights(settings, "made")
    )
    found = found._replace(taken=here.levels.taken_from_needs(best, settings))
    pairs.best(found, np.zeros(1, dtype=np.int64), here.tables, 0, 1, 50, 0)


def _peak() -> float:
    """Operations a second of single precision matrix products, at best."""
    square = np.random.default_rng(1).random((SIZE, SIZE)).astype(np.float32)
    return 2 * SIZE**3 / min(_cpu(lambda: square @ square) for _ in range(5))


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _milliseconds(work: Callable[[int], object], times: int) -> list[float]:
    work(0)
    found = []
    for number in range(times):
        begun = time.process_time()
        work(number)
        found.append((time.process_time() - begun) * 1e3)
    return found


class _Chance:
    """A provider of vectors by chance: for speed only."""

    model_id, common_directions = "chance", 1

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.random.default_rng(len(texts)).standard_normal((len(texts), DIMENSIONS)).astype(np.float32)


def build(needs: int, offers: int) -> None:
    """Building, keeping and opening a collection with texts, and single questions to it."""
    left, right = _made(needs, offers)
    Corpus.build(left[:50], right[:50], concepts=intake.concepts(), day=date(2026, 3, 1), provider=_Chance()).score()
    times: dict[str, float] = {}
    corpus = _timed(
        times,
        "build",
        lambda: Corpus.build(left, right, concepts=intake.concepts(), day=date(2026, 3, 1), provider=_Chance()),
    )
    with tempfile.TemporaryDirectory() as folder:
        _timed(times, "save", lambda: corpus.save(Path(folder) / "corpus"))
        corpus = _timed(times, "open", lambda: Corpus.open(Path(folder) / "corpus", concepts=intake.concepts()))
        size = sum(path.stat().st_size for path in (Path(folder) / "corpus").iterdir())
        _timed(times, "all pairs", corpus.score)
        print(f"{needs:,} × {offers:,}, CPU s: " + ", ".join(f"{name} {value:.2f}" for name, value in times.items()))
        print(
            f"  folder {size / offers / 1000:.2f} KB an offer; at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )
        for name, work in (
            ("known need against all offers", lambda n: corpus.match_need(left[n].id, 50)),
            ("known offer against all needs", lambda n: corpus.match_offer(right[n].id, 50)),
            ("one pair", lambda n: corpus.pair(left[n].id, right[n].id)),
            ("explanation", lambda n: explain(corpus, left[n].id, right[n].id)),
        ):
            found = _milliseconds(work, 40)
            print(f"  {name}, CPU: p50 {np.percentile(found, 50):.2f} ms, p95 {np.percentile(found, 95):.2f} ms")


def _timed(times: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    begun = time.process_time()
    result = work()
    times[name] = time.process_time() - begun
    return result


def two() -> None:
    """CPU time of the same work in one process alone, and in two at once: with a free core each, the clock follows it."""
    command = [sys.executable, "-m", "bench.matching", "--speed", "2048x50000", "--wait"]
    times = []
    for together in (1, 2):
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(together)
        ]
        for process in running:
            process.stdout.readline()  # type: ignore[union-attr]
        found = []
        for process in running:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        for process in running:
            found.append(float(process.communicate()[0]))
        times.append(sum(found) / together)
    print(
        f"CPU s alone {times[0]:.2f}, each of two at once {times[1]:.2f}: two do {2 * times[0] / times[1]:.2f} times the work"
    )


def waiting(needs: int, offers: int) -> None:
    """Make a collection, say so, and score it when told to."""
    here = made(needs, offers, DIMENSIONS)
    pairs = AllPairs(here.offers, np.arange(offers), Settings())
    pairs.best(here.needs, np.arange(needs), here.tables, 0, 16, 50, 10)
    print("ready", flush=True)
    sys.stdin.readline()
    print(_cpu(lambda: pairs.best(here.needs, np.arange(needs), here.tables, 0, needs, 50, 10)))


def _made(needs: int, offers: int) -> tuple[list[Need], list[Offer]]:
    """Listings with the texts of the sample city shuffled and with values that differ from one to the next."""
    chance = random.Random(1)
    real_needs, real_offers = _sample()
    left = [
        replace(base, id=f"N{n:06}", texts=_shuffled(chance, real_needs), budget_max=float(chance.randint(20, 900)))
        for n, base in enumerate(chance.choices(real_needs, k=needs))
    ]
    right = [
        replace(
            base,
            id=f"O{n:06}",
            texts=_shuffled(chance, real_offers),
            price_min=float(chance.randint(1, 500)),
            price_max=None,
        )
        for n, base in enumerate(chance.choices(real_offers, k=offers))
    ]
    return left, right


def _shuffled(chance: random.Random, records: Sequence[Need | Offer]) -> tuple[tuple[str, str], ...]:
    first, second = chance.choice(records), chance.choice(records)
    return (*first.texts[:2], *((section, text) for section, text in second.texts[1:3]))


def main() -> int:
    """Print the figures that are asked for; all that need nothing from outside when none is named."""
    parser = argparse.ArgumentParser(
        prog="market bench matching", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--bdci", type=Path, metavar="DIR")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--model", choices=("none", "local"), default="none")
    parser.add_argument("--vectors", type=Path, metavar="FILE")
    parser.add_argument("--speed", nargs="*", metavar="NxM")
    parser.add_argument("--part", type=int, metavar="N")
    parser.add_argument("--build", nargs="?", const="1400x10000", metavar="NxM")
    parser.add_argument("--two", action="store_true")
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in asked.speed or ["1400x10000"]]
    if asked.wait:
        waiting(*sizes[0])
        return 0
    if asked.bdci:
        bdci(asked.bdci, asked.model, asked.vectors)
    if asked.sample or not (asked.bdci or asked.speed is not None or asked.build or asked.two):
        sample(asked.model, asked.vectors)
    if asked.speed is not None:
        print(SPEED_HEAD)
        for needs, offers in sizes:
            speed(needs, offers, asked.part)
    if asked.build:
        build(*map(int, asked.build.split("x")))
    if asked.two:
        two()
    return 0


if __name__ == "__main__":
    sys.exit(main())
