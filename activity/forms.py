"""The log's filter."""

from django import forms
from django.utils.translation import gettext_lazy as _

from activity import words


class LogForm(forms.Form):
    q = forms.CharField(label=_("Person, title or reason"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Subject"), choices=[("", _("Everything")), *words.KINDS.items()], required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
