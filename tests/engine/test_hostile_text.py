"""Texts that break programs: none breaks this one, and each gives the same answer twice."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import intake
from matching.engine import Corpus, explain
from matching.engine.text import MAX_TEXT, comparable, sentences, terms
from tests.engine.conftest import DAY, others

HOSTILE = [
    "", " \n\t", "\x00" * 50, "供水\x00管网", "\ud800\udfff", "\ufdfa" * 100, "水" * 100_000, "e\u0301" * 5_000, "👩‍👩‍👧‍👦" * 300, "𠀀𠀁𠀂" * 200,
    "\u202e反转文字", "ＩＳＯ９００１认证", "。" * 5_000, "，" * 5_000, "a" * 50_000, "\u200b\u200d\ufeff", "１２３４" * 999, "%s %(x)s {0} ${y}", "'; DROP TABLE--",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_scores_and_explains_any_text(text):
    need = intake.need_of("N", {"title": text, "need": text, "technologies": [text]})
    offer = intake.offer_of("O", {"title": text, "summary": text, "scenes": [text], "titles": [text], "certs": [text]})
    scores = []
    for _again in range(2):
        corpus = Corpus.build([need], [offer, *others()], concepts=intake.concepts(), day=DAY)
        scores.append(explain(corpus, "N", "O").pair.score)
    assert scores[0] == scores[1]
    assert 0 <= scores[0] <= 100


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.text(max_size=300))
def test_it_scores_whatever_people_paste(one, other):
    need, offer = intake.need_of("N", {"title": one}), intake.offer_of("O", {"title": other})
    corpus = Corpus.build([need], [offer], concepts=intake.concepts(), day=DAY)
    assert 0 <= corpus.pair("N", "O").score <= 100


def test_it_folds_width_and_case():
    assert comparable("ＩＳＯ９００１ Ａ") == "iso9001 a"


def test_it_bounds_the_length_of_what_it_compares():
    assert len(comparable("\ufdfa" * 10_000)) <= MAX_TEXT


def test_terms_do_not_depend_on_the_texts_around_them():
    alone = sorted(terms(["智慧水务 ISO9001 检漏"])[1].tolist())
    owner, codes = terms(["前文", "智慧水务 ISO9001 检漏", "后文"])
    assert sorted(codes[owner == 1].tolist()) == alone


@given(st.text(max_size=500))
def test_sentences_lie_in_the_text_and_never_overlap(text):
    found = sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
