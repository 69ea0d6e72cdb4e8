"""The pictures of pages: what is chosen exists, and the index names what lies there."""

from pathlib import Path

from bench.screen_index import write_index
from bench.shots import CHOSEN, IN_ENGLISH, ROLES


def test_each_chosen_page_is_one_that_the_role_has() -> None:
    known = {(role, shot.name) for role, (_marks, shots) in ROLES.items() for shot in shots}
    assert {(role, name) for role, names in CHOSEN.items() for name in names} <= known
    assert known >= IN_ENGLISH


def test_the_index_shows_each_picture_once_with_words(tmp_path: Path) -> None:
    for name in ("review-390-dark.webp", "review-1280-light.webp", "review-1280-light-en.webp", "notes.txt"):
        (tmp_path / name).touch()
    write_index(tmp_path)
    written = (tmp_path / "README.md").read_text("utf-8")
    assert written.count("## Review") == 1
    assert [written.count(f'src="{name}"') for name in ("review-390-dark.webp", "notes.txt")] == [1, 0]
    assert 'alt="review, wide, light, English"' in written
