"""What fairness costs and gains: the slider in a simulated market, and relevance on graded pairs.

    python -m bench.fairness                 the market (mean of two seeds) and the sample city
    python -m bench.fairness --bdci DIR      graded real demands as well (never copied here)
    python -m bench.fairness --seeds 1 2 3   other markets
    python -m bench.fairness --model local   relevance with the model, instead of BM25 + LSI
    python -m bench.fairness --preview       how long the reviewer waits for the slider's effect (in the database of DATABASE_URL; rolled back)

The market: 1,400 needs and 10,000 offers. What a need thinks of an offer is the offer's quality (known to all, 1.05) plus
taste (eight directions, 1.0) plus something peculiar to the pair (1.0); likewise what an offer thinks of a need. 79 % of the
variance of taste and of the peculiar is the same seen from both sides: what fits, fits both. The chance of a yes is
1 / (1 + exp(2 - u)). The numbers were set so that lists by own interest give what such lists gave elsewhere (about 600
mutual matches, a Gini of .93 over offers, 22 % of them seen), before anything was arranged.

Expected mutual matches: each side looks at ten suggestions, at the k-th with weight 1 / log2(1 + k), and says yes with the
chance above; a pair counts when both do. The first rows are two separate lists, each side's ten best by some order; below
them the arrangement of the engine, from the pairs that a run keeps (50 for each need, 10 for each offer), with at most ten
suggestions for each side.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from listings.sheets import open_table
from matching import intake
from matching.engine import Corpus, Need, Offer
from matching.engine.fairness import Arrangement, Edges, Room, arrange, effect, gini
from matching.engine.measures import Demand, demand, mean, ndcg_full, ndcg_judged
from matching.engine.model import Floats, Integers
from matching.engine.providers import chosen
from matching.engine.ranking import BARRED

ROOT = Path(__file__).parents[1]
SLIDER = (0.0, 0.25, 0.5, 0.75, 1.0)
NEEDS, OFFERS, LOOK = 1400, 10000, 10
KEPT_FOR_NEED, KEPT_FOR_OFFER = 50, 10
QUALITY, TASTE, PECULIAR, SHARED, SHY, DIRECTIONS = 1.05, 1.0, 1.0, 0.79, 2.0, 8
LEAST_SCORE, USUAL_CAP = 40.0, 6
Figures = list[float]


@dataclass(frozen=True)
class Market:
    """What needs think of offers and offers of needs (needs by offers): interests and chances of a yes."""

    of_needs: Floats
    of_offers: Floats

    @classmethod
    def made(cls, seed: int) -> "Market":
        chance = np.random.default_rng(seed)
        quality = [QUALITY * chance.standard_normal(n, dtype=np.float32) for n in (NEEDS, OFFERS)]
        both, left, right = (_taste(chance) for _ in range(3))
        a, b = SHARED**0.5, (1 - SHARED) ** 0.5
        return cls(quality[1] + a * both + b * left, quality[0][:, None] + a * both + b * right)

    def blurred(self, error: float, seed: int) -> "Market":
        """The same market as somebody sees it who is wrong by `error` on each interest."""
        chance = np.random.default_rng(1000 + seed)
        return Market(
            *(u + error * chance.standard_normal(u.shape, dtype=np.float32) for u in (self.of_needs, self.of_offers))
        )


def _taste(chance: np.random.Generator) -> Floats:
    left, right = (chance.standard_normal((n, DIRECTIONS), dtype=np.float32) for n in (NEEDS, OFFERS))
    peculiar = PECULIAR * chance.standard_normal((NEEDS, OFFERS), dtype=np.float32)
    found: Floats = TASTE * (left @ right.T) / DIRECTIONS**0.5 + peculiar
    return found


def chance_of_yes(interest: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(SHY - interest))
    return found


def separate(market: Market, for_needs: Floats, for_offers: Floats) -> Figures:
    """Both sides get ten of their own by these orders; a pair counts when each is in the other's list."""
    left, right = looked_at(for_needs, 1), looked_at(for_offers, 0)
    both = np.nonzero((left > 0) & (right > 0))
    yes = chance_of_yes(market.of_needs[both]) * chance_of_yes(market.of_offers[both])
    seen = (left > 0).sum(axis=0)
    asked = market.of_needs[np.nonzero(left)]
    return [
        float(yes @ (left[both] * right[both])), gini(seen), gini((right > 0).sum(axis=1)), (seen > 0).mean(),
        seen.max(), float(chance_of_yes(asked).mean()),
    ]  # fmt: skip


