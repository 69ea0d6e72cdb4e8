"""How long an explanation takes, and how faithful it is.

    python -m bench.explaining [--offers 10000] [--pairs 300] [--needs 1400] [--model]

Time: every pair is explained for the first time, in a collection of that size made from the sample city's sentences.
Faithfulness: over the best pairs of the sample city, how far the points of need and offer fall when the marked passages are
taken out of one text, against taking out as many characters at random places of it; both are scored anew.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from listings.sheets import open_table
from matching import intake
from matching.engine import Corpus, Need, Offer, Passage, explain, providers

SAMPLE = Path(__file__).parents[1] / "sample"
DAY = date(2026, 3, 1)
Record = TypeVar("Record", Need, Offer)
Texts = tuple[tuple[str, str], ...]
DRAWS = 5  # random deletions to each marked one


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="market bench explaining", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--needs", type=int, default=1400)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument(
        "--model", action="store_true", help="faithfulness with the model too: every shortened text is embedded"
    )
    asked = parser.parse_args()
    needs, offers = sample()
    print_faithfulness(Corpus.build(needs, offers, concepts=intake.concepts(), day=DAY), 3)
    if asked.model:
        provider = providers.chosen(os.environ)
        print_faithfulness(Corpus.build(needs, offers, concepts=intake.concepts(), day=DAY, provider=provider), 1)
    print_times(needs, offers, asked)
    return 0


def sample() -> tuple[list[Need], list[Offer]]:
    """Needs and offers of the sample city."""
    with open_table(SAMPLE / "opportunities.xlsx") as table:
        needs = [intake.need_of(row.values["id"], row.values) for row in table.rows()]
    with open_table(SAMPLE / "capabilities.xlsx") as table:
        offers = [intake.offer_of(row.values["id"], row.values) for row in table.rows()]
    return needs, offers


def print_times(needs: Sequence[Need], offers: Sequence[Offer], asked: argparse.Namespace) -> None:
    """Milliseconds of the processor for each pair, no pair twice."""
    chance = random.Random(1)
    left, right = _made(chance, needs, asked.needs), _made(chance, offers, asked.offers)
    corpus = Corpus.build(left, right, concepts=intake.concepts(), day=DAY)
    corpus.score()  # as a run does: what is usual for each need is measured then
    pairs = list(dict.fromkeys((chance.choice(left).id, chance.choice(right).id) for _ in range(asked.pairs)))
    best = [(n, p.offer_id) for n in corpus.need_ids[: asked.pairs // 10] for p in corpus.match_need(n, 10)]
    print(f"one explanation, of the processor, among {asked.needs} × {asked.offers}:")
    for name, chosen in (("any pair", pairs), ("the best ten of a need", best)):
        times = []
        for need, offer in chosen:
            begun = time.process_time()
            explain(corpus, need, offer)
            times.append((time.process_time() - begun) * 1e3)
        print(
            f"  {name:24} p50 {np.percentile(times, 50):.2f} ms   p95 {np.percentile(times, 95):.2f} ms   ({len(times)} pairs)"
        )


def _made(chance: random.Random, records: Sequence[Record], count: int) -> list[Record]:
    """As many records as are asked for, each with the sections of two of the given ones."""
    texts = [record.texts for record in records]
    return [
        replace(base, id=f"{n:06}", texts=_mixed(chance, texts))
        for n, base in enumerate(chance.choices(records, k=count))
    ]


def _mixed(chance: random.Random, texts: Sequence[Texts]) -> Texts:
    first, second = chance.choice(texts), chance.choice(texts)
    return (*first[:2], *second[2:])


def print_faithfulness(corpus: Corpus, top: int) -> None:
    """Mean falls for each side, of the best few offers of each need."""
    print(
        f"points of 100 for need and offer lost by taking text out (sample city, model {corpus.frame.model_id}, best {top}):"
    )
    for side in ("offer", "need"):
        falls = np.array(list(falls_of(corpus, side, top)))
        marked, other = falls.mean(axis=0)
        above = (falls[:, 0] > falls[:, 1]).mean()
        print(
            f"  from the {side:6} marked {marked:.2f}   as much at random {other:.2f}   ratio {marked / max(other, 1e-9):.1f}   more in {above:.0%} of {len(falls)}"
        )


def falls_of(corpus: Corpus, side: str, top: int) -> Iterator[tuple[float, float]]:
    """For each of the best pairs: how far the points fall without what is marked on one side, and without as much at random."""
    chance = random.Random(2)
    for need in corpus.need_ids:
        for pair in corpus.match_need(need, top):
            found = explain(corpus, need, pair.offer_id)
            marks = {p for reason in found.reasons for p in reason.passages if p.side == side}
            record: Need | Offer = corpus.need(need) if side == "need" else corpus.offer(pair.offer_id)
            before = _fit(corpus, need, pair.offer_id)
            pieces = spans(record.texts, marks)
            if pieces:
                after = _changed(corpus, need, pair.offer_id, side, without(record.texts, pieces))
                others = [
                    _changed(
                        corpus,
                        need,
                        pair.offer_id,
                        side,
                        without(record.texts, at_random(chance, record.texts, pieces)),
                    )
                    for _ in range(DRAWS)
                ]
                yield before - after, before - float(np.mean(others))


def spans(texts: Texts, marks: set[Passage]) -> list[set[int]]:
    """The marked characters as places in all sections together, in pieces that touch nowhere."""
    starts, at = {}, 0
    for name, text in texts:
        starts[name], at = at, at + len(text)
    places = sorted({starts[mark.section] + place for mark in marks for place in range(mark.start, mark.end)})
    pieces: list[set[int]] = []
    for place in places:
        if pieces and place - 1 in pieces[-1]:
            pieces[-1].add(place)
        else:
            pieces.append({place})
    return pieces


def at_random(chance: random.Random, texts: Texts, pieces: list[set[int]]) -> list[set[int]]:
    """As many pieces of the same lengths, at places drawn at random, none over another."""
    size = sum(len(text) for _name, text in texts)
    gone: set[int] = set()
    found = []
    for piece in sorted(pieces, key=len, reverse=True):
        for _try in range(100):
            start = chance.randrange(size - len(piece) + 1)
            wanted = set(range(start, start + len(piece)))
            if not wanted & gone:
                break
        gone |= wanted
        found.append(wanted)
    return found


def without(texts: Texts, pieces: list[set[int]]) -> Texts:
    """Texts without the characters at these places."""
    gone, at, kept = set().union(*pieces), 0, []
    for name, text in texts:
        kept.append((name, "".join(character for place, character in enumerate(text, at) if place not in gone)))
        at += len(text)
    return tuple(kept)


def _changed(corpus: Corpus, need: str, offer: str, side: str, texts: Texts) -> float:
    if side == "need":
        return _fit(corpus, replace(corpus.need(need), texts=texts), offer)
    return _fit(corpus, need, replace(corpus.offer(offer), texts=texts))


def _fit(corpus: Corpus, need: str | Need, offer: str | Offer) -> float:
    part = corpus.pair(need, offer).parts[0]
    return 100 * (part.points or 0.0) / part.possible


if __name__ == "__main__":
    sys.exit(main())
