"""From the uploaded file to rows that a person can look at: read, checked, nothing taken over yet."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils import timezone

from codelists import plain
from codelists import services as codelists
from listings import faults, kinds
from listings.import_owners import Owners, named
from listings.models import ImportJob, ImportRow, ImportState, RowOutcome
from listings.sheets import Row, Table, columns, keys, open_table
from listings.sheets.reading import row_of
from listings.sheets.write import cell_text, official

CHUNK = 500
# a running number says where a row stands in its list, not which listing of the city it is
_RUNNING = re.compile(r"\d{1,5}")


def read(job: ImportJob) -> None:
    """Read the file of `job` into ImportRows and end in the preview, or in a refusal of the whole file.

    Raises Unreadable for a damaged file and LeaseLost when another worker took over. Begins afresh when repeated.
    """
    codelists.teach_readers()
    with transaction.atomic():
        job.rows.all().delete()
        job.renew(handled=0, faulty=0)
    if not job.file.name or not job.file.storage.exists(job.file.name):
        return refuse(job, faults.refusal("file_gone"))
    with job.file.open("rb") as file, open_table(file, name=job.file_name) as table:
        if table.kind != job.kind:
            return refuse(job, faults.refusal("other_kind", name=job.file_name))
        handled, faulty = _read_rows(job, table)
    if not handled:
        return refuse(job, faults.refusal("no_rows", name=job.file_name))
    with transaction.atomic():
        job.finish(
            state=ImportState.PREVIEW, total=handled, handled=handled, faulty=faulty,
            columns=_recognised(table), unknown_columns=table.unknown,
        )  # fmt: skip


def refuse(job: ImportJob, refusal: str) -> None:
    """End the import: nothing of the file can be taken over."""
    with transaction.atomic():
        job.rows.all().delete()
        job.finish(state=ImportState.FAILED, refusal=refusal)


def _recognised(table: Table) -> list[dict[str, str]]:
    """The columns of all sheets that were recognised, once each, with the names of the official ones."""
    found = {c.key: c.header for sheet in table.sheets for c in sheet.columns if c.key}
    return [{"key": key, "header": found[key], "name": columns(table.kind)[key].name} for key in found]


def _read_rows(job: ImportJob, table: Table) -> tuple[int, int]:
    """Write all rows in chunks, each with its progress; returns how many there are and how many have faults."""
    given = _given(table)
    handled = faulty = 0
    for chunk in _chunks(table.rows()):
        rows = [_row(job, row, given) for row in chunk]
        check(job, rows)
        faulty += sum(row.outcome == RowOutcome.FAULTY for row in rows)
        handled += len(rows)
        with transaction.atomic():
            ImportRow.objects.bulk_create(rows)
            job.renew(handled=handled, total=handled, faulty=faulty)
    return handled, faulty


def _given(table: Table) -> set[str]:
    """The keys that the file's columns fill in; an empty cell under one of them says "unknown", a missing column nothing."""
    found = {c.key for sheet in table.sheets for c in sheet.columns if c.key}
    return {key for name in found for key in columns(table.kind)[name].keys()}  # noqa: SIM118


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _row(job: ImportJob, row: Row, given: set[str]) -> ImportRow:
    values = {key: plain_value(v) for key, v in row.values.items() if v is not None or key in given}
    return ImportRow(
        job=job, sheet=row.sheet[:100], number=row.number, identity=identity(job.kind, values),
        values=values, notes=row.notes, faults=[faults.kept(fault) for fault in row.faults],
    )  # fmt: skip


