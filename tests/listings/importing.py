"""Lists as files, and the way in without a worker, for the tests of imports."""

import io
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import User
from listings import imports
from listings.models import ImportJob, Kind
from listings.sheets import write_csv

NEED = {
    "id": "HC-2026-09-001", "title": "夜间渗漏巡检", "summary": "管网老旧，夜里漏水多，人工听漏慢。", "need": "不停水定位漏点。",
    "field": "city", "owner": "湖城市水务局", "budget_min_wan": 100, "budget_max_wan": 300, "region": "湖城市东湖区",
    "cooperation_mode": ["pilot"], "technologies": ["声学检测", "管道机器人"], "contact": "王工", "phone": "0000-111",
}  # fmt: skip


def need(**changes: Any) -> dict[str, Any]:
    return {**NEED, **changes}


def csv_file(rows: list[dict[str, Any]], kind: str = Kind.OPPORTUNITY, name: str = "清单.csv") -> ContentFile:
    target = io.BytesIO()
    write_csv(target, kind, rows)
    return ContentFile(target.getvalue(), name=name)


def uploaded(by: User, rows: list[dict[str, Any]], *, kind: str = Kind.OPPORTUNITY, **options: Any) -> ImportJob:
    """Upload rows as a file and read it: the import ends in its preview."""
    options.setdefault("city", "990100")
    job = imports.upload(by=by, kind=kind, file=csv_file(rows, kind), **options)
    imports.work()
    job.refresh_from_db()
    return job


def taken(by: User, rows: list[dict[str, Any]], **options: Any) -> ImportJob:
    """Upload, confirm and write."""
    job = uploaded(by, rows, **options)
    imports.confirm(job, by=by)
    imports.work()
    job.refresh_from_db()
    return job
