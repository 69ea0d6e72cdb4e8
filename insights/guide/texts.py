"""Reads the help texts: files of Markdown below texts/<language>/, with a head of `name: value` lines up to `---`.

A heading `## Title @ .selector` ties its section to the first element of the page that the selector finds; those
sections are the steps of the page's tour.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language
from markdown_it import MarkdownIt

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("zh-hans", "en")
_HEADING = re.compile(r"^## (?P<title>.+?)(?: @ (?P<at>\S.*))?$", re.MULTILINE)
# raw HTML in a text is shown as what it is
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


class Unreadable(ValueError):
    """A help text without the head that it needs; says which."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; `at` is a CSS selector on the explained page, or ""."""

    title: str
    html: SafeString
    at: str = ""

    @property
    def anchor(self) -> str:
        return slugify(self.title, allow_unicode=True)


@dataclass(frozen=True)
class Text:
    """One help page. `pages` are URL names of the pages it explains; `group` says whose work it is."""

    slug: str
    title: str
    lead: str
    group: str
    order: int
    pages: tuple[str, ...]
    sections: tuple[Section, ...]
    # texts with an address of their own
    OWN: ClassVar[dict[str, str]] = {
        "matching": "help-matching",
        "privacy": "privacy",
        "accessibility": "accessibility",
    }

    @property
    def url(self) -> str:
        return reverse(self.OWN[self.slug]) if self.slug in self.OWN else reverse("help-page", args=[self.slug])

    @property
    def steps(self) -> list[Section]:
        """The stops of the tour."""
        return [section for section in self.sections if section.at]

    @property
    def stops(self) -> str:
        """A selector for whatever the tour can stop at; of some pages that it explains there is nothing."""
        return ", ".join(section.at for section in self.steps)


def every() -> dict[str, Text]:
    """All help texts in the reader's language, by slug, in their order."""
    return _read((get_language() or LANGUAGES[0]).lower())


def find(slug: str) -> Text | None:
    """The text of that name, or None."""
    return every().get(slug)


def about(page: str) -> Text | None:
    """The text that explains the page with this URL name, or None."""
    return next((text for text in every().values() if page in text.pages), None)


@lru_cache(maxsize=len(LANGUAGES))
def _read(language: str) -> dict[str, Text]:
    folder = TEXTS / (language if language in LANGUAGES else LANGUAGES[-1])
    texts = sorted(map(_text, folder.glob("*.md")), key=lambda text: (text.order, text.slug))
    return {text.slug: text for text in texts}


def _text(path: Path) -> Text:
    head, parted, body = path.read_text(encoding="utf-8").partition("\n---\n")
    lines = (line.partition(":") for line in head.splitlines())
    said = {name.strip(): value.strip() for name, found, value in lines if found}
    if not parted or not {"title", "lead", "group", "order"} <= said.keys():
        raise Unreadable(f"{path.name}: a head with title, lead, group, order and a line --- is needed.")
    pages = tuple(said.get("pages", "").split())
    return Text(
        path.stem, said["title"], said["lead"], said["group"], int(said["order"]), pages, tuple(_sections(body))
    )


def _sections(body: str) -> Iterator[Section]:
    found = list(_HEADING.finditer(body))
    for heading, following in zip(found, [*found[1:], None], strict=True):
        below = body[heading.end() : following.start() if following else None]
        # our own texts, and raw HTML in them is escaped by the reader
        yield Section(heading["title"].strip(), mark_safe(_markdown.render(below)), (heading["at"] or "").strip())  # noqa: S308
