"""The engine's two inner parts against libraries that do just that part, on the same data in the same run.

    python -m bench.peers [--size 1000x10000]     words: bm25s, rank_bm25, tantivy; vectors: faiss (flat). One core, top 50.

Queries are the 80 terms of each need, each once; documents the terms of each offer. Overlap is the share of the peer's best 50
that are among ours. Ratios are of CPU time for the same queries, without building any index.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import bm25s  # type: ignore[import-untyped]
import faiss
import numpy as np
import tantivy
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]

from bench.synthetic import Made, made
from matching.engine import sweep
from matching.engine.compiled import compiled, estimating
from matching.engine.exact import NeedArrays, OfferArrays
from matching.engine.model import Integers, Matrix
from matching.engine.scoring import AllPairs, cursors
from matching.engine.settings import Settings

TOP, TILE, PART, BLOCK = 50, 4096, 512, 1024
BM25OKAPI_QUERIES = 10
Lists = list[set[int]]
PLACES = 1 << 24


@estimating
def _mark(values: Any, least: float, likely: Any) -> None:
    floor = np.float32(least)
    for at in range(len(values)):
        likely[at] = np.float32(values[at]) >= floor


@compiled
def _keep(values: Any, begin: int, heap: Integers, likely: Any) -> None:
    """Keep the best of some numbers; of equals the one that comes first."""
    for first in range(0, len(values), PART):
        some = values[first : first + PART]
        likely[:] = 0
        # rounded down: 32 bits hold no more than 24 binary digits
        _mark(some, float(heap[0] >> 24) - 128.0, likely)
        marks = likely.view(np.uint64)
        for eight in range(len(marks)):
            if marks[eight] != 0:
                for at in range(8 * eight, min(8 * eight + 8, len(some))):
                    found = (np.int64(some[at]) << 24) | (PLACES - 1 - begin - first - at)
                    if found > heap[0]:
                        sweep.push(heap, found)  # type: ignore[arg-type]


@compiled
def _words(
    needs: NeedArrays, offers: OfferArrays, places: Integers, heaps: Integers, of_words: Any, likely: Any
) -> None:
    for i in range(len(heaps)):
        start, stop = needs.word_start[i], needs.word_start[i + 1]
        for begin in range(0, len(offers.owner), TILE):
            end = min(begin + TILE, len(offers.owner))
            sweep.add_up(
                offers.word_start, offers.word_offer, offers.word_weight, needs.words[start:stop], needs.word_weight[start:stop],
                places[i], begin, end, of_words,
            )  # fmt: skip
            _keep(of_words[: end - begin], begin, heaps[i], likely)


@compiled
def _vectors(dense: Matrix, begin: int, heaps: Integers, likely: Any) -> None:
    for row in range(len(dense)):
        _keep(dense[row], begin, heaps[row], likely)


def our_words(here: Made) -> Lists:
    """Our best offers of each need by words alone."""
    heaps = np.full((len(here.needs.owner), TOP), -1, dtype=np.int64)
    words, tags = cursors(here.needs, 0, len(heaps))
    sweep.set_cursors(here.needs, here.offers, 0, words, tags)
    _words(here.needs, here.offers, words, heaps, np.empty(TILE, dtype=np.int32), np.empty(PART, dtype=np.uint8))
    return _lists(heaps)


def our_vectors(here: Made) -> Lists:
    """Our best offers of each need by meaning alone."""
    count = len(here.needs.owner)
    heaps = np.full((count, TOP), np.iinfo(np.int64).min, dtype=np.int64)
    pairs = AllPairs(here.offers, np.arange(len(here.offers.owner)), Settings())
    likely = np.empty(PART, dtype=np.uint8)
    for start in range(0, count, BLOCK):
        for begin, _end, dense in pairs.products(here.needs, start, min(start + BLOCK, count)):
            _vectors(dense, begin, heaps[start : start + BLOCK], likely)
    return _lists(heaps)


def _lists(heaps: Integers) -> Lists:
    return [set((PLACES - 1 - (row & (PLACES - 1))).tolist()) for row in heaps]


def _texts(here: Made) -> tuple[list[list[str]], list[list[str]]]:
    """Terms of needs and of offers as words; how often each stands in an offer is read from its weight."""
    needs = [[f"t{t}" for t in here.needs.words[a:b]] for a, b in pairwise(here.needs.word_start)]
    offers = []
    for place in range(len(here.words.start) - 1):
        terms, weights = here.words.row(place)
        offers.append([f"t{t}" for t, w in zip(terms, weights, strict=True) for _ in range(_often(int(w)))])
    return needs, offers


def _often(weight: int) -> int:
    share = weight / 8192 / 2.2
    return max(1, round(1.2 * share / (1 - share)))


def by_bm25s(needs: Sequence[list[str]], offers: Sequence[list[str]]) -> Callable[[], Lists]:
    """bm25s with numba; b = 0 because the documents' lengths are alike."""
    index = bm25s.BM25(k1=1.2, b=0.0, method="lucene", backend="numba")
    index.index(offers, show_progress=False)
    index.retrieve(needs[:2], k=TOP, show_progress=False, n_threads=1)

    def found() -> Lists:
        documents, _scores = index.retrieve(needs, k=TOP, show_progress=False, n_threads=1)
        return [set(row.tolist()) for row in documents]

    return found


