"""Help texts: both languages say the same things about pages that exist, and a tour is offered once."""

import pytest
from django.urls import get_resolver
from django.utils import translation

from insights.guide import groups, texts
from matching.engine.settings import PARTS, SENTENCES, Settings
from tests.conftest import Cast

NAMES = {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def said(language: str) -> dict[str, texts.Text]:
    with translation.override(language):
        return texts.every()


def shape(text: texts.Text) -> tuple[object, ...]:
    return text.group, text.order, text.pages, [section.at for section in text.sections]


def test_it_says_the_same_in_both_languages() -> None:
    chinese, english = said("zh-hans"), said("en")
    assert {slug: shape(text) for slug, text in chinese.items()} == {slug: shape(t) for slug, t in english.items()}


@pytest.mark.parametrize("text", said("en").values(), ids=lambda text: text.slug)
def test_it_explains_pages_that_exist_in_a_group_that_exists(text: texts.Text) -> None:
    assert set(text.pages) <= NAMES
    assert text.group in groups.GROUPS


def test_it_explains_no_page_twice() -> None:
    pages = [page for text in said("en").values() for page in text.pages]
    assert len(pages) == len(set(pages))


def test_it_gives_each_section_an_address_of_its_own() -> None:
    for text in [*said("zh-hans").values(), *said("en").values()]:
        anchors = [section.anchor for section in text.sections]
        assert all(anchors)
        assert len(anchors) == len(set(anchors))


def test_it_shows_markup_in_a_text_as_text(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "one.md"
    path.write_text("title: a\nlead: b\ngroup: about\norder: 1\n---\n## c\n<b>d</b>\n", encoding="utf-8")
    assert "&lt;b&gt;" in texts._text(path).sections[0].html


def test_it_refuses_a_text_without_a_head(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "one.md"
    path.write_text("## c\nd\n", encoding="utf-8")
    with pytest.raises(texts.Unreadable, match=r"one\.md"):
        texts._text(path)


def test_it_prints_the_weights_that_are_in_force(cast: Cast) -> None:
    page = cast.client("nobody").get("/help/matching/").content.decode()
    for name in Settings().to_dict():
        assert name == "version" or name in PARTS or name in page
    assert SENTENCES["maturity"][1].partition("：")[2] in page


def test_it_answers_an_unknown_text_with_a_sentence(cast: Cast) -> None:
    answer = cast.client("nobody").get("/help/nothing/")
    assert answer.status_code == 404
    assert "/help/" in answer.content.decode()


def test_it_offers_a_tour_until_it_was_seen(cast: Cast) -> None:
    client = cast.client("reviewer")
    assert "s-first" in client.get("/review/").content.decode()
    client.post("/help/review/seen/")
    assert "s-first" not in client.get("/review/").content.decode()


def test_it_remembers_a_tour_once(cast: Cast) -> None:
    client = cast.client("reviewer")
    client.post("/help/review/seen/")
    client.post("/help/review/seen/")
    cast.reviewer.refresh_from_db()
    assert cast.reviewer.tours_seen == ["review"]


def test_it_hands_a_tour_only_the_sections_tied_to_the_page(cast: Cast) -> None:
    part = cast.client("reviewer").get("/help/review/?part=tour").content.decode()
    assert part.count("data-at=") == len(said("zh-hans")["review"].steps)
