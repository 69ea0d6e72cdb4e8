"""Columns of the shown listings as arrays in memory: which rows pass, in what order, and the count behind each facet.

A column keeps each different value once and a whole number for each row, so that a choice is a look-up and a count is one
pass over whole numbers: milliseconds for 100,000 rows. What the columns are stands in `facets` and `filters` as expressions
of the database, which computes them; nothing is defined twice. `held` keeps them up to date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Expression, F, OrderBy
from numpy.typing import NDArray

from listings.facets import Chosen, Counts, Facet
from listings.models import Visibility

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Keys = NDArray[np.int64]
# what decides who sees a row
SEEN_BY = {"visibility": F("visibility"), "owner_id": F("owner_id"), "city": F("city")}
PK, TOUCHED = "pk", "updated_at"
# what an address can ask for beside facets; several values a row where True
ASKED: dict[str, tuple[F, bool]] = {
    "city": (F("city"), False),
    "policy": (F("policy"), False),
    "technology": (F("technologies"), True),
    "owner": (F("owner__public_id"), False),
    "batch": (F("batch__public_id"), False),
    "programme": (F("programme__public_id"), False),
}


class Values:
    """The different values of a column and the whole number of each. It only grows, so older columns may go on using it."""

    def __init__(self, many: bool) -> None:
        self.many = many
        self.every: list[Any] = []
        self._codes: dict[Any, int] = {}
        self._holders: dict[Any, list[int]] = {}

    def code(self, value: Any) -> int:
        """The number of a value, a new one for a new value; a list counts as one value that holds several."""
        key = tuple(value) if isinstance(value, list) else value
        known = self._codes.get(key)
        if known is not None:
            return known
        self.every.append(key)
        new = self._codes[key] = len(self._codes)
        for one in key if self.many else (key,):
            self._holders.setdefault(one, []).append(new)
        return new

    def holding(self, wanted: Iterable[Any]) -> Mask:
        """For each number, whether its value is wanted, or holds one that is."""
        chosen = [code for one in wanted for code in tuple(self._holders.get(one, ()))]
        found = np.zeros(len(self.every), dtype=bool)
        found[chosen] = True
        return found

    def counted(self, codes: NDArray[np.int32]) -> dict[str, int]:
        """How many rows hold each value; unknown ones are not counted."""
        found: dict[str, int] = {}
        counts = np.bincount(codes)
        for code in np.flatnonzero(counts).tolist():
            for one in self.every[code] if self.many else (self.every[code],):
                if one not in (None, ""):
                    found[str(one)] = found.get(str(one), 0) + int(counts[code])
        return found


@dataclass(frozen=True)
class Plan:
    """What is held of a kind: `columns` by name, whether a row has several values in them, and `terms` to order by."""

    columns: Mapping[str, Expression | F]
    many: Mapping[str, bool]
    orders: Mapping[str, tuple["Term", ...]]

    @classmethod
    def of(cls, facets: Iterable[Facet], orders: Mapping[str, tuple[Any, tuple[Any, ...]]]) -> "Plan":
        """The plan for a list's facets and orders."""
        columns: dict[str, Expression | F] = {f"by_{name}": column for name, column in SEEN_BY.items()}
        many = dict.fromkeys(columns, False)
        for name, (column, several) in ASKED.items():
            columns[f"a_{name}"], many[f"a_{name}"] = column, several
        for facet in facets:
            columns[facet.alias], many[facet.alias] = facet.column, facet.many
        return cls(columns, many, {name: tuple(map(Term.of, terms)) for name, (_title, terms) in orders.items()})

    @property
    def keys(self) -> dict[str, F]:
        """The fields that orders are made of, but for the primary key, and when a row was last touched."""
        names = [TOUCHED, *(term.name for terms in self.orders.values() for term in terms if term.name != PK)]
        return {name: F(name) for name in names}


@dataclass(frozen=True)
class Term:
    """One field to order by, and whether what is unknown comes last."""

    name: str
    descending: bool
    unknown_last: bool

    @classmethod
    def of(cls, term: Any) -> "Term":
        """From what a queryset is ordered by: "-field", or an expression on one field."""
        if isinstance(term, str):
            term = OrderBy(F(term.removeprefix("-")), descending=term.startswith("-"))
        # as PostgreSQL: what is unknown is largest, unless the term says otherwise
        last = bool(term.nulls_last) or not (term.nulls_first or term.descending)
        return cls(term.expression.name, bool(term.descending), last)


@dataclass(frozen=True)
class Listed:
    """What a list page needs: primary keys in order, and the counts."""

    keys: Keys
    counts: Counts


