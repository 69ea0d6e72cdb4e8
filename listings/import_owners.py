"""Whose listing is a row? Organisations are found by their credit code or name, many rows at once."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import Organisation, OrganisationKind
from activity.models import Event
from activity.services import event
from codelists import plain, regions
from listings import faults, kinds
from listings.models import ImportJob, ImportRow, Kind

_INSTITUTE = re.compile(r"大学|学院|研究院|研究所|实验室|医院|研究中心|设计院|学校")
_FIRM = re.compile(r"公司|集团|厂$|社$|企业")


@dataclass(frozen=True)
class Named:
    """How a row names its owner."""

    name: str
    uscc: str
    kind: str
    place: str

    @property
    def key(self) -> str:
        return self.uscc or plain.folded(self.name)


def named(kind: str, values: dict[str, Any]) -> Named:
    """What a row of a list of `kind` says about its owner; empty where it says nothing."""
    name = _spelt(values.get(kinds.of(kind).owner_key) or "")
    place = values.get("firm_city_code") or ""
    return Named(name[:120], values.get("uscc") or "", _kind_of(kind, name, values.get("owner_type") or ""), place)


def _spelt(name: str) -> str:
    """A name as it is registered: full-width letters made narrow, brackets Chinese."""
    return unicodedata.normalize("NFKC", name).strip().replace("(", "（").replace(")", "）")


def _kind_of(kind: str, name: str, written: str) -> str:
    entry = plain.words("organisation_kind").get(written) if written else None
    if entry:
        return entry.code
    if _INSTITUTE.search(name):
        return OrganisationKind.INSTITUTE
    if kind == Kind.CAPABILITY:
        return OrganisationKind.FIRM
    return OrganisationKind.SOE if _FIRM.search(name) else OrganisationKind.AGENCY


class Owners:
    """The organisations that a set of rows names."""

    def __init__(self, job: ImportJob, rows: Iterable[ImportRow]) -> None:
        self.job = job
        # by object and not by key: rows that are being read have none yet
        self._named = {id(row): named(job.kind, row.values) for row in rows}
        self._by_code: dict[str, Organisation] = {}
        self._by_name: dict[str, list[Organisation]] = {}
        if job.organisation is None:
            self._read()

    def _read(self) -> None:
        codes = {n.uscc for n in self._named.values() if n.uscc}
        names = {n.name for n in self._named.values() if n.name}
        for found in Organisation.objects.filter(Q(uscc__in=codes) | Q(name__in=names) | Q(short_name__in=names)):
            self._remember(found)

    def _remember(self, organisation: Organisation) -> None:
        if organisation.uscc:
            self._by_code[organisation.uscc] = organisation
        for name in {organisation.name, organisation.short_name} - {""}:
            self._by_name.setdefault(plain.folded(name), []).append(organisation)

    def named(self, row: ImportRow) -> Named:
        return self._named[id(row)]

    def find(self, row: ImportRow) -> Organisation | None:
        """The owner of a row, or None when nobody is known by that name or code."""
        who = self._named[id(row)]
        if self.job.organisation is not None:
            return self.job.organisation
        return self._by_code.get(who.uscc) or next(iter(self._of_name(who.name)), None)

    def _of_name(self, name: str) -> list[Organisation]:
        """Organisations of that name, those of the import's city alone when there are any."""
        found = self._by_name.get(plain.folded(name), []) if name else []
        here = [o for o in found if o.city == self.job.city]
        return here or found

    def fault(self, row: ImportRow) -> dict[str, Any] | None:
        """Why a row cannot have its owner, or None."""
        who, kind = self._named[id(row)], kinds.of(self.job.kind)
        column = "统一社会信用代码" if who.uscc else _column(self.job.kind)
        if self.job.organisation is not None:
            return self._foreign(who, self.job.organisation, column)
        if not who.key:
            return faults.made("owner_missing", _column(self.job.kind), kind.owner_key, "")
        if who.uscc in self._by_code:
            return None
        same_name = self._of_name(who.name)
        if len(same_name) > 1:
            return faults.made("owner_ambiguous", _column(self.job.kind), kind.owner_key, who.name)
        if same_name and who.uscc and same_name[0].uscc:
            return faults.made("owner_code", column, "uscc", who.uscc, uscc=same_name[0].uscc)
        if not same_name and not who.name:
            return faults.made("owner_missing", _column(self.job.kind), kind.owner_key, "")
        return None

    def _foreign(self, who: Named, own: Organisation, column: str) -> dict[str, Any] | None:
        known = {plain.folded(own.name), plain.folded(own.short_name), ""}
        if (who.uscc and who.uscc != own.uscc) or (not who.uscc and plain.folded(who.name) not in known):
            return faults.made("owner_foreign", column, kinds.of(self.job.kind).owner_key, who.uscc or who.name)
        return None

    def create_missing(self, rows: Iterable[ImportRow]) -> None:
        """Make an unverified organisation of the city for each name that nobody is known by, each with a log row."""
        missing = {self._named[id(row)].key: self._named[id(row)] for row in rows if self.find(row) is None}
        made = Organisation.objects.bulk_create([self._new(who) for who in missing.values()])
        for organisation in made:
            self._remember(organisation)
        data = {"list": self.job.public_id}
        Event.objects.bulk_create(
            [event(by=self.job.by, verb="organisation.listed", subject=o, after="unverified", **data) for o in made]
        )

    def _new(self, who: Named) -> Organisation:
        city = regions.city_of(who.place) if who.place else self.job.city
        return Organisation(name=who.name, uscc=who.uscc or None, kind=who.kind, city=city, region=who.place)


def _column(kind: str) -> str:
    key = kinds.of(kind).owner_key
    return next(e.name_zh for e in plain.entries("header") if e.data["kind"] == kind and e.data["key"] == key)
