"""From confirmed rows to listings, in chunks: each chunk is one transaction, so a crash repeats nothing and loses nothing."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Organisation
from activity.models import Event
from activity.services import event
from codelists import services as codelists
from listings import faults, kinds
from listings.import_numbers import Numbers
from listings.import_owners import Owners
from listings.import_reading import own_number
from listings.models import ImportJob, ImportRow, Listing, RowOutcome, Version
from listings.services import NEEDED
from listings.states import State

CHUNK = 250
_encoder = DjangoJSONEncoder()
_WRITTEN = (
    "number",
    "notes",
    "batch",
    "state",
    "version",
    "updated_at",
    "submitted_at",
    "published_at",
    "author",
    "approved_by",
)


@dataclass
class Work:
    """What one chunk is going to write."""

    created: list[Listing] = field(default_factory=list)
    changed: list[Listing] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def write(job: ImportJob) -> None:
    """Take over every row that is ready. Raises LeaseLost when another worker took over; a repeat goes on where it ended."""
    codelists.teach_readers()
    while rows := list(job.rows.filter(outcome=RowOutcome.READY).order_by("pk")[:CHUNK]):
        with transaction.atomic():
            outcomes = _write_chunk(job, rows)
            job.renew(
                created=F("created") + outcomes[RowOutcome.CREATED],
                changed=F("changed") + outcomes[RowOutcome.CHANGED],
                unchanged=F("unchanged") + outcomes[RowOutcome.UNCHANGED],
                faulty=F("faulty") + outcomes[RowOutcome.FAULTY],
            )


def _write_chunk(job: ImportJob, rows: list[ImportRow]) -> Counter[str]:
    # two imports for one city wait for each other here, so that neither makes what the other is making
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {job.kind} {job.city}"])
    owners, work = Owners(job, rows), Work()
    owners.create_missing(rows)
    numbers = Numbers(job, rows, owners)
    for row in rows:
        _take(job, row, owners, numbers, work)
        work.outcomes[row.outcome] += 1
    _save(job, work)
    _mark(rows)
    return work.outcomes


def _mark(rows: list[ImportRow]) -> None:
    """Write what became of the rows: one statement for the outcomes (bulk_update would take as long as the listings do)."""
    table = ImportRow._meta.db_table
    columns: list[Any] = [
        [row.pk for row in rows],
        [str(row.outcome) for row in rows],
        [row.listing_public_id for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET outcome = found.outcome, listing_public_id = found.listing "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS found (id, outcome, listing) "
            f"WHERE {table}.id = found.id",
            columns,
        )
    refused = [row for row in rows if row.outcome == RowOutcome.FAULTY]
    ImportRow.objects.bulk_update(refused, ["faults"])


def _take(job: ImportJob, row: ImportRow, owners: Owners, numbers: Numbers, work: Work) -> None:
    """Decide what becomes of one row: new, changed, unchanged, or a fault that only shows now."""
    owner = owners.find(row)
    fault = owners.fault(row) if owner else None
    if owner is None or fault:
        return _refuse(row, fault or faults.made("owner_missing", "", kinds.of(job.kind).owner_key, ""))
    listing = numbers.listing_of(row)
    if listing is None:
        return _create(job, row, owner, numbers, work)
    if listing.owner_id != owner.pk:
        return _refuse(row, _not_theirs(job, row, listing))
    row.listing_public_id = listing.public_id
    values = _fields(job, row)
    values.pop("number", None)
    notes = listing.notes | values.pop("notes")
    differs = [name for name, value in values.items() if getattr(listing, name) != value]
    if not differs and notes == listing.notes and not _waits_for(job, listing):
        row.outcome = RowOutcome.UNCHANGED
    elif not _may_change(job, listing):
        _refuse(row, faults.made("not_editable", "", "title", listing.title, state=listing.state))
    else:
        _change(job, row, listing, {name: values[name] for name in differs} | {"notes": notes}, work)


def _refuse(row: ImportRow, fault: dict[str, Any]) -> None:
    row.faults = [*row.faults, fault]
    row.outcome = RowOutcome.FAULTY


def _not_theirs(job: ImportJob, row: ImportRow, listing: Listing) -> dict[str, Any]:
    number = own_number(row.values)
    if job.organisation_id:
        return faults.made("number_taken", "编号", "id", number)
    return faults.made("owner_other", "编号", "id", number, owner=listing.owner.name, number=number)


def _fields(job: ImportJob, row: ImportRow) -> dict[str, Any]:
    """The model fields of a row, with its unknown columns among the notes."""
    values = kinds.of(job.kind).fields_from(row.values)
    values["notes"] = {**row.notes, **values.get("notes", {})}
    return values


def _create(job: ImportJob, row: ImportRow, owner: Organisation, numbers: Numbers, work: Work) -> None:
    values = _fields(job, row)
    values["number"] = numbers.number_for(row)
    listing = kinds.of(job.kind).model(owner=owner, city=job.city, batch=job.batch, **values)
    _enter(job, listing)
    numbers.remember(row, listing)
    work.created.append(listing)
    work.events.append(_event(job, listing, "listing.imported", before=""))
    row.outcome, row.listing_public_id = RowOutcome.CREATED, listing.public_id


def _enter(job: ImportJob, listing: Listing) -> None:
    """Give a listing the state, author and times that its import brings: published by a reviewer, else submitted."""
    now = timezone.now()
    if job.organisation_id:
        listing.author = job.by
        listing.state = State.SUBMITTED if all(getattr(listing, name) for name in NEEDED) else State.DRAFT
    else:
        # an official list has no author here: its owner wrote it, and a reviewer answers for it (docs/decisions/0020)
        own = job.by is not None and listing.owner_id in job.by.organisation_ids
        listing.state = State.PUBLISHED if job.publish and not own else State.SUBMITTED
    listing.submitted_at = now if listing.state != State.DRAFT else None
    if listing.state == State.PUBLISHED:
        listing.approved_by, listing.published_at = job.by, now
    listing.updated_at = now


def _waits_for(job: ImportJob, listing: Listing) -> bool:
    """Whether this import would bring an unchanged listing further: an official list, now to be published."""
    return job.publish and listing.state == State.SUBMITTED and listing.author_id is None


def _may_change(job: ImportJob, listing: Listing) -> bool:
    if listing.state == State.PUBLISHED:
        return True
    if job.organisation_id:
        return listing.state in (State.DRAFT, State.RETURNED)
    return listing.state == State.SUBMITTED and listing.author_id is None


def _change(job: ImportJob, row: ImportRow, listing: Listing, values: dict[str, Any], work: Work) -> None:
    before = listing.state
    for name, value in values.items():
        setattr(listing, name, value)
    if before == State.PUBLISHED:
        listing.version += any(name in listing.CONTENT and name not in listing.QUIET for name in values)
        listing.updated_at = timezone.now()
    else:
        _enter(job, listing)
    if job.batch_id and listing.batch_id is None:
        listing.batch = job.batch
    verb = "listing.revised" if before == listing.state else "listing.imported"
    fields = sorted(name for name in values if name in listing.CONTENT)
    work.changed.append(listing)
    work.events.append(_event(job, listing, verb, before=before, fields=fields))
    row.outcome = RowOutcome.CHANGED


def _event(job: ImportJob, listing: Listing, verb: str, before: str, **data: Any) -> Event:
    return event(by=job.by, verb=verb, subject=listing, before=before, after=listing.state, list=job.public_id, **data)


def _save(job: ImportJob, work: Work) -> None:
    model = kinds.of(job.kind).model
    model._default_manager.bulk_create(work.created, 500)
    names = [n.removesuffix("_id") for n in model.CONTENT]
    model._default_manager.bulk_update(work.changed, [*names, *_WRITTEN], 200)
    Version.objects.bulk_create(
        [_version(job, listing) for listing in (*work.created, *work.changed)], 500,
        update_conflicts=True, unique_fields=["kind", "listing_id", "number"], update_fields=["content", "by"],
    )  # fmt: skip
    Event.objects.bulk_create(work.events, 500)


def _version(job: ImportJob, listing: Listing) -> Version:
    content = json.loads(_encoder.encode(listing.content()))
    # an official list is not the reviewer's own writing
    by = job.by if job.organisation_id else None
    return Version(kind=job.kind, listing_id=listing.pk, number=listing.version, content=content, by=by)


def taken(job: ImportJob) -> Counter[tuple[str, int]]:
    """How many listings this import created or changed, by their state now and the key of their owner."""
    done = job.rows.filter(outcome__in=[RowOutcome.CREATED, RowOutcome.CHANGED])
    ids = list(done.values_list("listing_public_id", flat=True))
    rows = kinds.of(job.kind).model._default_manager
    found: Counter[tuple[str, int]] = Counter()
    # by lists of keys and not by a subquery: straight after a big import the database guesses its size badly
    for start in range(0, len(ids), 1000):
        found.update(rows.filter(public_id__in=ids[start : start + 1000]).values_list("state", "owner"))
    return found
