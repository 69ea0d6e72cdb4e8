"""Forms of imports and registers. They only validate."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from codelists.models import Code, List
from codelists.names import name, options
from listings import imports
from listings.models import Batch, ImportJob, Kind, Programme
from listings.sheets.write import official

_WORDS = re.compile(r"[、,，;；\n]+")


def sent(request: Any) -> tuple[Any, Any]:
    """Data and files of a form that was sent, empty or not; (None, None) for one that is only asked for."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


class UploadForm(forms.Form):
    """An uploaded list: for a city by its reviewer, else for one of the own organisations."""

    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(
        label=_("What is listed"), choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.OPPORTUNITY
    )
    whose = forms.ChoiceField(
        label=_("Whose list"), help_text=_("A city's list may name any owner; yours holds your own listings.")
    )
    batch_name = forms.CharField(
        label=_("Batch"), max_length=200, required=False,
        help_text=_("The list's name, such as 2026年第一批场景机会清单. The same name again brings the list up to date."),
    )  # fmt: skip
    publish = forms.BooleanField(
        label=_("Publish at once"), required=False,
        help_text=_("For lists that the city has already approved; you answer for them. Otherwise each row waits for review."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["file"].widget.attrs["accept"] = ",".join(imports.ENDINGS)
        megabytes = {"n": settings.IMPORT_MAX_BYTES // 2**20}
        self.fields["file"].help_text = (
            _(".xlsx, .csv or .jsonl, %(n)s MB at most; the header row is found by its words.") % megabytes
        )
        self.cities = imports.cities_of(user)
        self.organisations = {o.public_id: o for o in imports.organisations_of(user)}
        choices = [(f"city:{c}", _("The list of %(city)s") % {"city": name(List.REGION, c)}) for c in self.cities]
        self.fields["whose"].choices = [*choices, *((o.public_id, o.name) for o in self.organisations.values())]  # type: ignore[attr-defined]
        if not self.cities:
            del self.fields["batch_name"], self.fields["publish"]
        if len(self.cities) + len(self.organisations) == 1:
            self.fields["whose"].widget = forms.HiddenInput()
            self.fields["whose"].initial = self.fields["whose"].choices[0][0]  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        """What imports.upload takes, from the cleaned fields."""
        whose = self.cleaned_data["whose"]
        organisation = self.organisations.get(whose)
        city = organisation.city if organisation else whose.removeprefix("city:")
        kept: dict[str, Any] = {
            n: self.cleaned_data[n] for n in ("batch_name", "publish") if n in self.cleaned_data and not organisation
        }
        return {
            "file": self.cleaned_data["file"],
            "kind": self.cleaned_data["kind"],
            "organisation": organisation,
            "city": city,
            **kept,
        }


class RowForm(forms.Form):
    """One row of an import, cell by cell, as text; the faulty cells come first and carry what is expected."""

    def __init__(self, *args: Any, job: ImportJob, expected: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = sorted(official(job.kind), key=lambda column: column.key not in expected)
        for column in columns:
            wide = column.width >= 30
            self.fields[column.key] = forms.CharField(
                label=column.name, required=False, max_length=8000, help_text=expected.get(column.key, ""),
                widget=forms.Textarea({"rows": 3}) if wide else forms.TextInput,
            )  # fmt: skip


class BatchForm(forms.ModelForm):
    city = forms.ChoiceField(label=_("City"))

    class Meta:
        model = Batch
        fields = ["kind", "city", "name", "code", "published_on"]
        labels = {
            "kind": _("What is listed"),
            "name": _("Name"),
            "code": _("Number"),
            "published_on": _("Published on"),
        }
        widgets = {"published_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "code": _("Such as HC-2026-01; listings without a number of their own are numbered after it."),
            "published_on": _("Visitors see the batch from this day on; leave it empty to keep it unseen."),
        }

    def __init__(self, *args: Any, cities: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_city(self, cities)
        if self.instance.pk:
            del self.fields["kind"], self.fields["city"]


class ProgrammeForm(forms.ModelForm):
    city = forms.ChoiceField(label=_("City"))

    class Meta:
        model = Programme
        fields = ["city", "name", "summary", "field"]
        labels = {"name": _("Name"), "summary": _("Summary"), "field": _("Application field")}
        widgets = {"summary": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, cities: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_city(self, cities)
        choices = [("", _("Please choose")), *options(List.FIELD)]
        self.fields["field"] = forms.ChoiceField(label=_("Application field"), choices=choices, required=False)
        if self.instance.pk:
            del self.fields["city"]


def _choose_city(form: Any, cities: list[str]) -> None:
    form.fields["city"].choices = [(city, name(List.REGION, city)) for city in cities]
    if len(cities) == 1:
        form.fields["city"].widget = forms.HiddenInput()
        form.fields["city"].initial = cities[0]


class NumbersForm(forms.Form):
    """Listings by their numbers."""

    kind = forms.ChoiceField(label=_("Which list"), choices=Kind.choices)
    numbers = forms.CharField(
        label=_("Numbers"), max_length=2000, widget=forms.Textarea({"rows": 2}),
        help_text=_("Numbers as they stand in the lists, parted by commas or line ends."),
    )  # fmt: skip

    def clean_numbers(self) -> list[str]:
        return [word.strip() for word in _WORDS.split(self.cleaned_data["numbers"]) if word.strip()]


class CodeForm(forms.ModelForm):
    """One code: its names, the other words that mean it, and from when to when it is used."""

    words = forms.CharField(
        label=_("Other words"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3, "lang": "zh-Hans"}),
        help_text=_("Words in lists that mean this entry, parted by commas or line ends."),
    )  # fmt: skip

    class Meta:
        model = Code
        fields = ["code", "name_zh", "name_en", "valid_from", "valid_to"]
        labels = {
            "code": _("Code"), "name_zh": _("Chinese name"), "name_en": _("English name"),
            "valid_from": _("Valid from"), "valid_to": _("Valid until"),
        }  # fmt: skip
        widgets = {
            "name_zh": forms.TextInput({"lang": "zh-Hans"}), "name_en": forms.TextInput({"lang": "en"}),
            **{n: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for n in ("valid_from", "valid_to")},
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].initial = "、".join(self.instance.synonyms)
        self.order_fields(["code", "name_zh", "name_en", "words", "valid_from", "valid_to"])
        if self.instance.pk:
            del self.fields["code"]

    def clean_words(self) -> list[str]:
        words = [word.strip() for word in _WORDS.split(self.cleaned_data["words"]) if word.strip()]
        if any(len(word) > 120 for word in words):
            raise ValidationError(_("One of the words is longer than 120 characters."))
        return list(dict.fromkeys(words))

    def values(self) -> dict[str, Any]:
        """What the registers take."""
        kept: dict[str, Any] = {n: v for n, v in self.cleaned_data.items() if n not in ("code", "words")}
        return {**kept, "synonyms": self.cleaned_data["words"]}
