"""Forms only validate; services change."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import EmailMode, Invitation, Organisation, Title, User
from accounts.uscc import normalise
from activity import kinds
from codelists.models import List
from codelists.names import options


class SignUpName(forms.Form):
    """The field that allauth's sign-up form is extended with."""

    name = forms.CharField(label=_("Your name"), max_length=60)

    def signup(self, request: Any, user: User) -> None:
        """allauth's hook: keep the name with the new account."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


def choices(list_name: str) -> list[tuple[str, Any]]:
    """A code list for a select, with an empty first line."""
    return [("", _("Please choose")), *options(list_name)]


class WebAddress(forms.URLField):
    """An address that is meant as https when nothing else is said."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="https", **options)


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = [
            "uscc", "name", "short_name", "kind", "city", "region", "group", "industry", "summary", "website",
            "contact_name", "contact_phone", "contact_public", "suggestions_on", "weekly_cap",
        ]  # fmt: skip
        widgets = {"summary": forms.Textarea({"rows": 4})}
        field_classes = {"website": WebAddress}
        help_texts = {
            "uscc": _("18 characters; pasted full-width forms and blanks are put right."),
            "group": _("Organisations of one owner group are marked as a conflict of interest when they are matched."),
            "contact_public": _("Otherwise the contact is shown to the other side only after both have accepted."),
            "suggestions_on": _("Switch it off and nothing is suggested to you; the public lists stay open to you."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = [(c, n) for c, n in options(List.REGION) if c.endswith("00") and not c.endswith("0000")]
        self.fields["city"] = forms.ChoiceField(label=_("city"), choices=[("", _("Please choose")), *cities])
        self.fields["region"] = forms.ChoiceField(label=_("region"), choices=choices(List.REGION), required=False)
        self.fields["industry"] = forms.ChoiceField(label=_("industry"), choices=choices(List.INDUSTRY), required=False)
        # the model allows 18 characters; people paste more (blanks, dashes), so the field takes more
        self.fields["uscc"].max_length = 60  # type: ignore[attr-defined]
        self.fields["uscc"].widget.attrs["maxlength"] = "60"
        self.fields["uscc"].validators = [v for v in self.fields["uscc"].validators if not hasattr(v, "limit_value")]

    def clean_uscc(self) -> str:
        code = normalise(self.cleaned_data["uscc"])
        taken = Organisation.objects.filter(uscc=code).exclude(pk=self.instance.pk).exists()
        if taken:
            raise forms.ValidationError(
                _("This code is registered already. Ask a colleague to invite you, or write to the city's centre.")
            )
        return code


class TitleForm(forms.ModelForm):
    class Meta:
        model = Title
        fields = ["scheme", "name", "level", "issuer", "number", "issued", "expires"]
        widgets = {"issued": forms.DateInput({"type": "date"}), "expires": forms.DateInput({"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"] = forms.ChoiceField(label=_("title held"), choices=choices(List.TITLE))
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("scheme") and not values.get("name"):
            values["name"] = dict(self.fields["scheme"].choices).get(values["scheme"], values["scheme"])  # type: ignore[attr-defined]
        if values.get("issued") and values.get("expires") and values["expires"] < values["issued"]:
            self.add_error("expires", _("It cannot expire before it was issued."))
        return values


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email", "role"]


class PreferencesForm(forms.ModelForm):
    """Name, language, how notices come by e-mail, and for which topics otherwise (fields `mode_…`)."""

    class Meta:
        model = User
        fields = ["name", "language", "email_mode"]
        labels = {"name": _("Your name"), "language": _("language"), "email_mode": _("Notices by e-mail")}
        help_texts = {
            "email_mode": _(
                "Letters that gather notices come at 08:00, and only when there is something new. The inbox always shows all."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic, label in kinds.TOPICS.items():
            self.fields[f"mode_{topic}"] = forms.ChoiceField(
                label=label,
                choices=[("", _("As chosen above")), *EmailMode.choices],
                required=False,
                initial=self.instance.email_modes.get(topic, ""),
            )

    @property
    def topic_fields(self) -> list[forms.BoundField]:
        return [self[f"mode_{topic}"] for topic in kinds.TOPICS]

    @property
    def values(self) -> dict[str, Any]:
        """What services.set_preferences takes."""
        own = {name: self.cleaned_data[name] for name in self.Meta.fields}
        wanted = {topic: self.cleaned_data[f"mode_{topic}"] for topic in kinds.TOPICS}
        return {**own, "email_modes": {topic: mode for topic, mode in wanted.items() if mode}}
