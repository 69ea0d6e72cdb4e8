"""Collections in folders: opened, they give the numbers of the one that was built; what is torn is refused."""

from dataclasses import replace

import pytest

from matching import intake
from matching.engine import Corpus, Torn
from matching.engine.records import packed, unpacked


@pytest.fixture(scope="module")
def folder(sample_city, tmp_path_factory):
    found = tmp_path_factory.mktemp("kept") / "city"
    sample_city.save(found)
    return found


@pytest.fixture(scope="module")
def opened(folder):
    return Corpus.open(folder, concepts=intake.concepts())


def listing(corpus):
    return list(corpus.merge([corpus.score()]).pairs(20, 5))


def test_an_opened_collection_ranks_as_the_one_that_was_built(sample_city, opened):
    assert listing(opened) == listing(sample_city)


def test_an_opened_collection_judges_new_records_alike(sample_city, opened):
    need, offer = sample_city.need("HC-2026-01-037"), sample_city.offer("NL-2026-01-118")
    new = replace(need, id="new", min_trl=3), replace(offer, id="new too", trl=9)
    assert opened.pair(*new) == sample_city.pair(*new)
    assert opened.match_need(new[0], 5) == sample_city.match_need(new[0], 5)
    assert opened.match_offer(new[1], 5) == sample_city.match_offer(new[1], 5)


def test_records_come_back_as_they_were(sample):
    for record in (*sample[0], *sample[1]):
        assert unpacked(packed(record)) == record


def test_records_with_broken_text_come_back_as_they_were():
    for text in ("\ud800\udfff", "\x00", "𠀀", '"\\\n'):
        need = intake.need_of(text, {"title": text, "need": text, "required_titles": [text]})
        assert unpacked(packed(need)) == need


@pytest.mark.parametrize("harm", ["missing", "short", "altered", "listing"])
def test_a_torn_folder_is_refused_and_written_anew(sample_city, tmp_path, harm):
    folder = tmp_path / "city"
    sample_city.save(folder)
    victim = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_size)[-1]
    if harm == "missing":
        victim.unlink()
    elif harm == "short":
        victim.write_bytes(victim.read_bytes()[:-1])
    elif harm == "altered":
        kept = bytearray(victim.read_bytes())
        kept[len(kept) // 2] ^= 1
        victim.write_bytes(kept)
    else:
        (folder / "listing.json").write_text("{}")
    with pytest.raises(Torn):
        Corpus.open(folder, concepts=intake.concepts())
    sample_city.save(folder)
    Corpus.open(folder, concepts=intake.concepts())
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_a_folder_that_is_not_there_is_torn(tmp_path):
    with pytest.raises(Torn):
        Corpus.open(tmp_path / "none", concepts=intake.concepts())


def test_records_besides_rank_as_if_they_had_been_in_the_collection(sample_city):
    known = sample_city.match_need("HC-2026-01-037", 10)
    twin = replace(sample_city.offer(known[0].offer_id), id="twin")
    found = sample_city.match_need("HC-2026-01-037", 10, besides=[twin], without={known[2].offer_id})
    expected = [(p.score, p.offer_id) for p in known if p != known[2]] + [(known[0].score, "twin")]
    assert [(p.score, p.offer_id) for p in found] == sorted(expected, key=lambda each: (-each[0], each[1]))
    assert [p.rank_for_need for p in found] == list(range(1, 11))


def test_a_changed_record_takes_the_place_of_the_old_one(sample_city):
    known = sample_city.match_offer("NL-2026-01-118", 5)
    changed = replace(sample_city.need(known[0].need_id), technologies=())
    found = sample_city.match_offer("NL-2026-01-118", 5, besides=[changed])
    assert next(p for p in found if p.need_id == changed.id).score == sample_city.pair(changed, "NL-2026-01-118").score
    assert len({p.need_id for p in found}) == 5
