"""Form fields of listings: several short words, one item a line, places by name, codes by list."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from codelists import regions

MOST, LONGEST = 20, 120
SPARE, LEAST = 2, 4
_SEPARATORS = re.compile(r"[、，,;；\n]")


class WordsInput(forms.MultiWidget):
    """A small input for each word, with suggestions, and a few empty ones; needs no script."""

    def __init__(self, suggestions: str = "", count: int = LEAST, attrs: Any = None, label: Any = "") -> None:
        self.suggestions, self.label = suggestions, label
        super().__init__(self._inputs(count), attrs)

    def _inputs(self, count: int) -> list[forms.Widget]:
        listed = {"list": self.suggestions} if self.suggestions else {}
        same = {"class": "s-in word", "maxlength": LONGEST, **listed}
        return [forms.TextInput({**same, "aria-label": format_lazy("{} {}", self.label, n + 1)}) for n in range(count)]

    def make_room(self, count: int) -> None:
        """Have enough inputs for `count` words and some more."""
        self.widgets = self._inputs(max(LEAST, min(count + SPARE, MOST)))
        self.widgets_names = [f"_{i}" for i in range(len(self.widgets))]

    def decompress(self, value: Any) -> list[str]:
        return list(value or [])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [word for i in range(MOST) if (word := str(data.get(f"{name}_{i}") or "").strip())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}_{i}" in data for i in range(MOST))


class WordsField(forms.Field):
    """A list of short words. "A、B" in one input counts as two."""

    widget = WordsInput

    def __init__(self, *, suggestions: str = "", **options: Any) -> None:
        widget = WordsInput(suggestions, label=options.get("label", ""))
        super().__init__(widget=widget, required=False, **options)

    def to_python(self, value: Any) -> list[str]:
        words = [part.strip() for word in value or [] for part in _SEPARATORS.split(word)]
        return list(dict.fromkeys(word for word in words if word))

    def validate(self, value: list[str]) -> None:
        if len(value) > MOST:
            raise forms.ValidationError(_("Give %(n)s at most; the first ones count most.") % {"n": MOST})
        for word in value:
            if len(word) > LONGEST:
                raise forms.ValidationError(
                    _("“%(word)s…” is longer than %(n)s characters.") % {"word": word[:20], "n": LONGEST}
                )

    def prepare_value(self, value: Any) -> Any:
        return value


class PlacesField(WordsField):
    """Places by name; kept as codes."""

    # words that mean something else than a place -> what is kept
    special: dict[str, str] = {}

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(self._code(word) for word in super().to_python(value)))

    def _code(self, word: str) -> str:
        found = self.special.get(word) or regions.code_of(word)
        if not found:
            raise forms.ValidationError(
                _(
                    "“%(word)s” is not a place that the region list knows; write a city or district such as 湖城市 or 东湖区."
                )
                % {"word": word}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        names = {code: word for word, code in reversed(self.special.items())}
        return [names.get(v) or regions.name_of(v) for v in value] if isinstance(value, list) else value


class SupplierPlacesField(PlacesField):
    """Where suppliers may come from: empty is anywhere, "本地" is this city."""

    special = {"本地": "local", "本市": "local", "local": "local"}


class LinesField(forms.CharField):
    """One item a line."""

    widget = forms.Textarea

    def __init__(self, *, most: int = 20, longest: int = 300, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.most, self.longest = most, longest

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        if len(value) > self.most:
            raise forms.ValidationError(_("Give %(n)s lines at most.") % {"n": self.most})
        for line in value:
            if len(line) > self.longest:
                raise forms.ValidationError(
                    _("“%(word)s…” is longer than %(n)s characters.") % {"word": line[:20], "n": self.longest}
                )

    def run_validators(self, value: Any) -> None:
        return

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class CodeField(forms.ChoiceField):
    """One code of a list; the form brings the choices. A value from an old list stays choosable."""

    def __init__(self, list_name: str, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.list_name = list_name


class CodesField(forms.MultipleChoiceField):
    """Several codes of a list, as boxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, list_name: str, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.list_name = list_name


def grouped(rows: Iterable[Any]) -> list[Any]:
    """Codes as choices: children under their parent when there are both."""
    rows = list(rows)
    heads = {row.code: row for row in rows if not row.parent}
    if len(heads) in (0, len(rows)):
        return [(row.code, row.name) for row in rows]
    groups: dict[str, list[tuple[str, str]]] = {code: [(code, row.name)] for code, row in heads.items()}
    for row in rows:
        if row.parent:
            groups.setdefault(row.parent, []).append((row.code, row.name))
    return [(heads[code].name if code in heads else code, group) for code, group in groups.items()]