def by_rank_bm25(needs: Sequence[list[str]], offers: Sequence[list[str]]) -> Callable[[], Lists]:
    """rank_bm25: plain Python."""
    index = BM25Okapi(offers, k1=1.2, b=0.0)
    return lambda: [set(np.argsort(-index.get_scores(need))[:TOP].tolist()) for need in needs[:BM25OKAPI_QUERIES]]


def by_tantivy(needs: Sequence[list[str]], offers: Sequence[list[str]], folder: str) -> Callable[[], Lists]:
    """tantivy: a search engine; its k1 = 1.2 and b = 0.75 are fixed."""
    schema = (
        tantivy.SchemaBuilder()
        .add_integer_field("place", stored=True)
        .add_text_field("text", tokenizer_name="whitespace")
        .build()
    )
    index = tantivy.Index(schema, path=folder)
    writer = index.writer(num_threads=1)
    for place, terms in enumerate(offers):
        writer.add_document(tantivy.Document(place=place, text=[" ".join(terms)]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def found() -> Lists:
        lists = []
        for need in needs:
            hits = searcher.search(index.parse_query(" ".join(need), ["text"]), TOP).hits
            lists.append({searcher.doc(address)["place"][0] for _score, address in hits})
        return lists

    return found


def by_faiss(here: Made) -> Callable[[], Lists]:
    """faiss, flat: exact products."""
    faiss.omp_set_num_threads(1)
    needs, offers = (side.meaning.astype(np.float32) for side in (here.needs, here.offers))
    index = faiss.IndexFlatIP(offers.shape[1])
    index.add(offers)
    return lambda: [set(row.tolist()) for row in index.search(needs, TOP)[1]]


def _cpu(work: Callable[[], Lists]) -> tuple[float, Lists]:
    best, found = float("inf"), []
    for _again in range(2):
        begun = time.process_time()
        found = work()
        best = min(best, time.process_time() - begun)
    return best, found


def row(peer: str, ours: Callable[[], Lists], theirs: Callable[[], Lists], queries: int, asked: int) -> str:
    """One line of the table: `theirs` answers `asked` of the queries."""
    mine, expected = _cpu(ours)
    other, found = _cpu(theirs)
    overlap = np.mean([len(a & b) / max(1, len(b)) for a, b in zip(expected, found, strict=False)])
    ms, their_ms = mine / queries * 1e3, other / asked * 1e3
    return f"| {peer} | {their_ms:.3f} | {ms:.3f} | {their_ms / ms:.1f} | {overlap:.3f} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="market bench peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", default="1000x10000", metavar="NxM")
    needs, offers = map(int, parser.parse_args().size.split("x"))
    here = made(needs, offers, 384)
    asked, given = _texts(here)
    our_words(here)
    our_vectors(here)
    print(f"{needs:,} queries, {offers:,} documents\n")
    print("| peer | peer, CPU ms a query | ours | times as fast | overlap of the best 50 |\n|---|---|---|---|---|")
    print(row("bm25s (numba)", lambda: our_words(here), by_bm25s(asked, given), needs, needs))
    print(row("rank_bm25", lambda: our_words(here), by_rank_bm25(asked, given), needs, BM25OKAPI_QUERIES))
    with tempfile.TemporaryDirectory() as folder:
        print(row("tantivy", lambda: our_words(here), by_tantivy(asked, given, folder), needs, needs))
    print(row("faiss (flat, 384)", lambda: our_vectors(here), by_faiss(here), needs, needs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
