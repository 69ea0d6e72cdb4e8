"""Is a page wholly in its language? What people and lists have written stays in theirs."""

import re
from functools import cached_property
from typing import Any

from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.db import models

from tests.browser.pages.markup import Markup

HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
LATIN = re.compile(r"(?=[A-Za-z]{4})(?:[A-Z]?[a-z]{3,})+")
# names, formats and units that are the same in Chinese
SAME = {
    *("scenemarket", "english", "excel", "word", "powerpoint", "outlook", "docx", "xlsx", "html", "http", "https"),
    *("example", "atom", "json", "axe-core", "core", "github", "chromium", "lighthouse", "mailto"),
}
# what stands in these is a name that programs know
NAMES = {"code", "kbd"}
ROOMS = ("accounts", "activity", "listings", "opportunities", "capabilities", "matching", "conversations", "deals")
TEXTS = (models.CharField, models.TextField, models.JSONField, models.EmailField)


class Vocabulary:
    """The interface's words in both languages, and every word that the database holds. Read after the city stands."""

    @cached_property
    def catalogue(self) -> dict[str, str]:
        """English sentence → Chinese sentence; only those that differ."""
        with open(settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po", "rb") as file:
            found = read_po(file)
        return {
            m.id: m.string for m in found if isinstance(m.id, str) and isinstance(m.string, str) and m.id != m.string
        }

    @cached_property
    def chinese(self) -> set[str]:
        return set(self.catalogue.values()) - {""}

    @cached_property
    def stored(self) -> str:
        """All that people and lists have written, one after the other."""
        return "\n".join(text for room in ROOMS for text in _texts(room))

    @cached_property
    def stored_latin(self) -> set[str]:
        return {word.lower() for word in LATIN.findall(self.stored)}

    def strangers(self, page: Markup, language: str) -> list[str]:
        """What on this page is in the other language, each with the element that it stands in."""
        wrong = self._is_english if language == "zh-hans" else self._is_chinese
        other = "en" if language == "zh-hans" else "zh"
        said = [w for w in page.words if w.where not in NAMES and not w.language.startswith(other)]
        return [f"{w.where}: {w.text[:80]}" for w in said if wrong(w.text)]

    def _is_english(self, text: str) -> bool:
        if text in self.catalogue and self.catalogue[text] and text not in self.stored:
            return True
        return any(word.lower() not in SAME | self.stored_latin for word in LATIN.findall(_without_addresses(text)))

    def _is_chinese(self, text: str) -> bool:
        if text in self.chinese and text not in self.stored:
            return True
        return any(run not in self.stored for run in HAN.findall(text))


def _without_addresses(text: str) -> str:
    return re.sub(r"\S*[@/_.]\S*", "", text)


def _texts(room: str) -> list[str]:
    if not apps.is_installed(room):
        return []
    found: list[str] = []
    for model in apps.get_app_config(room).get_models():
        names = [f.name for f in model._meta.get_fields() if isinstance(f, TEXTS) or "Array" in type(f).__name__]
        for row in model._default_manager.values_list(*names) if names else []:
            found += [text for value in row for text in _strings(value)]
    return found


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [" ".join(value.split())]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    return [text for one in value for text in _strings(one)] if isinstance(value, list | tuple) else []