def looked_at(order: Floats, axis: int) -> Floats:
    """How much each pair is looked at when everybody of one side gets the ten highest: 1 / log2(1 + place), else 0."""
    few = np.argpartition(-order, LOOK - 1, axis=axis).take(range(LOOK), axis=axis)
    few = np.take_along_axis(few, np.argsort(-np.take_along_axis(order, few, axis), axis=axis, kind="stable"), axis)
    weights = 1 / np.log2(np.arange(2, LOOK + 2))
    found = np.zeros(order.shape)
    np.put_along_axis(found, few, np.expand_dims(weights, 1 - axis), axis)
    return found


def kept(for_needs: Floats, for_offers: Floats) -> tuple[Integers, Integers]:
    """The pairs that a run keeps: the best of each need and the best of each offer."""
    keep = np.zeros(for_needs.shape, bool)
    for order, few, axis in ((for_needs, KEPT_FOR_NEED, 1), (for_offers, KEPT_FOR_OFFER, 0)):
        best = np.argpartition(-order, few - 1, axis=axis).take(range(few), axis=axis)
        np.put_along_axis(keep, best, True, axis)
    needs, offers = np.nonzero(keep)
    return needs, offers


def arranged(market: Market, seen: Market, fairness: float) -> tuple[Figures, float]:
    """The engine's arrangement from scores that `seen` gives, judged by the market as it is; and the seconds it took."""
    needs, offers = kept(seen.of_needs, seen.of_offers)
    room = Room(np.full(NEEDS, LOOK), np.full(OFFERS, LOOK), np.arange(OFFERS))
    edges = _edges(seen, needs, offers)
    begun = time.perf_counter()
    found = arrange(edges, room, fairness)
    seconds = time.perf_counter() - begun
    told = effect(_edges(market, needs, offers), room, found.place)
    put = found.place > 0
    loads, served = np.bincount(offers[put], minlength=OFFERS), np.bincount(needs[put], minlength=NEEDS)
    return [
        told.expected, gini(loads), gini(served), (loads > 0).mean(), loads.max(), told.mean_score / 100,
    ], seconds  # fmt: skip


def _edges(market: Market, needs: Integers, offers: Integers) -> Edges:
    sides = (market.of_needs[needs, offers], market.of_offers[needs, offers])
    left, right = (100 * chance_of_yes(side).astype(np.float64) for side in sides)
    return Edges(needs, offers, left, right)


