"""How much a ranker learned from graded pairs gains over the fixed fusion, on opportunities that it has not seen.

    python -m bench.learning --bdci DIR      graded real demands (read from there, never copied here, nothing is kept)
    python -m bench.learning                 the sample city's judgments

Five parts by opportunity; NDCG@10 among the judged pairs, intervals from resampling opportunities.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from bench.matching import ROOT, _objects, _sample, grades
from matching import intake
from matching.engine import Corpus, Need, Offer, features, learning
from matching.engine.measures import Figure


def groups(corpus: Corpus, graded: Mapping[str, Mapping[str, int]]) -> list[learning.Group]:
    """The graded pairs as a ranker learns from them."""
    found = []
    for need in sorted(graded):
        known = sorted(graded[need])
        base, rows = features.rows(corpus, need, known)
        marks = np.array([graded[need][offer] for offer in known])
        found.append(learning.Group(need, base, rows, marks, np.ones(len(known))))
    return found


def measure(name: str, needs: list[Need], offers: list[Offer], graded: dict[str, dict[str, int]], day: date) -> None:
    """Print what training on these judgments finds."""
    corpus = Corpus.build(needs, offers, concepts=intake.concepts(), day=day)
    begun = time.perf_counter()
    told = groups(corpus, graded)
    read = time.perf_counter()
    trial = learning.train(told, features.NAMES)
    print(f"{name}: {trial.opportunities} opportunities, {trial.pairs} judged pairs, model {corpus.frame.model_id}")
    print(f"  {'fixed fusion':14}{_said(trial.fusion)}")
    for kind, quality in trial.quality.items():
        print(f"  {kind:14}{_said(quality)}   difference {_said(trial.gains[kind], '+')}")
    verdict = "offered" if trial.proven else "not offered"
    print(f"  kept: {trial.ranker.kind}, {verdict}; {len(learning.written(trial.ranker)) / 1024:.0f} KB of text;"
          f" {read - begun:.1f} s for the features, {time.perf_counter() - read:.1f} s for training and trying")  # fmt: skip


def _said(figure: Figure, sign: str = "") -> str:
    return f"{figure.value:{sign}.4f} [{figure.low:{sign}.4f}, {figure.high:{sign}.4f}]"


def main() -> int:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(
        prog="market bench learning", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--bdci", type=Path, metavar="DIR")
    asked = parser.parse_args()
    if asked.bdci:
        folder = asked.bdci
        needs = [intake.need_of(row["id"], row) for row in _objects(folder / "opportunities.jsonl")]
        offers = [intake.offer_of(row["id"], row) for row in _objects(folder / "capabilities.jsonl")]
        measure("BDCI", needs, offers, grades(folder / "judgments.tsv"), date.today())
        return 0
    day = date.fromisoformat(json.loads((ROOT / "sample/city.json").read_text("utf-8"))["base_date"])
    measure("Sample city", *_sample(), grades(ROOT / "sample/judgments.tsv"), day)
    return 0


if __name__ == "__main__":
    sys.exit(main())
