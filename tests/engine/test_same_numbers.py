"""The same numbers to the last bit: however the work is cut, whoever does it, one by one or all at once."""

import random
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from matching import intake
from matching.engine import Corpus, Settings, ShardResult, scoring
from matching.engine.meaning import UNIT, exact
from matching.engine.ranking import BARRED, ELIGIBLE, UNKNOWN, eligible_of, id_rank_of, keys, score_of
from tests.engine.conftest import DAY, SAMPLE


def listing(ranking, top=20):
    return [
        (p.need_id, p.offer_id, p.score, p.eligible, p.rank_for_need, p.rank_for_offer) for p in ranking.pairs(top, 5)
    ]


@pytest.mark.parametrize("cuts", [[0, 80], [0, 1, 80], [0, 13, 14, 55, 80], list(range(0, 81, 4))])
def test_shards_give_the_same_ranking_however_they_are_cut(sample_city, cuts):
    whole = listing(sample_city.merge([sample_city.score()]))
    shards = [sample_city.score(a, b) for a, b in pairwise(cuts)]
    random.Random(5).shuffle(shards)
    assert listing(sample_city.merge(shards)) == whole


def test_shards_survive_being_kept(sample_city):
    kept = [ShardResult.from_bytes(sample_city.score(a, a + 40).to_bytes()) for a in (0, 40)]
    assert listing(sample_city.merge(kept)) == listing(sample_city.merge([sample_city.score()]))


def test_blocks_of_another_size_give_the_same_ranking(sample, sample_city, monkeypatch):
    monkeypatch.setattr(scoring, "BLOCK", 7)
    monkeypatch.setattr(scoring, "TILE", 24)
    other = Corpus.build(*sample, concepts=intake.concepts(), day=DAY, settings=sample_city.settings)
    assert listing(other.merge([other.score()])) == listing(sample_city.merge([sample_city.score()]))


def test_another_process_with_other_threads_gives_the_same_ranking(sample_city, tmp_path):
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "matching.commandline", "sample/opportunities.xlsx", "sample/capabilities.xlsx"]
    made = [*command, "--out", str(out), "--day", DAY.isoformat()]
    results = []
    for threads in ("1", "2"):
        subprocess.run(made, check=True, capture_output=True, cwd=SAMPLE.parent, env={"OPENBLAS_NUM_THREADS": threads})
        results.append(out.read_bytes())
    assert results[0] == results[1]


def test_a_single_pair_has_the_score_it_has_among_all(sample_city):
    for found in list(sample_city.merge([sample_city.score()]).pairs(3))[::11]:
        pair = sample_city.pair(found.need_id, found.offer_id)
        assert (pair.score, pair.eligible) == (found.score, found.eligible)


def test_one_need_by_itself_ranks_as_in_the_full_run(sample_city):
    full = sample_city.merge([sample_city.score()]).of_need(7, 10)
    again = sample_city.match_need(sample_city.need_ids[7], 10)
    assert [(p.offer_id, p.score, p.rank_for_need) for p in full] == [
        (p.offer_id, p.score, p.rank_for_need) for p in again
    ]


def test_one_offer_by_itself_ranks_as_in_the_full_run(sample_city):
    ranking = sample_city.merge([sample_city.score()])
    found = sample_city.match_offer("NL-2026-01-118", 5)
    assert [pair.rank_for_offer for pair in found] == [1, 2, 3, 4, 5]
    for pair in found:
        ranked = ranking.pair(pair.need_id, pair.offer_id)
        assert (ranked.score, ranked.rank_for_offer) == (pair.score, pair.rank_for_offer)


def test_records_read_anew_give_the_numbers_of_the_collection(sample_city):
    need, offer = sample_city.need("HC-2026-01-037"), sample_city.offer("NL-2026-01-118")
    known = sample_city.pair(need.id, offer.id)
    copies = replace(need, id="new need"), replace(offer, id="new offer")
    assert sample_city.pair(copies[0], offer.id).score == known.score
    assert sample_city.pair(*copies).score == known.score


def test_equal_scores_are_ordered_by_id(city, need, offer):
    twins = [offer(name) for name in ("b", "c", "a")]
    for order in (twins, twins[::-1]):
        found = city([need()], order).match_need("N1", 3)
        assert [pair.offer_id for pair in found] == ["a", "b", "c"]
    ranking = city([need("n2"), need("n1"), need("n3")], [offer()], top_needs=3)
    merged = ranking.merge([ranking.score()])
    assert [merged.pair(n, "O1").rank_for_offer for n in ("n1", "n2", "n3")] == [1, 2, 3]


def test_every_rank_for_an_offer_is_the_place_in_its_column(sample_city):
    ranking = sample_city.merge([sample_city.score()])
    scores = {(p.need_id, p.offer_id): p for p in ranking.pairs(50, 80)}
    column = sorted((p for p in scores.values() if p.offer_id == "NL-2026-01-118"), key=lambda p: p.rank_for_offer)
    order = [((p.eligible is not False), p.score) for p in column]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("dimensions", [7, 384, 768])
def test_products_of_exact_vectors_do_not_depend_on_the_order_of_work(dimensions):
    vectors = exact(np.random.default_rng(1).standard_normal((300, dimensions)))
    single = vectors.astype(np.float32)
    whole = single @ single.T
    shuffled = np.random.default_rng(2).permutation(dimensions)
    assert (whole == single[:, shuffled] @ single[:, shuffled].T).all()
    assert (whole == vectors.astype(np.int64) @ vectors.astype(np.int64).T).all()
    # also for the longest row that rounding can give
    assert (UNIT + dimensions**0.5 / 2) ** 2 < 2**24


def test_keys_hold_what_was_put_in():
    scores, eligible, ranks = (
        np.array([0.0, 12.345678, 100.0]),
        np.array([BARRED, UNKNOWN, ELIGIBLE]),
        np.array([0, 7, 2**24 - 1]),
    )
    packed = keys(scores, eligible, ranks)
    assert score_of(packed).tolist() == scores.tolist()
    assert eligible_of(packed).tolist() == eligible.tolist()
    assert id_rank_of(packed).tolist() == ranks.tolist()


def test_ranks_beyond_what_is_kept_are_left_open(sample):
    few = Corpus.build(*sample, concepts=intake.concepts(), day=DAY, settings=replace(Settings(), top_needs=1))
    ranks = {pair.rank_for_offer for pair in few.merge([few.score()]).pairs(10)}
    assert ranks == {1, None}
