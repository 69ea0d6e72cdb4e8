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

from matching import intake
from matching.commandline import listed, meaning
from matching.engine import Corpus, features, learning
from matching.engine.measures import Figure
from matching.evaluation import judgments

ROOT = Path(__file__).parents[1]


def groups(corpus: Corpus, graded: Mapping[str, Mapping[str, int]]) -> list[learning.Group]:
    """The graded pairs as a ranker learns from them."""
    found = []
    for need in sorted(graded):
        known = sorted(graded[need])
        base, rows = features.rows(corpus, need, known)
        marks = np.array([graded[need][offer] for offer in known])
        found.append(learning.Group(need, base, rows, marks, np.ones(len(known))))
    return found


def measure(name: str, files: list[Path], day: date, model: str | None) -> None:
    """Print what training on these judgments (files: opportunities, capabilities, judgments) finds."""
    needs, offers = listed(str(files[0]), "opportunity", print), listed(str(files[1]), "capability", print)
    graded = judgments(str(files[2]), needs, offers).grades
    sides = list(needs.records.values()), list(offers.records.values())
    provider = meaning([*sides[0], *sides[1]], model, lambda line: print(line, file=sys.stderr))
    corpus = Corpus.build(*sides, concepts=intake.concepts(), day=day, provider=provider)
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
    parser.add_argument("--model", choices=["local", "openai", "none"])
    asked = parser.parse_args()
    if asked.bdci:
        files = [asked.bdci / name for name in ("opportunities.jsonl", "capabilities.jsonl", "judgments.tsv")]
        measure("BDCI", files, date.today(), asked.model)
        return 0
    day = date.fromisoformat(json.loads((ROOT / "sample/city.json").read_text("utf-8"))["base_date"])
    files = [ROOT / "sample" / name for name in ("opportunities.xlsx", "capabilities.xlsx", "judgments.tsv")]
    measure("Sample city", files, day, asked.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
