"""A stack of its own for measuring: database, broker, workers and a city made of the sample city's sentences.

with stack() as here:            # servers that end with the block; Django is set up on them
    here.fill(1400, 10000)
    here.worker("bulk", 2); here.beat()
"""

import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from runtime import throwaway
from runtime.parts import Part
from runtime.places import ROOT
from runtime.supervisor import WORKER

CITY = "990100"
OF_ONE_OWNER = 4
BATCH = 2000
SECTIONS = {
    "opportunity": ("opportunities", ("summary", "need", "deliverables")),
    "capability": ("capabilities", ("summary", "scenes", "cases")),
}


@dataclass
class Stack:
    """Servers, and the processes that were started on them."""

    folder: Path
    environment: dict[str, str]
    parts: list[Part] = field(default_factory=list)

    def fill(self, needs: int, offers: int) -> None:
        """Publish so many opportunities and capabilities, shuffled from the sample city's; the same ones each time."""
        from codelists import services as codelists

        codelists.load()
        chance = random.Random(1)
        _publish("opportunity", shuffled(chance, "opportunity", needs))
        _publish("capability", shuffled(chance, "capability", offers))

    def worker(self, queues: str, processes: int) -> Part:
        """A Celery worker that is ready."""
        options = ["-Q", queues, "-n", f"{queues}{len(self.parts)}@%h", "--concurrency", str(processes), *WORKER]
        part = self._start(f"worker-{len(self.parts)}", "worker", *options)
        part.await_ready(lambda: b" ready." in part.log.read_bytes(), 60)
        return part

    def beat(self) -> Part:
        """The beat, as on the running stack."""
        return self._start("beat", "beat", "-s", str(self.folder / "schedule"), "--pidfile=")

    def _start(self, name: str, *command: str) -> Part:
        arguments = [sys.executable, "-m", "celery", "-A", "scenemarket", *command]
        part = Part(name, arguments, self.folder / f"{name}.log", self.environment)
        part.start()
        self.parts.append(part)
        return part

    def end(self, *parts: Part) -> None:
        """End these processes, or all."""
        chosen = list(parts) or list(self.parts)
        for part in chosen:
            part.ask_to_stop()
        for part in chosen:
            part.wait(time.monotonic() + 5)
            self.parts.remove(part)


@contextmanager
def stack(**variables: str) -> Iterator[Stack]:
    """Start servers with an empty database, set Django up on them, and end all with the block. `variables` of the environment."""
    with throwaway.servers() as addresses, tempfile.TemporaryDirectory(prefix="scenemarket-bench-") as folder:
        here = {"DJANGO_SETTINGS_MODULE": "scenemarket.settings", "SECRET_KEY": secrets.token_hex(32)}
        here |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **addresses, **variables}
        os.environ.update(here)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        made = Stack(Path(folder), {**os.environ})
        try:
            yield made
        finally:
            made.end()


def shuffled(chance: random.Random, kind: str, n: int) -> Iterator[dict[str, Any]]:
    """Rows whose sections come from different rows of the sample's list."""
    from listings.sheets import open_table

    name, sections = SECTIONS[kind]
    with open_table(ROOT / f"sample/{name}.xlsx") as table:
        real = [row.values for row in table.rows()]
    for number in range(n):
        base, others = chance.choice(real), [chance.choice(real) for _ in sections]
        texts = {section: other.get(section) for section, other in zip(sections, others, strict=True)}
        yield {**base, **texts, "id": f"B-{number:06}", "title": f"{base['title']}（{number}）"}


def _publish(kind: str, rows: Iterator[Mapping[str, Any]]) -> None:
    from django.utils import timezone

    from accounts.models import Organisation
    from listings import kinds

    of_kind = kinds.of(kind)
    made = [of_kind.fields_from(dict(row)) for row in rows]
    agency = kind == "opportunity"
    owners = Organisation.objects.bulk_create(
        [
            Organisation(
                name=f"{'单位' if agency else '企业'}{n}", kind="agency" if agency else "firm", city=CITY, region="990101",
                verified_at=timezone.now(),
            )
            for n in range(len(made) // OF_ONE_OWNER + 1)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    day = timezone.now() - timedelta(days=1)
    said = {"city": CITY, "state": "published", "published_at": day, "updated_at": day}
    listings = [of_kind.model(owner=owners[n // OF_ONE_OWNER], **said, **fields) for n, fields in enumerate(made)]
    of_kind.model.objects.bulk_create(listings, batch_size=BATCH)


def clocked(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and its seconds."""
    began = time.perf_counter()
    found = work()
    return found, time.perf_counter() - began
