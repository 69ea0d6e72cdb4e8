"""What a person may send to the matching pages; rules live in the services."""

from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from codelists.models import Code
from listings.models import Batch
from matching.models import MatchRun
from matching.states import MatchState, Side

NOVELTIES = [("new", _("New")), ("up", _("Risen")), ("down", _("Fallen"))]
CONFLICTS = [("yes", _("Conflict of interest")), ("no", _("No conflict"))]
BANDS = [
    ("90", _("90 and above")),
    ("80", _("80 to 89")),
    ("70", _("70 to 79")),
    ("60", _("60 to 69")),
    ("0", _("Below 60")),
]
QUEUES = [
    (MatchState.PROPOSED, _("To be reviewed")),
    (MatchState.APPROVED, _("Approved")),
    (MatchState.EXCLUDED, _("Excluded")),
]
SORTS = [("", _("Highest score first")), ("low", _("Lowest score first"))]


def codes(list_name: str) -> list[tuple[str, str]]:
    """The valid codes of a list as choices."""
    return [(c.code, c.name) for c in Code.objects.of(list_name).valid()]


class QueueForm(forms.Form):
    """The address of the review queue; a value that is not known is left out, never an error page."""

    state = forms.ChoiceField(choices=QUEUES, required=False)
    run = forms.ModelChoiceField(MatchRun.objects.none(), to_field_name="public_id", required=False)
    batch = forms.ModelChoiceField(Batch.objects.none(), to_field_name="public_id", required=False)
    field = forms.MultipleChoiceField(required=False)
    band = forms.ChoiceField(choices=BANDS, required=False)
    novelty = forms.MultipleChoiceField(choices=NOVELTIES, required=False)
    conflict = forms.ChoiceField(choices=CONFLICTS, required=False)
    firm = forms.ModelChoiceField(Organisation.objects.all(), to_field_name="public_id", required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)
    line = forms.IntegerField(min_value=0, max_value=100, required=False)

    data: QueryDict

    def __init__(self, data: QueryDict, *, cities: list[str]) -> None:
        super().__init__(data)
        self.fields["run"].queryset = MatchRun.objects.filter(city__in=cities).order_by("-pk")  # type: ignore[attr-defined]
        self.fields["batch"].queryset = Batch.objects.filter(city__in=cities, kind=Side.OPPORTUNITY)  # type: ignore[attr-defined]
        self.fields["field"].choices = codes("field")  # type: ignore[attr-defined]
        self.is_valid()

    def value(self, name: str) -> Any:
        """The cleaned value, or None when it was not given or is not known."""
        return self.cleaned_data.get(name) or None

    @property
    def state_shown(self) -> str:
        return str(self.value("state") or MatchState.PROPOSED)

    def narrowed(self, rows: QuerySet[Any], held: Q) -> QuerySet[Any]:
        """The matches of `rows` that the filters leave, without the state; `held` are those with a conflict of interest."""
        if run := self.value("run"):
            rows = rows.filter(run=run)
        if batch := self.value("batch"):
            rows = rows.filter(opportunity__batch=batch)
        if fields := self.value("field"):
            rows = rows.filter(opportunity__field__in=fields)
        if conflict := self.value("conflict"):
            rows = rows.filter(held) if conflict == "yes" else rows.exclude(held)
        if firm := self.value("firm"):
            rows = rows.filter(capability__owner=firm)
        return self._novel(self._banded(rows))

    def _banded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        band = self.cleaned_data.get("band")
        if not band:
            return rows
        low = int(band)
        high = {90: 101, 0: 60}.get(low, low + 10)
        return rows.filter(score__gte=low, score__lt=high)

    def _novel(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        kinds = self.value("novelty")
        if not kinds:
            return rows
        parts = {
            "new": rows.filter(score_before=None),
            "up": rows.filter(score__gt=F("score_before")),
            "down": rows.filter(score__lt=F("score_before")),
        }
        chosen = rows.none()
        for kind in kinds:
            chosen = chosen | parts[kind]
        return chosen


class ExclusionForm(forms.Form):
    exclusion = forms.ChoiceField(label=_("Why is it excluded?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In your own words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only reviewers read this; it stands in the log."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exclusion"].choices = codes("exclusion")  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Words to both sides"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class BulkForm(forms.Form):
    """What is to be approved together: above `line`, without the shown pairs that were unticked, and with those that were
    ticked below it."""

    line = forms.IntegerField(min_value=0, max_value=100)
    shown = forms.CharField(required=False)

    def clean_shown(self) -> list[str]:
        return [i for i in self.cleaned_data["shown"].split(",") if i][:100]


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is the reason?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your own words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the reviewers read this, not the other side; it makes the next suggestions better."),
    )  # fmt: skip

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = codes(f"decline_{side}")  # type: ignore[attr-defined]


class OfferForm(forms.Form):
    """An invitation or an application."""

    words = forms.CharField(
        label=_("Words to the other side"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
