"""docs/screens/README.md: the pictures that lie there, page by page."""

import re
from pathlib import Path

NAME = re.compile(r"^(?P<page>[a-z-]+)-(?P<width>\d+)-(?P<theme>light|dark)(?P<english>-en)?\.webp$")
HEAD = """# Pictures

Taken from the sample city by `./market screens`, which also writes this page; `./market screens --all --out DIR` takes every
page of every role. Wide is 1280 pixels, narrow 390.
"""


def write_index(folder: Path) -> None:
    """Write the index of a folder of pictures."""
    pages: dict[str, list[tuple[str, re.Match[str]]]] = {}
    for file in sorted(folder.glob("*.webp")):
        if found := NAME.match(file.name):
            pages.setdefault(found["page"], []).append((file.name, found))
    parts = [HEAD, *(section(page, pictures) for page, pictures in pages.items())]
    (folder / "README.md").write_text("\n".join(parts), "utf-8")


def section(page: str, pictures: list[tuple[str, re.Match[str]]]) -> str:
    """A page's pictures side by side, the wide ones first."""
    ordered = sorted(
        pictures, key=lambda one: (bool(one[1]["english"]), -int(one[1]["width"]), one[1]["theme"] == "dark")
    )
    shown = [
        f'<img src="{name}" alt="{_words(page, found)}" width="{int(found["width"]) // 4}">' for name, found in ordered
    ]
    return f"## {page.replace('-', ' ').capitalize()}\n\n{' '.join(shown)}\n"


def _words(page: str, found: re.Match[str]) -> str:
    size = "wide" if int(found["width"]) > 800 else "narrow"
    return f"{page.replace('-', ' ')}, {size}, {found['theme']}{', English' if found['english'] else ''}"
