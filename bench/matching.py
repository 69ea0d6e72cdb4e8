"""How good and how fast the engine is.

    python -m bench.matching --bdci DIR          quality on graded real demands (never copied here; settings were compared on it)
    python -m bench.matching --sample            quality on the sample city
    python -m bench.matching --speed [1400x10000]   time and memory on lists made from the sample city's sentences

Figures: NDCG@10 within a demand over its graded pairs ("judged"), over the whole collection with gain for grade 2 and 3
only ("full"), and MRR@10.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from listings.sheets import open_table
from matching import intake
from matching.engine import Corpus, Need, Offer
from matching.engine.model import Floats
from matching.engine.ranking import BARRED

ROOT = Path(__file__).parents[1]
TOP = 10
DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))
Made = TypeVar("Made")
Grades = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Figures:
    """Quality, each a mean over demands: judged over those with any gain, the others over those with a good offer."""

    judged: float
    full: float
    mrr: float
    demands: int

    def __str__(self) -> str:
        return f"NDCG@10 judged {self.judged:.4f}   full {self.full:.4f}   MRR@10 {self.mrr:.4f}   ({self.demands} demands)"


def grades(path: Path) -> Grades:
    """Graded pairs from a tab-separated file with a header line."""
    found: Grades = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        need, offer, grade = line.split("\t")[:3]
        found.setdefault(need, {})[offer] = int(grade)
    return found


def rows_of(corpus: Corpus) -> Iterator[tuple[str, Floats]]:
    """Each need's id with its scores for all offers, barred ones below all others."""
    for need in corpus.need_ids:
        found = corpus.scores_of(need)
        yield need, np.where(found.eligible[0] == BARRED, found.scores[0] - 1000, found.scores[0])


def figures(corpus: Corpus, graded: Grades) -> Figures:
    """The quality of a collection's scores by graded pairs."""
    place = {offer: number for number, offer in enumerate(corpus.offer_ids)}
    found = []
    for need, scores in rows_of(corpus):
        known = {place[offer]: grade for offer, grade in graded.get(need, {}).items() if offer in place}
        if any(known.values()):
            found.append(_of_one(scores, known))
    judged, full, mrr = np.nanmean(np.array(found), axis=0)
    return Figures(judged, full, mrr, len(found))


def _of_one(scores: Floats, known: dict[int, int]) -> tuple[float, float, float]:
    graded = np.array(list(known))
    gains = np.array([2.0**grade - 1 for grade in known.values()])
    strong = {offer: 2.0**grade - 1 for offer, grade in known.items() if grade >= 2}
    judged = _ndcg(gains[np.argsort(-scores[graded], kind="stable")], gains)
    if not strong:
        return judged, np.nan, np.nan
    best = np.argsort(-scores, kind="stable")[:TOP]
    found = np.array([strong.get(int(offer), 0.0) for offer in best])
    first = np.flatnonzero(found)
    return judged, _ndcg(found, np.array(list(strong.values()))), 1 / (1 + first[0]) if len(first) else 0.0


def _ndcg(found: Floats, all_gains: Floats) -> float:
    ideal = np.sort(all_gains)[::-1][:TOP]
    head = found[:TOP]
    best = float(ideal @ DISCOUNT[: len(ideal)])
    return float(head @ DISCOUNT[: len(head)]) / best if best else 1.0


def bdci(folder: Path) -> None:
    """Quality on the demands and achievements in a folder (opportunities.jsonl, capabilities.jsonl, judgments.tsv)."""
    needs = [intake.need_of(row["id"], row) for row in _objects(folder / "opportunities.jsonl")]
    offers = [intake.offer_of(row["id"], row) for row in _objects(folder / "capabilities.jsonl")]
    _print_quality("BDCI", needs, offers, grades(folder / "judgments.tsv"), date.today())


def sample() -> None:
    """Quality on the sample city, on the day on which its dates stand."""
    needs, offers = _sample()
    day = date.fromisoformat(json.loads((ROOT / "sample/city.json").read_text("utf-8"))["base_date"])
    _print_quality("Sample city", needs, offers, grades(ROOT / "sample/judgments.tsv"), day)


def _sample() -> tuple[list[Need], list[Offer]]:
    with open_table(ROOT / "sample/opportunities.xlsx") as table:
        needs = [intake.need_of(row.values["id"], row.values) for row in table.rows()]
    with open_table(ROOT / "sample/capabilities.xlsx") as table:
        return needs, [intake.offer_of(row.values["id"], row.values) for row in table.rows()]


def _print_quality(name: str, needs: list[Need], offers: list[Offer], graded: Grades, day: date) -> None:
    corpus = Corpus.build(needs, offers, concepts=intake.concepts(), day=day)
    print(f"{name:12} {len(needs)} × {len(offers)}, model {corpus.frame.model_id}: {figures(corpus, graded)}")


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def speed(needs: int, offers: int) -> None:
    """Time and memory for lists of a size, made by shuffling the sentences of the sample city."""
    left, right = _made(needs, offers)
    print(f"{needs} × {offers}, seconds of the clock (of the processor):")
    corpus = _timed("built", lambda: Corpus.build(left, right, concepts=intake.concepts(), day=date(2026, 3, 1)))
    shard = _timed("all pairs scored", corpus.score)
    _timed("ranked", lambda: list(corpus.merge([shard]).pairs(TOP)))
    print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _print_increments(corpus, left, right)


def _timed(name: str, work: Callable[[], Made]) -> Made:
    clock, processor = time.perf_counter(), time.process_time()
    made = work()
    print(f"  {name}: {time.perf_counter() - clock:.2f} ({time.process_time() - processor:.2f})")
    return made


def _print_increments(corpus: Corpus, needs: list[Need], offers: list[Offer]) -> None:
    for name, work in (
        ("one need", lambda n: corpus.match_need(needs[n], 10)),
        ("one offer", lambda n: corpus.match_offer(offers[n], 10)),
        ("one pair", lambda n: corpus.pair(needs[n], offers[n])),
    ):
        times = []
        for number in range(20):
            begun = time.perf_counter()
            work(number)
            times.append((time.perf_counter() - begun) * 1e3)
        print(f"  {name}: p50 {np.percentile(times, 50):.1f} ms, p99 {np.percentile(times, 99):.1f} ms")


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
    parser.add_argument("--speed", nargs="?", const="1400x10000", metavar="NxM")
    asked = parser.parse_args()
    if asked.bdci:
        bdci(asked.bdci)
    if asked.sample or not (asked.bdci or asked.speed):
        sample()
    if asked.speed:
        speed(*map(int, asked.speed.split("x")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
