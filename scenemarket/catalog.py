"""The translation catalogue: collected, compiled and checked with Babel, so that no system gettext is needed."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
LEFT_OUT = (".venv", "node_modules", "frontend", "tests", "bench", "var", "runtime", "sample", "migrations")
LANGUAGE = "zh_Hans"
PLACES = re.compile(r"%\((\w+)\)[sd]|%[sd%]|\{(\w*)\}")


def path(language: str = LANGUAGE) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def read(language: str = LANGUAGE) -> Catalog:
    """The catalogue as it stands in the repository."""
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def sources() -> Iterator[Path]:
    """Every Python file and template that may hold text."""
    root = Path(settings.BASE_DIR)
    for pattern in ("*.py", "*.html", "*.txt"):
        for found in sorted(root.rglob(pattern)):
            inside = found.relative_to(root)
            if not set(inside.parts[:-1]) & set(LEFT_OUT) and (pattern == "*.py" or inside.parts[0] == "templates"):
                yield inside


def collected() -> Catalog:
    """All msgids of the code and the templates, with the files that hold them."""
    catalog = Catalog(locale=LANGUAGE, project="SceneMarket", charset="utf-8", fuzzy=False)
    for source in sources():
        text = (Path(settings.BASE_DIR) / source).read_text("utf-8")
        if source.suffix != ".py":
            # what templatize leaves around the calls is filler; its indentation would not pass for Python
            text = "\n".join(line.strip() for line in templatize(text, origin=str(source)).splitlines())
        lines = extract("python", BytesIO(text.encode()), keywords=KEYWORDS)
        for _line, message, _comments, context in lines:
            catalog.add(message, locations=[(str(source), 0)], context=context)
    return catalog


def merge(found: Catalog, known: Catalog) -> Catalog:
    """`found` with the translations of `known`; what the code no longer says is dropped."""
    for message in found:
        before = known.get(message.id, message.context) if message.id else None
        if before is not None:
            message.string = before.string
    return found


def write(catalog: Catalog) -> None:
    """Write the catalogue, sorted by msgid so that changes read well."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with path().open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)


def compile_all() -> list[Path]:
    """Write a .mo beside each .po of the project; returns their paths."""
    made = []
    for po in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po")):
        with po.open("rb") as file:
            catalog = read_po(file, locale=po.parts[-3])
        with po.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        made.append(po.with_suffix(".mo"))
    return made


def faults() -> list[str]:
    """What is wrong with the catalogue, a sentence each: missing, stale, empty, or with other places than the msgid."""
    known, said = read(), []
    found = collected()
    for message in found:
        if not message.id:
            continue
        here = known.get(message.id, message.context)
        words = message.id if isinstance(message.id, str) else message.id[0]
        if here is None:
            said.append(f"not in the catalogue: {words!r}")
        elif not _complete(here):
            said.append(f"not translated: {words!r}")
        elif _places(words) != _places(_forms(here)[0]):
            said.append(f"other places than its msgid: {words!r}")
    said += [f"no longer in the code: {m.id!r}" for m in known if m.id and found.get(m.id, m.context) is None]
    return said


def _complete(message: Message) -> bool:
    return bool(_forms(message)) and all(_forms(message))


def _forms(message: Message) -> list[str]:
    """The translation, or its plural forms."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [])


def _places(text: str) -> set[str]:
    """The named places of a text; a count may be left out, as English does in "one entry"."""
    return {"".join(m) for m in PLACES.findall(text)} - {"n", "count"}
