"""What the pages of an import show, put together for the templates."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import can
from accounts.roles import May
from listings import faults, imports, kinds
from listings.import_reading import texts
from listings.models import ImportJob, ImportRow, ImportState, RowOutcome
from listings.register_forms import RowForm
from listings.sheets.columns import columns

TONES = {RowOutcome.READY: "ok", RowOutcome.FAULTY: "bad", RowOutcome.CREATED: "ok", RowOutcome.CHANGED: "acc"}
FIXABLE = (RowOutcome.READY, RowOutcome.FAULTY)


def crumbs(*last: str) -> list[tuple[str, str]]:
    rows = [(_("Imports"), reverse("imports")), *((label, "") for label in last)]
    return rows if last else [(rows[0][0], "")]


def row_crumbs(job: ImportJob, row: ImportRow) -> list[tuple[str, str]]:
    here = _("Row %(n)s") % {"n": row.number}
    return [(_("Imports"), reverse("imports")), (job.file_name, reverse("import", args=[job.public_id])), (here, "")]


def state(user: Any, job: ImportJob) -> dict[str, Any]:
    """How far the import is, what it says, and what this person may do with it."""
    outcomes = {"created": job.created, "changed": job.changed, "unchanged": job.unchanged, "faulty": job.faulty}
    may = (
        can(user, May.IMPORT, organisation=job.organisation)
        if job.organisation
        else can(user, May.IMPORT, city=job.city)
    )
    ready = job.state in (ImportState.PREVIEW, ImportState.DONE) and job.rows.filter(outcome=RowOutcome.READY).count()
    return {
        "at_work": job.state in imports.WORKING,
        "outcomes": outcomes,
        "refusal": faults.refused(job.refusal),
        "ready": ready or 0,
        "may": may,
        "fixable": may and job.state in (ImportState.PREVIEW, ImportState.DONE),
        **imports.progress(job),
    }


def shown(job: ImportJob) -> list[dict[str, str]]:
    """The columns of the preview table: title, owner, and what the file brings besides, five in all."""
    wanted = [
        "title",
        kinds.of(job.kind).owner_key,
        "field",
        "region",
        "firm_city",
        "deadline",
        "trl",
        "budget",
        "price",
    ]
    given = {column["key"] for column in job.columns} | {"title"}
    keys = [key for key in wanted if key in given][:5]
    return [{"key": key, "name": columns(job.kind)[key].name} for key in keys]


def line(job: ImportJob, row: ImportRow) -> dict[str, Any]:
    """One row of the preview: its cells, and each fault in words."""
    written = texts(job, row)
    said = [{"sentence": faults.sentence(row.sheet, row.number, f), "error": faults.is_error(f)} for f in row.faults]
    faulty = {fault["key"] for fault in row.faults if faults.is_error(fault)}
    return {
        "row": row,
        "cells": [
            {**column, "text": written.get(column["key"], ""), "bad": column["key"] in faulty} for column in shown(job)
        ],
        "faults": said,
        "tone": TONES.get(RowOutcome(row.outcome), ""),
        "word": row.get_outcome_display(),
        "url": _row_url(job, row) if row.outcome in FIXABLE else "",
        "listing": reverse(job.kind, args=[row.listing_public_id]) if row.listing_public_id else "",
    }


def _row_url(job: ImportJob, row: ImportRow) -> str:
    return f"{reverse('import-row', args=[job.public_id, row.number])}?{urlencode({'sheet': row.sheet})}"


def back(job: ImportJob, row: ImportRow) -> str:
    """The preview, with the rest of the faults when there are any."""
    faulty = job.rows.filter(outcome=RowOutcome.FAULTY).exists()
    return reverse("import", args=[job.public_id]) + ("?show=faulty" if faulty else "")


def expected(row: ImportRow) -> dict[str, str]:
    """What each faulty cell should hold, by column."""
    return {f["key"]: _("Expected: %(what)s") % {"what": faults.expected(f)} for f in row.faults if f["key"]}


def mark(form: RowForm, row: ImportRow) -> None:
    """Put the faults that are left at the fields of the form."""
    for fault in row.faults:
        if faults.is_error(fault):
            form.add_error(fault["key"] if fault["key"] in form.fields else None, faults.expected(fault))
