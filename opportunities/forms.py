"""The form of an opportunity, in the order in which an agency thinks of it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.fields import CodeField, CodesField, SupplierPlacesField, WordsField
from listings.forms import ListingForm
from opportunities.models import Opportunity


class OpportunityForm(ListingForm):
    amounts = ("budget_min_wan", "budget_max_wan")
    scene_type = CodeField("scene_type", label=_("Scene type"))
    region = CodeField("region", label=_("Place"))
    procurement = CodeField("procurement", label=_("Procurement mode"))
    cooperation = CodesField("cooperation", label=_("Cooperation modes"))
    required_titles = WordsField(label=_("Required titles"), suggestions="title-list")
    required_certs = WordsField(label=_("Required certificates"), suggestions="certificate-list")
    supplier_regions = SupplierPlacesField(
        label=_("Where suppliers may come from"), suggestions="region-list",
        help_text=_("Empty: anywhere. “本地” means this city; otherwise name cities or districts."),
    )  # fmt: skip
    min_trl = forms.TypedChoiceField(
        label=_("Technology readiness at least"), required=False, coerce=int, empty_value=None,
        choices=[("", _("— not asked —")), *[(n, f"TRL {n}") for n in range(1, 10)]],
    )  # fmt: skip
    handles_at_most = forms.IntegerField(
        label=_("Suggestions at most"), required=False, min_value=1, max_value=50,
        help_text=_("How many firms you can look at and answer at a time, 1 to 50; others wait in line. Empty: as it is."),
    )  # fmt: skip

    class Meta:
        model = Opportunity
        fields = (
            "title", "summary", "field", "scene_type", "policy", "industry", "technologies", "programme", "region",
            "need", "deliverables", "reference_case", "site", "data_offered", "equipment", "users_offered",
            "cooperation", "budget_min_wan", "budget_max_wan", "budget_source", "min_trl", "required_titles",
            "required_certs", "supplier_regions", "procurement", "approval", "decider", "lead", "deadline",
            "handles_at_most", "visibility", "contact_name", "contact_phone",
        )  # fmt: skip
        widgets = {"deadline": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"programme": _("Programme")}
        help_texts = {
            "title": _("What has to be solved and where, in 120 characters at most."),
            "summary": _("Needed before review. Where, how much, how often, how it is done today; figures are worth more than adjectives."),
            "need": _("What has to be achieved, with figures that can be checked: an error of 1 metre at most, an answer within 2 seconds."),
            "deliverables": _("One a line."),
            "deadline": _("Entries close at the end of this day. Empty: open-ended."),
            "contact_name": _("Shown to the other side once both have agreed."),
        }  # fmt: skip

    sections = (
        ("matter", _("What has to be solved"), _("Title and text are what people read first, and what matching reads most."),
         ("title", "summary", "need", "deliverables", "field", "region", "technologies", "reference_case")),
        ("offer", _("What you offer"), _("Suppliers come for real conditions, not for money alone. Amounts are in 万元; an empty amount is unknown, never zero."),
         ("site", "data_offered", "equipment", "users_offered", "cooperation", "budget_min_wan", "budget_max_wan")),
        ("adoption", _("The way to adoption"), _("What becomes of a good result: who pays, who decides, by which procedure."),
         ("budget_source", "procurement", "approval", "decider", "lead", "deadline")),
        ("requirements", _("What you ask of suppliers"), _("Ask only for what is truly needed; each line bars some. How many is said beside it."),
         ("min_trl", "required_titles", "required_certs", "supplier_regions")),
        ("publication", _("Filing, visibility, contact"), _("Where it is filed, who may read it, and whom to call."),
         ("scene_type", "policy", "industry", "programme", "visibility", "handles_at_most", "contact_name", "contact_phone")),
    )  # fmt: skip

    def clean_handles_at_most(self) -> int:
        return int(self.cleaned_data["handles_at_most"] or self.instance.handles_at_most)

    def _check_ready(self, cleaned: dict[str, Any]) -> None:
        super()._check_ready(cleaned)
        deadline = cleaned.get("deadline")
        if deadline and deadline < timezone.localdate():
            self.add_error("deadline", _("The deadline has passed; give a later day or leave it open."))
