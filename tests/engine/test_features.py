"""What a ranker looks at: the same however the pairs are asked for, and what the engine says of them."""

import numpy as np
import pytest

from matching.engine import features, learning
from matching.engine.settings import PARTS
from tests.engine.conftest import others


def test_it_measures_a_pair_alike_alone_among_others_and_as_a_record(city, need, offer):
    corpus = city([need(), need("N2", title="茶园霜冻预警")])
    ids = corpus.offer_ids
    scores, rows = features.rows(corpus, "N1", ids)
    assert rows.shape == (len(ids), len(features.NAMES))
    for place, found in enumerate(ids):
        alone_score, alone = features.rows(corpus, need(), [corpus.offer(found)])
        assert alone_score[0] == scores[place] == corpus.pair("N1", found).score
        assert np.array_equal(alone[0], rows[place], equal_nan=True)


def test_its_parts_are_those_of_the_score_and_say_what_is_unknown(city, need, offer):
    corpus = city([need()], [offer(), offer("O2", trl=None)])
    _scores, rows = features.rows(corpus, "N1", ["O1", "O2"])
    column = features.NAMES.index("maturity")
    assert not np.isnan(rows[0, column])
    assert np.isnan(rows[1, column])
    assert rows[:, features.NAMES.index("maturity_unknown")].tolist() == [0.0, 1.0]
    assert features.NAMES[: len(PARTS)] == PARTS


def test_it_reads_records_that_are_not_in_the_collection(city, need, offer):
    corpus = city([need()])
    scores, rows = features.rows(corpus, need("NEW", title="桥梁裂缝巡检"), [offer("NEW2"), *others()])
    assert np.isfinite(scores).all()
    assert len(rows) == len(others()) + 1


def test_it_refuses_an_unknown_id_and_takes_an_empty_list(city, need):
    corpus = city([need()])
    with pytest.raises(KeyError):
        features.rows(corpus, "N1", ["nobody"])
    scores, rows = features.rows(corpus, "N1", [])
    ranker = learning.Linear(("need_fit",), np.zeros(1), np.zeros(1))
    assert learning.points(ranker, features.NAMES, scores, rows).tolist() == []
