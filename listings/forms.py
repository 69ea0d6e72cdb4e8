"""What the forms of both kinds share: codes as choices, sections, restored work, values for the services."""

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from codelists.models import Code
from listings.fields import CodeField, CodesField, WordsField, WordsInput, grouped
from listings.models import Listing, Programme
from listings.services import NEEDED

Section = tuple[str, Any, Any, tuple[str, ...]]


class ListingForm(forms.ModelForm):
    """Create or edit a listing. `submitting` asks for what a review needs; `typed` is unsaved work to restore."""

    sections: ClassVar[tuple[Section, ...]] = ()
    amounts: ClassVar[tuple[str, str]] = ("", "")
    technologies = WordsField(
        label=_("Technologies"), suggestions="technology-list", help_text=_("Up to 20, the most important first.")
    )
    field = CodeField("field", label=_("Application field"), help_text=_("Needed before review."))
    policy = CodeField("policy", label=_("Policy category"))
    industry = CodeField("industry", label=_("Industry"))

    def __init__(
        self, data: Any = None, *, owner: Organisation, instance: Listing | None = None,
        typed: Mapping[str, list[str]] | None = None, submitting: bool = False,
    ) -> None:  # fmt: skip
        self.owner, self.submitting = owner, submitting
        # the form writes into what it is given; the service has to see the difference
        super().__init__(data, instance=copy.copy(instance) if instance else None)
        self.initial.update(
            {name: _plain(self.initial[name]) for name in self.amounts if self.initial.get(name) is not None}
        )
        if typed is not None:
            self.initial.update(self._restored(typed))
        self._bring_choices()
        self._make_room()

    def _restored(self, typed: Mapping[str, list[str]]) -> dict[str, Any]:
        kept = QueryDict(mutable=True)
        for name, values in typed.items():
            kept.setlist(name, values)
        return {name: field.widget.value_from_datadict(kept, {}, name) for name, field in self.fields.items()}

    def _bring_choices(self) -> None:
        wanted = {f.list_name for f in self.fields.values() if isinstance(f, CodeField | CodesField)}
        rows = list(
            Code.objects.valid().filter(list_name__in=[*wanted, "technology", "title", "certificate", "region"])
        )
        of = {name: [row for row in rows if row.list_name == name] for name in {row.list_name for row in rows}}
        for name, field in self.fields.items():
            if isinstance(field, CodesField):
                field.choices = [(row.code, row.name) for row in of.get(field.list_name, [])]
            elif isinstance(field, CodeField):
                field.choices = self._choices(name, self._offered(field.list_name, of.get(field.list_name, [])))
        self.suggestions = {
            f"{name}-list": [row.name for row in self._suggested(name, of.get(name, []))]
            for name in ("technology", "title", "certificate", "region")
        }
        if "programme" in self.fields:
            self.fields["programme"].queryset = Programme.objects.filter(city=self.owner.city)  # type: ignore[attr-defined]

    def _choices(self, name: str, choices: list[Any]) -> list[Any]:
        known = {code for code, label in choices} | {
            c for _l, group in choices if isinstance(group, list) for c, _n in group
        }
        now = getattr(self.instance, name, "")
        return [("", _("— please choose —")), *choices, *([(now, now)] if now and now not in known else [])]

    def _offered(self, list_name: str, rows: list[Code]) -> list[Any]:
        if list_name == "region":
            return [(row.code, row.name) for row in rows if row.code[:4] == self.owner.city[:4]]
        return grouped(rows)

    def _suggested(self, name: str, rows: list[Code]) -> list[Code]:
        if name != "region":
            return rows
        return [row for row in rows if row.code.endswith("00") or row.code[:4] == self.owner.city[:4]]

    def _make_room(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field.widget, WordsInput):
                field.widget.make_room(len(self._words(name, field)))

    def _words(self, name: str, field: forms.Field) -> list[Any]:
        given = field.widget.value_from_datadict(self.data, {}, name) if self.is_bound else self.initial.get(name)
        return list(given or [])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = (cleaned.get(name) for name in self.amounts)
        if low is not None and high is not None and high < low:
            self.add_error(
                self.amounts[1], _("The upper end is below the lower end; give it as 280 to 350, or leave one empty.")
            )
        if self.submitting:
            self._check_ready(cleaned)
        return cleaned

    def _check_ready(self, cleaned: dict[str, Any]) -> None:
        for name in NEEDED:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed before review."))

    def values(self) -> dict[str, Any]:
        """The validated content by model field, for create_draft() and edit()."""
        chosen = {name: self.cleaned_data[name] for name in self.Meta.fields}  # type: ignore[attr-defined]
        if "programme" in chosen:
            programme = chosen.pop("programme")
            chosen["programme_id"] = programme.pk if programme else None
        return chosen

    def drawn(self) -> list[dict[str, Any]]:
        """The sections with their bound fields, and how many faults each has."""
        for name in NEEDED:
            # a draft may lack them, so this only takes "(optional)" from the label
            self.fields[name].required = True
        return [
            {
                "id": anchor, "order": order, "title": title, "lead": lead, "names": names, "fields": [self[name] for name in names],
                "faults": sum(name in self.errors for name in names) if self.is_bound else 0,
            }
            for order, (anchor, title, lead, names) in enumerate(self.sections, 1)
        ]  # fmt: skip


def _plain(amount: Decimal) -> str:
    """ "120.0000" -> "120"."""
    return f"{amount.normalize():f}"
