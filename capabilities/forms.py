"""The form of a capability."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from capabilities.models import Capability
from listings.fields import LinesField, PlacesField, WordsField
from listings.forms import ListingForm


class TitlesField(WordsField):
    """Titles as their holder states them: names; the day they end stays as it was."""

    def prepare_value(self, value: Any) -> Any:
        return [t["name"] if isinstance(t, dict) else t for t in value] if isinstance(value, list) else value


class CapabilityForm(ListingForm):
    amounts = ("price_min_wan", "price_max_wan")
    certs = WordsField(label=_("Certificates"), suggestions="certificate-list")
    service_regions = PlacesField(
        label=_("Service regions"), suggestions="region-list", help_text=_("Cities or districts; “全国” is everywhere.")
    )
    stated_titles = TitlesField(label=_("Titles held"), suggestions="title-list")
    cases = LinesField(label=_("Cases"), help_text=_("One a line: for whom, what, since when, with which result."))
    trl = forms.TypedChoiceField(
        label=_("Technology readiness"), required=False, coerce=int, empty_value=None,
        choices=[("", _("— unknown —")), *[(n, f"TRL {n}") for n in range(9, 0, -1)]],
    )  # fmt: skip

    class Meta:
        model = Capability
        fields = (
            "title", "summary", "scenes", "field", "category", "policy", "industry", "technologies", "programme", "trl",
            "trl13", "certs", "stated_titles", "service_regions", "price_min_wan", "price_max_wan", "capacity", "cases",
            "test_technical", "test_infrastructure", "test_business", "test_rules", "visibility",
        )  # fmt: skip
        labels = {"programme": _("Programme")}
        help_texts = {
            "title": _("What you deliver, in 120 characters at most."),
            "summary": _(
                "Needed before review. What it does, for whom, with which result; figures are worth more than adjectives."
            ),
            "scenes": _("One a line: the places and tasks where it has been or can be used."),
            "capacity": _("How many projects you can serve at the same time."),
        }

    sections = (
        ("matter", _("What you can do"), _("Title and text are what people read first, and what matching reads most."),
         ("title", "summary", "scenes", "field", "technologies")),
        ("readiness", _("How far it is proven"), _("Titles and cases are what an agency asks for first."), ("trl", "trl13", "cases", "certs", "stated_titles")),
        ("delivery", _("Where, for how much"), _("Amounts are in 万元; leave unknown ones empty, an empty amount is never zero."),
         ("service_regions", "price_min_wan", "price_max_wan", "capacity")),
        ("tests", _("Evidence of four tests"), _("What has been tried, where, by whom. Leave empty what has not."),
         ("test_technical", "test_infrastructure", "test_business", "test_rules")),
        ("publication", _("Filing and visibility"), _("The contact person is your organisation's; it is shown once both sides have agreed."),
         ("category", "industry", "policy", "programme", "visibility")),
    )  # fmt: skip

    def clean_stated_titles(self) -> list[dict[str, Any]]:
        """Names as typed, each with the end date that is already known of it."""
        before = {t["name"]: t for t in self.instance.stated_titles or []}
        return [before.get(name, {"name": name, "expires": None}) for name in self.cleaned_data["stated_titles"]]