def simulated(seeds: list[int], error: float) -> None:
    """The table of the market, a row for each way of suggesting."""
    rows: dict[str, list[Figures]] = {}
    for seed in seeds:
        for name, figures in _ways(Market.made(seed), seed, error):
            rows.setdefault(name, []).append(figures)
    print(f"\n### A simulated market, {NEEDS:,} × {OFFERS:,}, mean of seeds {', '.join(map(str, seeds))}\n")
    print(
        "| suggested | expected mutual matches | Gini offers | Gini needs | offers seen | most for one offer | yes of needs | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, found in rows.items():
        matches, offers, needs, seen, most, yes, seconds = np.mean(found, axis=0)
        took = f"{seconds:.2f}" if seconds else ""
        print(
            f"| {name} | {matches:,.0f} | {offers:.2f} | {needs:.2f} | {seen:.0%} | {most:.0f} | {yes:.2f} | {took} |"
        )


def _ways(market: Market, seed: int, error: float) -> Iterator[tuple[str, Figures]]:
    yield "two lists, own interest", [*separate(market, market.of_needs, market.of_offers), 0]
    product = chance_of_yes(market.of_needs) * chance_of_yes(market.of_offers)
    yield "two lists, product of both", [*separate(market, product, product), 0]
    del product
    ranks = 1 / (_ranks(market.of_needs, 1) + _ranks(market.of_offers, 0))
    yield "two lists, 1 / (rank + rank)", [*separate(market, ranks, ranks), 0]
    del ranks
    seen = market.blurred(error, seed)
    for known, words in ((market, ""), (seen, f", scores wrong by {error:g}")):
        for fairness in SLIDER:
            figures, seconds = arranged(market, known, fairness)
            yield f"fairness {fairness:g}{words}", [*figures, seconds]


def _ranks(order: Floats, axis: int) -> Floats:
    found: Floats = np.empty(order.shape, np.float32)
    size = [1, 1]
    size[axis] = order.shape[axis]
    places = np.arange(1, order.shape[axis] + 1, dtype=np.float32).reshape(size)
    np.put_along_axis(found, np.argsort(-order, axis=axis), places, axis)
    return found


def relevance(
    name: str, needs: list[Need], offers: list[Offer], graded: dict[str, dict[str, int]], day: date, model: str
) -> None:
    """NDCG@10 of what is put forward (the rest follows by score), along the slider, against the order by score."""
    provider = chosen({**os.environ, "EMBEDDING_PROVIDER": model})
    corpus = Corpus.build(needs, offers, concepts=intake.concepts(), day=day, provider=provider)
    found = [corpus.scores_of(need) for need in corpus.need_ids]
    scores = np.array([np.where(each.eligible[0] == BARRED, -1 - each.scores[0], each.scores[0]) for each in found])
    edges, room = _kept_of(scores), _room(corpus)
    print(f"\n### {name}, {len(needs)} × {len(offers):,}, model {corpus.frame.model_id}\n")
    print("| fairness | NDCG@10 judged | full | firms seen | Gini firms | mean score | most for one firm |")
    print("|---|---|---|---|---|---|---|")
    print(f"| by score alone | {_quality(corpus, scores, graded)} | | | | |")
    for fairness in SLIDER:
        here = arrange(edges, room, fairness)
        told = effect(edges, room, here.place)
        quality = _quality(corpus, _as_shown(scores, edges, here), graded)
        print(
            f"| {fairness:g} | {quality} | {told.seen_share:.0%} | {told.gini:.3f} | {told.mean_score:.1f} | {told.most} |"
        )


def _kept_of(scores: Floats) -> Edges:
    keep = np.zeros(scores.shape, bool)
    for few, axis in ((KEPT_FOR_NEED, 1), (KEPT_FOR_OFFER, 0)):
        best = np.argsort(-scores, axis=axis, kind="stable").take(range(min(few, scores.shape[axis])), axis=axis)
        np.put_along_axis(keep, best, True, axis)
    needs, offers = np.nonzero(keep)
    found = scores[needs, offers]
    return Edges(needs, offers, np.abs(found), allowed=found >= LEAST_SCORE)


def _room(corpus: Corpus) -> Room:
    """Ten for each need, the usual weekly cap for each firm; offers of one owner are of one firm."""
    owners = [corpus.offer(each).owner or each for each in corpus.offer_ids]
    places = {owner: place for place, owner in enumerate(sorted(set(owners)))}
    firm_of = np.array([places[owner] for owner in owners])
    return Room(np.full(len(corpus.need_ids), LOOK), np.full(len(places), USUAL_CAP), firm_of)


def _as_shown(scores: Floats, edges: Edges, here: Arrangement) -> Floats:
    put = here.place > 0
    shown = scores.copy()
    shown[edges.needs[put], edges.offers[put]] = 10_000 - here.place[put]
    return shown


def _quality(corpus: Corpus, scores: Floats, graded: dict[str, dict[str, int]]) -> str:
    # equal scores stand in the order of their ids, as everywhere
    order = np.argsort(np.array(corpus.offer_ids))
    scores = scores[:, order]
    place = {corpus.offer_ids[old]: new for new, old in enumerate(order)}
    judged: list[Demand] = []
    for number, need in enumerate(corpus.need_ids):
        known = {place[offer]: grade for offer, grade in graded.get(need, {}).items() if offer in place}
        if any(known.values()):
            judged.append(demand(scores[number], known))
    figures = (mean(np.array([one(each) for each in judged]), resamples=1).value for one in (ndcg_judged, ndcg_full))
    return " | ".join(f"{figure:.4f}" for figure in figures)


def grades(path: Path) -> dict[str, dict[str, int]]:
    """Graded pairs from a tab-separated file with a header line."""
    found: dict[str, dict[str, int]] = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        need, offer, grade = line.split("\t")[:3]
        found.setdefault(need, {})[offer] = int(grade)
    return found


def sample(model: str) -> None:
    """Relevance on the sample city, on the day on which its dates stand."""
    day = date.fromisoformat(json.loads((ROOT / "sample/city.json").read_text("utf-8"))["base_date"])
    with open_table(ROOT / "sample/opportunities.xlsx") as table:
        needs = [intake.need_of(row.values["id"], row.values) for row in table.rows()]
    with open_table(ROOT / "sample/capabilities.xlsx") as table:
        offers = [intake.offer_of(row.values["id"], row.values) for row in table.rows()]
    relevance("The sample city", needs, offers, grades(ROOT / "sample/judgments.tsv"), day, model)


def bdci(folder: Path, model: str) -> None:
    """Relevance on the demands and achievements in a folder (opportunities.jsonl, capabilities.jsonl, judgments.tsv)."""
    rows = [
        [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in ("opportunities", "capabilities")
    ]
    needs = [intake.need_of(row["id"], row) for row in rows[0]]
    offers = [intake.offer_of(row["id"], row) for row in rows[1]]
    relevance("BDCI", needs, offers, grades(folder / "judgments.tsv"), date.today(), model)


def preview(seed: int) -> None:
    """Seconds that the effect of a position takes for a city of that size, with the queries; nothing stays in the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    django.setup()
    from django.db import transaction

    from bench.arranged_city import city
    from matching.services import arrange as services

    market = Market.made(seed)
    needs, offers = kept(market.of_needs, market.of_offers)
    scores = 100 * chance_of_yes(market.of_needs[needs, offers])
    with transaction.atomic():
        run, reviewer = city(NEEDS, OFFERS, needs, offers, scores)
        services.apply(run, fairness=0.5, by=reviewer)
        print(f"\n### The slider over {len(needs):,} kept pairs of {NEEDS:,} × {OFFERS:,}\n")
        print("| fairness | seconds | of this process | pairs that would come |")
        print("|---|---|---|---|")
        for fairness in SLIDER:
            clock, processor = time.perf_counter(), time.process_time()
            coming = services.preview(run, fairness).coming
            took = time.perf_counter() - clock, time.process_time() - processor
            print(f"| {fairness:g} | {took[0]:.2f} | {took[1]:.2f} | {coming:,} |")
        transaction.set_rollback(True)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="market bench fairness", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--bdci", type=Path, metavar="DIR")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--error", type=float, default=1.0, help="how wrong scores are in the second half of the market's table"
    )
    parser.add_argument("--model", default="none", choices=["none", "local", "openai"])
    parser.add_argument("--preview", action="store_true")
    asked = parser.parse_args()
    if asked.preview:
        preview(asked.seeds[0])
        return 0
    simulated(asked.seeds, asked.error)
    sample(asked.model)
    if asked.bdci:
        bdci(asked.bdci, asked.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