@dataclass(frozen=True)
class Columns:
    """Rows of one kind by ascending primary key. Never changed: a later state is another object."""

    plan: Plan
    pks: Keys
    codes: Mapping[str, NDArray[np.int32]]
    values: Mapping[str, Values]
    keys: Mapping[str, NDArray[np.float64]]
    _sorted: dict[str, Places] = field(default_factory=dict)

    @classmethod
    def empty(cls, plan: Plan) -> "Columns":
        """No rows yet."""
        none = np.empty(0, dtype=np.int32)
        return cls(
            plan,
            np.empty(0, dtype=np.int64),
            dict.fromkeys(plan.columns, none),
            {name: Values(plan.many[name]) for name in plan.columns},
            dict.fromkeys(plan.keys, np.empty(0)),
        )

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        held: list[NDArray[Any]] = [self.pks, *self.codes.values(), *self.keys.values(), *self._sorted.values()]
        return sum(array.nbytes for array in held)

    def with_rows(self, gone: Sequence[int], rows: Sequence[tuple[Any, ...]]) -> "Columns":
        """These columns without the rows `gone`, with `rows`: (pk, a value for each column, a value for each key)."""
        stay = ~np.isin(self.pks, np.asarray(gone, dtype=np.int64)) if gone else np.ones(len(self.pks), dtype=bool)
        each = list(zip(*rows, strict=True)) or [()] * (1 + len(self.codes) + len(self.keys))
        pks = np.concatenate([self.pks[stay], np.array(each[0], dtype=np.int64)])
        order = np.argsort(pks, kind="stable")

        def joined(held: NDArray[Any], new: Iterable[Any]) -> NDArray[Any]:
            return np.concatenate([held[stay], np.fromiter(new, dtype=held.dtype)])[order]

        codes = {
            name: joined(held, map(self.values[name].code, given))
            for (name, held), given in zip(self.codes.items(), each[1:], strict=False)
        }
        keys = {
            name: joined(held, map(_number, given))
            for (name, held), given in zip(self.keys.items(), each[1 + len(codes) :], strict=True)
        }
        return Columns(self.plan, pks[order], codes, self.values, keys)

    def in_order(self, name: str) -> Places:
        """Places of all rows in an order; made once."""
        if name not in self._sorted:
            self._sorted[name] = np.lexsort([self._sort_key(term) for term in reversed(self.plan.orders[name])])
        return self._sorted[name]

    def _sort_key(self, term: Term) -> NDArray[np.float64]:
        known = self.pks.astype(np.float64) if term.name == PK else self.keys[term.name]
        signed = -known if term.descending else known
        return np.where(np.isnan(signed), np.inf if term.unknown_last else -np.inf, signed)

    def seen_by(self, user: Any) -> Mask:
        """The rows that this person may read; what ListingQuerySet.visible_to says of shown ones."""
        seen = self.holding("by_visibility", [Visibility.PUBLIC])
        if user.is_authenticated:
            if any(m.organisation.is_verified for m in user.memberships_now):
                seen |= self.holding("by_visibility", [Visibility.VERIFIED])
            seen |= self.holding("by_owner_id", user.organisation_ids)
            seen |= self.holding("by_city", user.cities)
        return seen

    def asking(self, asked: Mapping[str, str]) -> Mask:
        """The rows that an address asks for beside its facets; `asked` names some of ASKED."""
        passing = np.ones(len(self.pks), dtype=bool)
        for name, value in asked.items():
            passing &= self.holding(f"a_{name}", [value])
        return passing

    def among(self, pks: Sequence[int] | Keys) -> Places:
        """The places of those rows that are held, in the order given."""
        wanted = np.asarray(pks, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.pks, wanted), max(len(self.pks) - 1, 0))
        held: Places = places[self.pks[places] == wanted] if len(self.pks) else places[:0]
        return held

    def touched_since(self, moment: datetime) -> Keys:
        """Keys of the rows that were touched at that moment or later."""
        return self.pks[self.keys[TOUCHED] >= moment.timestamp()]

    def holds(self, places: Places) -> Mask:
        """The rows at these places."""
        found = np.zeros(len(self.pks), dtype=bool)
        found[places] = True
        return found

    def listed(self, rows: Mask, facets: Sequence[Facet], chosen: Chosen, order: Places) -> Listed:
        """Of `rows`, those that pass every choice, in `order` (places); and all counts."""
        passing = {
            f.name: self.holding(f.alias, wanted) for f in facets if (wanted := f.wanted(chosen.get(f.name, [])))
        }
        whole = _all(rows, passing.values())
        counts = Counts(total=int(whole.sum()), all=int(rows.sum()))
        for facet in facets:
            others = [mask for name, mask in passing.items() if name != facet.name]
            within = _all(rows, others) if facet.name in passing else whole
            counts.of[facet.name] = self.values[facet.alias].counted(self.codes[facet.alias][within])
        lit = [self.holding(f.alias, [f.highlight]) for f in facets if f.highlight]
        counts.highlight = int((whole & np.logical_or.reduce(lit)).sum()) if lit else 0
        return Listed(self.pks[order[whole[order]]], counts)

    def holding(self, name: str, wanted: Iterable[Any]) -> Mask:
        """The rows whose column has one of these values, or holds one of them."""
        found: Mask = self.values[name].holding(wanted)[self.codes[name]]
        return found


def _all(rows: Mask, masks: Iterable[Mask]) -> Mask:
    passing = rows.copy()
    for mask in masks:
        passing &= mask
    return passing


def _number(value: Any) -> float:
    """A value to sort by as a number; NaN is unknown."""
    if value is None:
        return np.nan
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value.toordinal() if isinstance(value, date) else value)
