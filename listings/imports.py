"""Lists on their way in: upload, work by lease, put right, confirm, drop. Pages, tasks and commands are doors to these."""

import hashlib
import re
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.permissions import can, check_can
from accounts.roles import May
from accounts.services import members_with, reviewers
from activity.services import record, tell
from listings import faults, import_reading, import_writing
from listings.models import Batch, ImportJob, ImportRow, ImportState, RowOutcome
from listings.sheets import Unreadable
from listings.states import State
from scenemarket.errors import Invalid, WrongState
from scenemarket.leases import WorkState

ENDINGS = (".xlsx", ".csv", ".jsonl")
WORKING = (ImportState.READING, ImportState.WRITING)
_BATCH = re.compile(r"(20\d\d)\s*年?.*?第\s*([一二三四五六七八九十\d]{1,3})\s*批")
_ORDINALS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


@transaction.atomic
def upload(
    *, by: User, kind: str, file: "File[bytes]", city: str, organisation: Organisation | None = None,
    batch: Batch | None = None, batch_name: str = "", publish: bool = False,
) -> ImportJob:  # fmt: skip
    """Keep an uploaded list and queue its reading. With `organisation` its rows are that organisation's own; without, the city's.

    Raises NotAllowed, and Invalid for a file that is too large, empty or not of a kind that can be read.
    """
    _check_may(by, organisation, city, publish=publish)
    name = _check_file(file)
    job = ImportJob(
        kind=kind, city=city, organisation=organisation, batch=batch, batch_name=batch_name.strip(), publish=publish,
        file_name=name, digest=_digest(file), by=by,
    )  # fmt: skip
    # the name on disk is ours: nothing that a person typed reaches the file system
    job.file.save(f"{job.public_id}{PurePath(name).suffix.lower()}", file, save=False)
    job.save()
    record(by=by, verb="import.uploaded", subject=job, after=ImportState.READING, kind=kind)
    return job


def _check_may(by: User, organisation: Organisation | None, city: str, *, publish: bool) -> None:
    if organisation is not None:
        check_can(by, May.IMPORT, organisation=organisation)
    else:
        check_can(by, May.IMPORT, city=city)
    if publish:
        check_can(by, May.REVIEW_LISTINGS, city=city)


def _check_file(file: "File[bytes]") -> str:
    """The file's own name, without folders, when it may be read at all."""
    name = PurePath((file.name or "list").replace("\\", "/")).name[-200:]
    if not name.lower().endswith(ENDINGS):
        _refuse_file(_("“%(name)s” was not kept: lists are read from .xlsx, .csv and .jsonl.") % {"name": name})
    if file.size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 2**20
        _refuse_file(
            _("“%(name)s” was not kept: it is larger than %(n)s MB. Split the list.") % {"name": name, "n": limit}
        )
    if not file.size:
        _refuse_file(_("“%(name)s” was not kept: it is empty.") % {"name": name})
    return name


def _refuse_file(sentence: Any) -> None:
    raise Invalid(sentence, faults={"file": [sentence]})


def _digest(file: "File[bytes]") -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    return found.hexdigest()


def work(limit: int = 1) -> int:
    """Claim imports that wait, by lease, and read or write them; returns how many were begun. Safe to run anywhere, at any time."""
    jobs = ImportJob.objects.filter(state__in=WORKING).claim(limit)
    _set_aside()
    for job in jobs:
        work_on(job)
    return len(jobs)


def work_on(job: ImportJob) -> None:
    """Do the claimed work of one import to its end."""
    if job.state == ImportState.WRITING:
        import_writing.write(job)
        with transaction.atomic():
            job.finish(state=ImportState.DONE)
            _tell(job)
        return
    try:
        import_reading.read(job)
    except Unreadable as error:
        import_reading.refuse(job, faults.unreadable(error))


def waiting() -> bool:
    """Whether any import waits for a worker."""
    return ImportJob.objects.filter(state__in=WORKING).free().exists()


def _set_aside() -> None:
    """Imports whose work was begun too often end as failed, with a sentence; what was written stays."""
    dead = ImportJob.objects.filter(state__in=WORKING, work_state=WorkState.DEAD)
    dead.update(state=ImportState.FAILED, refusal=faults.refusal("set_aside"))


@transaction.atomic
def put_right(row: ImportRow, *, by: User, texts: dict[str, str]) -> ImportRow:
    """Read one row anew from the texts of its official columns, as a person has put them right; raises WrongState."""
    job = ImportJob.objects.select_for_update().get(pk=row.job_id)
    _check_may(by, job.organisation, job.city, publish=False)
    if job.state not in (ImportState.PREVIEW, ImportState.DONE) or row.outcome not in (
        RowOutcome.READY,
        RowOutcome.FAULTY,
    ):
        raise WrongState(
            _("This row cannot be changed any more; what was read is kept. Reload to see where the import stands.")
        )
    import_reading.read_again(job, row, texts)
    row.save()
    ImportJob.objects.filter(pk=job.pk).update(faulty=job.rows.filter(outcome=RowOutcome.FAULTY).count())
    return row


