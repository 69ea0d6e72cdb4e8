"""The evidence of one step; which fields it needs is told by deals.states."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from deals.models import Evidence
from deals.states import EVIDENCE

OPTIONAL = ("words",)


class EvidenceForm(forms.ModelForm):
    class Meta:
        model = Evidence
        fields = ("contract_number", "amount_wan", "day", "months_in_use", "words", "file")
        widgets = {
            "words": forms.Textarea(attrs={"rows": 4}),
            "day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = EVIDENCE[stage]
        for name in [n for n in self.fields if n not in (*needed, *OPTIONAL, "file")]:
            del self.fields[name]
        for name in needed:
            self.fields[name].required = True

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file and file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file has more than %(most)s; the deal was not changed. Please send a smaller one.")
                % {"most": filesizeformat(settings.IMPORT_MAX_BYTES)}
            )
        return file

    def evidence(self) -> dict[str, Any]:
        """What the service takes: the fields without the file."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}
