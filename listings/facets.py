"""Facets: what a list can be narrowed by, with a live count behind each value. Counts of one facet ignore its own choice.

They are counted over the columns in memory (listings.columns).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Expression, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull, LessThan
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codelists import names
from listings.states import State
from scenemarket import figures

Chosen = Mapping[str, list[str]]
SHOWN = (State.PUBLISHED, State.PAUSED, State.CLOSED)
UNKNOWN = "unknown"
# bands of 万元
EDGES, BANDS = (50, 200, 1000), ("-50", "50-200", "200-1000", "1000-")


def with_values(title: Any, values: Iterable[str]) -> str:
    """What the API's schema says of a parameter: its title and, as code, what it may be."""
    listed = gettext(", ").join(f"`{value}`" for value in values)
    return gettext("%(title)s: %(values)s") % {"title": title, "values": listed} if listed else str(title)


@dataclass(frozen=True)
class Facet:
    """One facet. `column` is what rows are counted by (several values a row when `many`).

    Labels come from `label_of`, else from the code list `list_name`. `fixed` values are shown in their order, zero or
    not; without them the values that occur are shown, most first. `default` narrows when nothing is chosen.
    """

    name: str
    title: Any
    column: Expression | F
    many: bool = False
    list_name: str = ""
    label_of: Callable[[str], str] | None = None
    fixed: Callable[[], Iterable[str]] | None = None
    default: tuple[str, ...] = ()
    closed: bool = False
    # a value of `column` that is only counted, with every choice made: "of these, 2 end within three days"
    highlight: str = ""

    @property
    def alias(self) -> str:
        return f"f_{self.name}"

    @property
    def explained(self) -> Any:
        """Its title with the values that may be chosen, or the code list that they come from; written when it is read."""
        return lazy(self._explained, str)()

    def _explained(self) -> str:
        if self.list_name:
            return gettext("%(title)s, a code of the list `%(list)s`") % {"title": self.title, "list": self.list_name}
        return with_values(self.title, self.fixed() if self.fixed else ())

    def wanted(self, values: list[str]) -> list[str]:
        """The values that rows must have one of, given what was chosen; none when everything passes."""
        return values or list(self.default)

    def condition(self, values: list[str]) -> Q | None:
        """The condition on the alias, or None when everything passes."""
        wanted = self.wanted(values)
        return Q(**{f"{self.alias}__{'overlap' if self.many else 'in'}": wanted}) if wanted else None

    def label(self, value: str) -> str:
        if self.label_of:
            return self.label_of(value)
        return names.name(self.list_name, value) if self.list_name else value


def narrow(rows: QuerySet[Any], facets: Iterable[Facet], chosen: Chosen) -> QuerySet[Any]:
    """The rows that pass every choice."""
    for facet in facets:
        condition = facet.condition(chosen.get(facet.name, []))
        if condition is not None:
            rows = rows.alias(**{facet.alias: facet.column}).filter(condition)
    return rows


@dataclass
class Counts:
    """`total` rows pass every choice; `of[facet][value]` would with that value instead of the facet's own choice."""

    total: int = 0
    all: int = 0
    highlight: int = 0
    of: dict[str, dict[str, int]] = field(default_factory=dict)


def groups(facets: Iterable[Facet], counts: Counts, chosen: Chosen) -> list[dict[str, Any]]:
    """The facet column as the template draws it: groups of options with counts, chosen ones always there."""
    return [_drawn(facet, counts.of.get(facet.name, {}), chosen.get(facet.name, [])) for facet in facets]


def _drawn(facet: Facet, found: dict[str, int], chosen: list[str]) -> dict[str, Any]:
    by_count = sorted(found, key=lambda value: (-found[value], value))
    values = list(dict.fromkeys([*(facet.fixed() if facet.fixed else by_count), *chosen]))
    options = [
        {"value": v, "label": facet.label(v), "count": found.get(v, 0), "checked": v in chosen} for v in values
    ]  # fmt: skip
    closed = facet.closed and not chosen
    return {"title": facet.title, "name": facet.name, "options": options, "closed": closed}


# --- Facets that both kinds share ---------------------------------------------------------------------------------------
def code_facet(name: str, title: Any, list_name: str, *, every: bool = True, **options: Any) -> Facet:
    """A facet of a code list; with `every`, all its codes are shown, in their order."""
    fixed = (lambda: names.codes(list_name)) if every else None
    return Facet(name, title, F(name), list_name=list_name, fixed=fixed, **options)


def band_facet(name: str, title: Any, low: str, high: str) -> Facet:
    """Sums of 万元 in bands, by the upper end where there is one; "unknown" is its own band."""
    amount = Coalesce(F(high), F(low))
    column = Case(
        When(IsNull(amount, True), then=Value(UNKNOWN)),
        *[
            When(LessThan(amount, Value(Decimal(edge))), then=Value(band))
            for edge, band in zip(EDGES, BANDS, strict=False)
        ],
        default=Value(BANDS[-1]),
        output_field=CharField(),
    )
    return Facet(name, title, column, label_of=band_label, fixed=lambda: (*BANDS, UNKNOWN))


def band_label(band: str) -> str:
    """ "50-200" -> "50—200 万元"."""
    if band not in BANDS:
        return figures.money_range(None, None)
    low, high = (Decimal(end) if end else None for end in band.split("-"))
    return figures.money_range(low, high)


STATE = Facet(
    "state", _("State"), F("state"), label_of=lambda value: str(State(value).label) if value in SHOWN else value,
    fixed=lambda: SHOWN, default=(State.PUBLISHED, State.PAUSED),
)  # fmt: skip