@transaction.atomic
def confirm(job: ImportJob, *, by: User) -> ImportJob:
    """Queue the writing of all rows without a fault. Raises WrongState when there are none, or somebody was faster."""
    if not job.rows.filter(outcome=RowOutcome.READY).exists():
        raise WrongState(_("No row is ready to be taken over; put at least one right first. Nothing was changed."))
    batch = _batch(job)
    _move(
        job, (ImportState.PREVIEW, ImportState.DONE, ImportState.FAILED), ImportState.WRITING, by, "import.confirmed",
        work_state=WorkState.QUEUED, attempts=0, available_at=Now(), lease_until=None, batch=batch, refusal="",
    )  # fmt: skip
    return job


@transaction.atomic
def drop(job: ImportJob, *, by: User) -> ImportJob:
    """Give an import up: its rows and its file go, what it has written already stays. Raises WrongState while it works."""
    _move(job, (ImportState.PREVIEW, ImportState.FAILED), ImportState.DROPPED, by, "import.dropped", total=0, faulty=0)
    job.rows.all().delete()
    transaction.on_commit(lambda: job.file.delete(save=False))
    return job


@transaction.atomic
def read_anew(job: ImportJob, *, by: User) -> ImportJob:
    """Try once more to read a file that was set aside."""
    _move(
        job, (ImportState.FAILED,), ImportState.READING, by, "import.repeated",
        work_state=WorkState.QUEUED, attempts=0, available_at=Now(), lease_until=None, refusal="",
    )  # fmt: skip
    return job


def _move(job: ImportJob, sources: tuple[str, ...], target: str, by: User, verb: str, **values: Any) -> None:
    _check_may(by, job.organisation, job.city, publish=False)
    before = job.state
    if ImportJob.objects.filter(pk=job.pk, state__in=sources).update(state=target, **values) != 1:
        raise WrongState(_("This import has moved on meanwhile; nothing was changed. Reload to see where it stands."))
    job.refresh_from_db()
    record(by=by, verb=verb, subject=job, before=before, after=target)


def _batch(job: ImportJob) -> Batch | None:
    """The batch of an import: the chosen one, or the one of the given name, made now."""
    if job.batch_id or not job.batch_name or job.organisation_id:
        return job.batch
    batch = Batch.objects.filter(kind=job.kind, city=job.city, name=job.batch_name).first()
    if batch is None:
        day = timezone.localdate() if job.publish else None
        batch = Batch.objects.create(
            kind=job.kind,
            city=job.city,
            name=job.batch_name,
            code=batch_code(job.kind, job.city, job.batch_name),
            published_on=day,
        )
        record(by=job.by, verb="batch.created", subject=batch, after=batch.code)
    return batch


def batch_code(kind: str, city: str, name: str) -> str:
    """A short free code for a batch: 2026-01 for "2026年第一批…", else the day."""
    found = _BATCH.search(name)
    code = f"{found[1]}-{_ordinal(found[2]):02d}" if found else timezone.localdate().strftime("%Y-%m%d")
    taken = set(Batch.objects.filter(kind=kind, city=city, code__startswith=code).values_list("code", flat=True))
    return next(c for c in (code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))) if c not in taken)


def _ordinal(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _ten, ones = text.rpartition("十")
    return (10 * _ORDINALS.get(tens, 1) if _ten else 0) + _ORDINALS.get(ones, 0)


def _tell(job: ImportJob) -> None:
    """Once per (person, import): reviewers that listings wait, and members whose listings a reviewer has brought in."""
    job.refresh_from_db()
    taken = import_writing.taken(job)
    waits = sum(n for (state, _owner), n in taken.items() if state == State.SUBMITTED)
    if waits:
        people = [p for p in reviewers(job.city) if p.pk != job.by_id]
        params = {"n": waits, "name": job.file_name}
        tell(
            people,
            kind="import.submitted",
            key=f"import:{job.public_id}",
            path=reverse("listing-review"),
            params=params,
        )
    if not job.organisation_id and job.publish:
        _tell_owners(job, {owner: n for (state, owner), n in taken.items() if state == State.PUBLISHED})


def _tell_owners(job: ImportJob, counts: dict[int, int]) -> None:
    with_people = Organisation.objects.filter(pk__in=list(counts), memberships__isnull=False).distinct()
    for owner in with_people:
        params = {"n": counts[owner.pk], "name": str(job.batch or job.file_name)}
        key = f"import:{job.public_id}:{owner.public_id}"
        tell(
            members_with(owner, May.WRITE), kind="import.published", key=key, path=reverse("my-listings"), params=params
        )


def cities_of(user: User) -> list[str]:
    """The cities whose official lists this person may bring in."""
    return [city for city in user.cities if can(user, May.IMPORT, city=city)]


def organisations_of(user: User) -> list[Organisation]:
    """The organisations for which this person may bring in listings."""
    return [m.organisation for m in user.memberships_now if May.IMPORT in m.permissions]


def visible(user: User) -> Any:
    """Imports that this person may look at: of the own organisations, and of the cities they review."""
    mine = [organisation.pk for organisation in organisations_of(user)]
    rows = ImportJob.objects.select_related("organisation", "batch", "by")
    return (rows.filter(organisation__in=mine) | rows.filter(city__in=cities_of(user))).order_by("-pk")


def progress(job: ImportJob) -> dict[str, int]:
    """How far the present work is: done and total rows."""
    if job.state == ImportState.READING:
        return {"done": job.handled, "total": job.total}
    done = job.created + job.changed + job.unchanged
    return {"done": done, "total": max(job.total - job.faulty, done)}
