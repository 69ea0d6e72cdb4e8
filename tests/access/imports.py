"""Imports: members of the organisation who may write, and the city's reviewers."""

from typing import Any

from listings.models import ImportJob, ImportRow, ImportState, RowOutcome
from tests.access.table import Row
from tests.factories import CITY


def job(request: Any, state: str = ImportState.PREVIEW, **values: Any) -> ImportJob:
    agency = request.getfixturevalue("cast").agency
    found = ImportJob.objects.create(
        kind="opportunity",
        city=CITY,
        organisation=agency,
        file_name="a.csv",
        state=state,
        total=1,
        digest="0" * 64,
        **values,
    )
    given = {"title": "夜间巡检", "owner": agency.name}
    ImportRow.objects.create(job=found, sheet="", number=2, values=given, outcome=RowOutcome.READY, identity="夜间巡检")
    return found


def own(request: Any) -> list[Any]:
    return [job(request).public_id]


def failed(request: Any) -> list[Any]:
    return [job(request, ImportState.FAILED, refusal='{"code": "set_aside", "params": {}}').public_id]


def row(request: Any) -> list[Any]:
    return [job(request).public_id, 2]


def kind(request: Any) -> list[Any]:
    return ["opportunity"]


MEMBERS = {"colleague": 404, "counterpart": 404, "stranger": 404, "nobody": 302}
ROWS = [
    Row("imports", nobody=302),
    Row("import-new", colleague=403, nobody=302),
    Row("import-new", "post", owner=422, colleague=403, counterpart=422, stranger=422, reviewer=422, nobody=302),
    Row("import-template", args=kind),
    Row("import", args=own, **MEMBERS),
    Row("import-progress", args=own, **MEMBERS),
    Row("import-row", args=row, **MEMBERS),
    Row("import-row", "post", args=row, data={"title": "夜间巡检二期"}, owner=302, reviewer=403, **MEMBERS),
    Row("import-confirm", "post", args=own, owner=302, reviewer=403, **MEMBERS),
    Row("import-drop", "post", args=own, owner=302, reviewer=403, **MEMBERS),
    Row("import-again", "post", args=failed, owner=302, reviewer=403, **MEMBERS),
]
