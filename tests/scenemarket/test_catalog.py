"""The interface speaks Chinese, completely."""

from babel.messages.catalog import Catalog
from django.utils import translation
from django.utils.translation import gettext

from scenemarket import catalog


def test_every_sentence_of_the_interface_is_translated() -> None:
    assert catalog.faults() == []


def test_the_msgids_are_english() -> None:
    """Chinese terms may be quoted in one, but it is an English sentence that quotes them."""
    ids = [str(m.id) for m in catalog.read() if m.id]
    chinese = [
        t for t in ids if sum("\u4e00" <= c <= "\u9fff" for c in t) > sum(c.isascii() and c.isalpha() for c in t)
    ]
    assert len(ids) > 500
    assert chinese == []


def test_it_reads_texts_of_code_and_of_templates() -> None:
    found = catalog.collected()
    assert found.get("Draft") is not None
    assert found.get("How matching works") is not None


def test_merging_keeps_what_is_still_said_and_drops_the_rest() -> None:
    found, known = Catalog(), Catalog()
    found.add("kept")
    known.add("kept", "留下")
    known.add("gone", "去掉")
    merged = catalog.merge(found, known)
    assert merged.get("kept").string == "留下"  # type: ignore[union-attr]
    assert merged.get("gone") is None


def test_the_compiled_catalogue_is_what_django_speaks() -> None:
    catalog.compile_all()
    with translation.override("zh-hans"):
        assert gettext("Draft") == "草稿"
