"""Building what people search in: on each machine, whenever the lists have changed."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max

from listings import kinds
from listings.models import Visibility
from listings.states import State
from matching import finding, intake
from matching.engine import store
from matching.engine.finding import Document
from matching.engine.shelf import write

SHOWN = (State.PUBLISHED, State.PAUSED, State.CLOSED)
AT_ONCE = 2000
KEPT = 2
# a build may take at most this share of one processor
REST = 5


def build_due() -> bool:
    """Build the folder anew when the lists have changed since, and the last build is long enough ago; returns whether it did."""
    with _alone() as mine:
        if not mine:
            return False
        mark, (last, began, ended) = _mark(), _last()
        if last == mark or time.time() - ended < REST * (ended - began):
            return False
        build(mark)
        return True


def build(mark: dict[str, list[str]]) -> None:
    """Read all that is shown, measure it, and put the folder beside the older ones."""
    began, since = time.time(), _now()
    texts: list[str] = []
    documents = {kind.code: list(_documents(kind.code, texts)) for kind in kinds.every()}
    about = {"since": since.isoformat(), "mark": mark, "began": began}
    write(finding.root() / f"{time.time_ns():020d}", documents, texts, intake.concepts(), about)
    _tidy()


def _documents(kind: str, open_texts: list[str]) -> Iterator[Document]:
    """The newest first; what everybody may read goes to `open_texts` too."""
    model = kinds.of(kind).model
    rows = model.objects.filter(state__in=SHOWN).order_by("-published_at", "-pk")
    columns = ("pk", "visibility", "number", "owner__name", "technologies", *model.SEARCHED)  # type: ignore[attr-defined]
    for key, visibility, number, owner, technologies, title, *rest in rows.values_list(*columns).iterator(AT_ONCE):
        text = "\n".join([number, owner, " ".join(technologies), *rest])
        if visibility == Visibility.PUBLIC:
            open_texts.append(f"{title}\n{text}")
        yield Document(key, title, text)


def _mark() -> dict[str, list[str]]:
    """What changes whenever a listing does."""
    found = {}
    for kind in kinds.every():
        rows = kind.model._default_manager.filter(state__in=SHOWN)
        found[kind.code] = [str(value) for value in rows.aggregate(n=Count("pk"), at=Max("updated_at")).values()]
    return found


def _last() -> tuple[dict[str, list[str]], float, float]:
    """The mark of the newest folder, and when its build began and ended."""
    place = finding.root() / finding.newest()
    try:
        about = store.about(place)
        return about["mark"], about["began"], place.stat().st_mtime
    except (store.Torn, OSError):
        return {}, 0.0, 0.0


def _now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _tidy() -> None:
    """Remove what nobody opens any more; who has its files mapped keeps them."""
    older = sorted(finding.names())[:-KEPT]
    for name in [
        *older,
        *(entry.name for entry in finding.root().iterdir() if entry.name.startswith(".") and entry.is_dir()),
    ]:
        shutil.rmtree(finding.root() / name, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this process is the only one of this machine that builds; the kernel takes the lock back from a killed one."""
    finding.root().mkdir(parents=True, exist_ok=True)
    lock = os.open(finding.root() / ".building", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(lock)