def plain_value(value: Any) -> Any:
    """A reader's value as JSON: amounts and days as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    return {key: plain_value(item) for key, item in value.items()} if isinstance(value, dict) else value


def own_number(values: dict[str, Any]) -> str:
    """The number by which a row is known in its city; "" when it has none or only a running number."""
    written = str(values.get("id") or "")
    return "" if _RUNNING.fullmatch(written) else written


def identity(kind: str, values: dict[str, Any]) -> str:
    """What makes a row the same listing when its list is uploaded again: its own number, else owner and title."""
    number = own_number(values)
    return number[:200] if number else f"{named(kind, values).key} {plain.folded(values.get('title') or '')}"[:200]


def check(job: ImportJob, rows: list[ImportRow]) -> None:
    """Add what only the platform can see to the rows' faults, and set their outcomes."""
    owners = Owners(job, rows)
    for row in rows:
        found = [*_lengths(job, row), owners.fault(row), _past(row)]
        row.faults = [*row.faults, *(fault for fault in found if fault)]
    _mark_repeated(job, rows)
    for row in rows:
        row.outcome = RowOutcome.FAULTY if any(map(faults.is_error, row.faults)) else RowOutcome.READY


def _lengths(job: ImportJob, row: ImportRow) -> Iterable[dict[str, Any]]:
    """Texts that are longer than the platform keeps."""
    kind = kinds.of(job.kind)
    fields = kind.fields_from(row.values)
    for column in columns(job.kind).values():
        name = next((n for n in (column.key, *ALIASES.get(column.key, ())) if n in fields), "")
        limit, longest = _limit(kind.model, name), _longest(fields.get(name))
        if limit and longest > limit:
            shown = cell_text(column, row.values)
            yield faults.made("cell_length", column.name, column.key, shown, limit=limit)


ALIASES = {"id": ("number",), "contact": ("contact_name",), "phone": ("contact_phone",), "titles": ("stated_titles",)}


def _limit(model: type[models.Model], name: str) -> int | None:
    if not name:
        return None
    field = model._meta.get_field(name)
    base = field.base_field if isinstance(field, ArrayField) else field
    return getattr(base, "max_length", None)


def _longest(value: Any) -> int:
    if isinstance(value, list):
        return max((len(item) for item in value if isinstance(item, str)), default=0)
    return len(value) if isinstance(value, str) else 0


def _past(row: ImportRow) -> dict[str, Any] | None:
    day = row.values.get("deadline")
    if day and date.fromisoformat(day) < timezone.localdate():
        return faults.made("deadline_past", "截止日期", "deadline", day, level="warning")
    return None


def _mark_repeated(job: ImportJob, rows: list[ImportRow]) -> None:
    """A listing without a number of its own that stands in the file twice; numbers are checked by the reader of lists."""
    wanted = [row.identity for row in rows]
    stored = job.rows.exclude(pk__in=[row.pk for row in rows if row.pk]).filter(identity__in=wanted)
    first = dict(stored.order_by("-pk").values_list("identity", "number"))
    for row in rows:
        seen = first.setdefault(row.identity, row.number)
        known = {fault["code"] for fault in row.faults}
        if seen != row.number and not known & {"duplicate", "required"}:
            row.faults.append(faults.made("repeated", "场景名称", "title", row.values.get("title"), row=seen))


def texts(job: ImportJob, row: ImportRow) -> dict[str, str]:
    """What a person sees and edits of a row: the text of each official column, as found where it could not be read."""
    found = {fault["key"]: fault["found"] for fault in row.faults if fault["found"] and fault["code"] != "cell_length"}
    written = {column.key: cell_text(column, row.values) for column in official(job.kind)}
    return {key: found.get(key) or text for key, text in written.items()}


def read_again(job: ImportJob, row: ImportRow, written: dict[str, str]) -> None:
    """Read a row anew from the texts that a person has put right; sets values, faults and outcome, saves nothing."""
    cells = [
        (column, column.name, "万元", written.get(column.key)) for column in official(job.kind) if column.key in written
    ]
    result = row_of(job.kind, row.sheet, row.number, cells, row.notes)
    given = {key for column, *_rest in cells for key in column.keys()}  # noqa: SIM118
    before = {key for key in row.values if key not in keys(job.kind) or key not in given}
    row.values = {key: row.values[key] for key in before} | {
        key: plain_value(v) for key, v in result.values.items() if key in given and (v is not None or key in row.values)
    }
    row.notes = result.notes
    row.identity = identity(job.kind, row.values)
    row.faults = [faults.kept(fault) for fault in result.faults]
    check(job, [row])
