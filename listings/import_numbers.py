"""Which listing is a row, if the city has it already, and which number does a new one get?"""

import re
from collections.abc import Iterable
from typing import Any

from codelists.plain import folded
from listings import kinds
from listings.import_owners import Owners
from listings.import_reading import identity, own_number
from listings.models import ImportJob, ImportRow, Listing
from listings.states import State

_LAST = re.compile(r"-(\d+)$")


class Numbers:
    """The listings of the city that a set of rows may mean, locked until the transaction ends.

    A row with a number of its own is the listing with that number. Any other row is the listing of the same owner and title
    in the same batch (or, without a batch, in the city); failing that, the one that has the number made from batch and row,
    unless its title stands in another row of the file.
    """

    def __init__(self, job: ImportJob, rows: Iterable[ImportRow], owners: Owners) -> None:
        self.job, self._owners = job, owners
        self._rows = kinds.of(job.kind).model._default_manager.filter(city=job.city).select_related("owner")
        made = {row.pk: self._made(row) for row in rows}
        wanted = {own_number(row.values) or made[row.pk] for row in rows} - {""}
        locked = self._rows.select_for_update(of=("self",))
        self._by_number: dict[str, Listing] = {x.number: x for x in locked.filter(number__in=wanted)}
        self._by_title: dict[tuple[int, str], Listing] = {}
        for listing in self._same_titles(rows, locked):
            self._by_title[listing.owner_id, folded(listing.title)] = listing
        self._elsewhere = self._titles_in_file()
        self._last = 0

    def _same_titles(self, rows: Iterable[ImportRow], locked: Any) -> Iterable[Listing]:
        numberless = [row for row in rows if not own_number(row.values)]
        owners = {owner.pk for row in numberless if (owner := self._owners.find(row)) and owner.pk}
        titles = {row.values.get("title") or "" for row in numberless}
        found = locked.filter(owner__in=owners, title__in=titles)
        if self.job.batch_id:
            found = found.filter(batch=self.job.batch_id)
        # of several, the one that is not closed, and of those the latest
        return sorted(found, key=lambda x: (x.state != State.CLOSED, x.pk))

    def _titles_in_file(self) -> set[str]:
        """Identities of listings held by number whose own title stands somewhere in the file."""
        held = [x for x in self._by_number.values() if self.job.batch_id and x.batch_id == self.job.batch_id]
        wanted = {name for x in held for name in self._identities(x)}
        return set(self.job.rows.filter(identity__in=wanted).values_list("identity", flat=True))

    def _identities(self, listing: Listing) -> set[str]:
        """How a row may name this listing: with its owner's code or with the name alone."""
        values = kinds.of(self.job.kind).values_from(listing) | {"id": None}
        return {identity(self.job.kind, values), identity(self.job.kind, values | {"uscc": None})}

    def _made(self, row: ImportRow) -> str:
        """The number from batch and row; "" when there is no batch."""
        if self.job.batch is None:
            return ""
        return (
            f"{self.job.batch.code}-{int(row.values.get('id') or row.number):03d}" if not own_number(row.values) else ""
        )

    def listing_of(self, row: ImportRow) -> Listing | None:
        """The listing that a row means, or None when it is new."""
        number = own_number(row.values)
        if number:
            return self._by_number.get(number)
        owner = self._owners.find(row)
        found = self._by_title.get((owner.pk, folded(row.values["title"]))) if owner else None
        if found:
            return found
        placed = self._by_number.get(self._made(row))
        if placed is None or owner is None or placed.owner_id != owner.pk:
            return None
        return None if self._identities(placed) & self._elsewhere else placed

    def number_for(self, row: ImportRow) -> str:
        """The number of a new listing: its own, or the one from batch and row, or the next that is free."""
        number = own_number(row.values) or self._made(row)
        if not number or number not in self._by_number:
            return number
        return f"{self.job.batch.code}-{self._next():03d}"  # type: ignore[union-attr]

    def _next(self) -> int:
        if not self._last:
            used = self._rows.filter(batch=self.job.batch_id).exclude(number="").values_list("number", flat=True)
            waiting = self.job.rows.count()
            self._last = max((int(m[1]) for n in used if (m := _LAST.search(n))), default=0) + waiting
        self._last += 1
        return self._last

    def remember(self, row: ImportRow, listing: Listing) -> None:
        """A listing that is about to be created stands for later rows of the same set."""
        if listing.number:
            self._by_number[listing.number] = listing
        if not own_number(row.values):
            self._by_title[listing.owner_id, folded(listing.title)] = listing
