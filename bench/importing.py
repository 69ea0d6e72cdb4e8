"""How long 10,000 rows take from the uploaded .xlsx to published listings, and how much memory: `manage.py shell < …` is not
needed, run `python bench/importing.py [rows]` with DATABASE_URL set. The database is left as it was.

Limits that the project keeps: 60 seconds and 300 MB (peak, the whole process).
"""

import io
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" + "0" * 40)

import django

SECONDS, MEGABYTES, CITY = 60, 300, "990100"
TEXT = "管网老旧、夜间漏损高，人工听漏效率低，需要在不停水条件下定位漏点并给出渗漏等级，结果写回管网系统。"


def rows(n: int) -> Iterator[dict[str, Any]]:
    """Rows as long as those of real lists."""
    for i in range(n):
        yield {
            "id": f"BENCH-{i:05d}", "title": f"第 {i} 号泵站夜间巡检与渗漏定位", "summary": TEXT * 4, "need": TEXT * 3,
            "field": "city", "scene_type": "focused", "sector": "水的生产和供应业", "owner": f"湖城市第{i % 200}水务所",
            "technologies": ["声学检测", "管道机器人", f"技术{i % 300}"], "region": "湖城市东湖区文昌街道",
            "cooperation_mode": ["pilot"], "budget_min_wan": i % 500, "budget_max_wan": i % 500 + 100, "min_trl": 7,
            "required_titles": ["高新技术企业"], "service_region_required": "local", "deliverables": TEXT,
            "contact": "王工", "phone": "0000-1234567",
        }  # fmt: skip


def measure(n: int) -> tuple[float, float, float]:
    """Seconds for reading and for writing, and the peak of memory in MB of a process that did both."""
    from django.core.files.base import ContentFile

    from accounts.models import User
    from accounts.roles import Office
    from codelists import services as codelists
    from listings import imports
    from listings.models import ImportState
    from listings.sheets import write_xlsx

    codelists.load()
    target = io.BytesIO()
    write_xlsx(target, "opportunity", rows(n))
    by = User.objects.create(email="bench@city.example", name="bench")
    by.appointments.create(office=Office.REVIEWER, city=CITY)
    file = ContentFile(target.getvalue(), name="bench.xlsx")
    job = imports.upload(by=by, kind="opportunity", file=file, city=CITY, batch_name="bench", publish=True)
    del target, file
    began = time.perf_counter()
    imports.work()
    read = time.perf_counter() - began
    job.refresh_from_db()
    imports.confirm(job, by=by)
    began = time.perf_counter()
    imports.work()
    wrote = time.perf_counter() - began
    job.refresh_from_db()
    assert (job.state, job.created, job.faulty) == (ImportState.DONE, n, 0), (
        job.state,
        job.refusal,
        job.created,
        job.faulty,
    )
    return read, wrote, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    django.setup()
    from django.conf import settings
    from django.db import transaction

    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with TemporaryDirectory() as folder, transaction.atomic():
        settings.MEDIA_ROOT = folder
        read, wrote, memory = measure(n)
        transaction.set_rollback(True)
    print(f"{n} rows: read {read:.1f} s, written {wrote:.1f} s, {memory:.0f} MB at most")
    return 0 if read + wrote <= SECONDS and memory <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
