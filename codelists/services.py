"""Load the code lists from their fixtures, find codes by their words, and keep what people have edited."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from activity.services import record
from codelists import names, plain
from codelists.models import Code, List
from scenemarket.errors import Invalid

COMPARED = ("name_zh", "name_en", "parent", "synonyms", "valid_from", "valid_to", "order", "data")
EDITABLE = ("name_zh", "name_en", "synonyms", "valid_from", "valid_to")
_taught: dict[str, Any] = {"mark": None, "names": set()}


@transaction.atomic
def load() -> dict[str, int]:
    """Bring the table to what codelists/fixtures says, list by list; returns how many rows changed, by list.

    Rows that a person has edited are kept as they are, and nothing is ever deleted.
    """
    changed = {name: _load(name) for name in plain.lists()}
    names.forget()
    return changed


def _load(name: str) -> int:
    known = {row.code: row for row in Code.objects.of(name)}
    wanted = [_row(entry) for entry in plain.fixture(name)]
    changed = [row for row in wanted if _differs(row, known.get(row.code))]
    Code.objects.bulk_create(
        changed, 1000, update_conflicts=True, unique_fields=["list_name", "code"], update_fields=COMPARED
    )
    return len(changed)


def _row(entry: plain.Entry) -> Code:
    row = Code(list_name=entry.list, code=entry.code, parent=entry.parent or "", synonyms=list(entry.synonyms))
    row.name_zh, row.name_en, row.order, row.data = entry.name_zh, entry.name_en, entry.order, entry.data
    row.valid_from = date.fromisoformat(entry.valid_from) if entry.valid_from else None
    row.valid_to = date.fromisoformat(entry.valid_to) if entry.valid_to else None
    return row


def _differs(row: Code, known: Code | None) -> bool:
    if known is None:
        return True
    return known.edited_at is None and any(getattr(row, n) != getattr(known, n) for n in COMPARED)


def known(list_name: str, code: str) -> bool:
    """Whether `code` stands in the list and is valid today."""
    return Code.objects.of(list_name).valid().filter(code=code).exists()


def code_for(list_name: str, words: str) -> str | None:
    """The code that `words` names by any of its names or synonyms, or None."""
    found = plain.words(list_name).get(words)
    return found.code if found else None


def teach_readers() -> bool:
    """Let the list readers of this process know what people have edited; True when something was new to them."""
    edited = Code.objects.exclude(edited_at=None)
    mark = tuple(edited.aggregate(n=Count("pk"), last=Max("edited_at")).values())
    if mark == _taught["mark"]:
        return False
    names_now = set(edited.values_list("list_name", flat=True).distinct())
    for name in names_now:
        plain.use(name, tuple(_entry(row) for row in Code.objects.of(name)))
    for name in _taught["names"] - names_now:
        plain.use(name, plain.fixture(name))
    _taught.update(mark=mark, names=names_now)
    return True


def _entry(row: Code) -> plain.Entry:
    day = {name: value.isoformat() if (value := getattr(row, name)) else None for name in ("valid_from", "valid_to")}
    return plain.Entry(
        list=row.list_name, code=row.code, name_zh=row.name_zh, name_en=row.name_en, parent=row.parent or None,
        synonyms=tuple(row.synonyms), order=row.order, data=row.data, **day,
    )  # fmt: skip


@transaction.atomic
def add(*, by: Any, list_name: List, code: str, values: Mapping[str, Any]) -> Code:
    """Put a new code at the end of its list; raises Invalid when the code is taken. The caller has checked the right."""
    last = Code.objects.of(list_name).aggregate(last=Max("order"))["last"] or 0
    row, new = Code.objects.get_or_create(
        list_name=list_name, code=code, defaults={**values, "order": last + 10, "edited_at": Now()}
    )
    if not new:
        taken = _("The code “%(code)s” stands in this list already; nothing was changed. Edit that entry instead.")
        raise Invalid(taken % {"code": code}, faults={"code": [taken % {"code": code}]})
    record(by=by, verb="code.added", subject=row, after=row.name_zh)
    names.forget()
    return row


@transaction.atomic
def change(row: Code, *, by: Any, values: Mapping[str, Any]) -> Code:
    """Change names, synonyms or validity of a code, with a log row; the code itself stays. The caller has checked the right."""
    changed = {name: values[name] for name in EDITABLE if name in values and values[name] != getattr(row, name)}
    if not changed:
        return row
    before = row.name_zh
    Code.objects.filter(pk=row.pk).update(**changed, edited_at=Now())
    row.refresh_from_db()
    record(by=by, verb="code.changed", subject=row, before=before[:30], after=row.name_zh[:30], fields=sorted(changed))
    names.forget()
    return row
