"""What people send to conversations; rules live in the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.services import MOST_LETTERS
from conversations.states import DECISIONS, ReportReason
from scenemarket.ids import new_id
from scenemarket.uploads import BEGINNINGS


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files, empty when none was chosen."""

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file]


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"), max_length=MOST_LETTERS, required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"), required=False, widget=Several(attrs={"accept": ",".join(BEGINNINGS)}),
        help_text=_("At most 3 files of 10 MB each: PDF, Word, Excel, PowerPoint, OFD, text or pictures."),
    )  # fmt: skip
    key = forms.CharField(max_length=36, initial=new_id, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with this message?"), choices=ReportReason, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your own words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the city's reviewers read this."),
    )  # fmt: skip


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What do you decide?"), widget=forms.RadioSelect, choices=list(DECISIONS.items()),
    )  # fmt: skip
    words = forms.CharField(
        label=_("Why"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both sides read this; it is needed when something is hidden or closed."),
    )  # fmt: skip
