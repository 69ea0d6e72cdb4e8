"""How long it takes from publishing a listing to the suggestion in the other side's review queue, step by step, on the real stack.

    ./market bench publishing [--offers 10000] [--needs 1400] [--times 30] [--provider local|none]

A web process's part (approve, and the page of the queue) is done here; a beat, a worker for each queue as ./market starts
them, the broker and the database are those of the running stack. Opportunities and capabilities are published in turn. Each
speaks of what one listing of the other side speaks of, so that there is something to suggest. With a model, the vectors of the listings that are there before are made up (unit vectors by chance), those of the published
listings are real. Wanted: p95 of the whole at most 3 seconds.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.stack import CITY, Stack, stack

WANTED = 3.0
STEPS = ("publish", "told", "vectors", "queued", "claimed", "scored", "visible", "page")


def main() -> int:
    """Measure and print; 1 when it takes too long."""
    parser = argparse.ArgumentParser(prog="market bench publishing", description=__doc__.split("\n")[0])
    for name, default in (("--offers", 10_000), ("--needs", 1400), ("--times", 30)):
        parser.add_argument(name, type=int, default=default)
    parser.add_argument("--provider", choices=["local", "none"], default="local")
    asked = parser.parse_args()
    with stack(EMBEDDING_PROVIDER=asked.provider, ALLOWED_HOSTS="testserver") as here:
        here.fill(asked.needs, asked.offers)
        if asked.provider == "local":
            make_up_vectors()
        run = first_run(here)
        people = reviewers()
        publish(people, -1)  # the model is loaded, the snapshot is opened
        publish(people, -2)
        found = [publish(people, number) for number in range(asked.times)]
    print(
        f"{asked.needs} × {asked.offers}, model {run.model_id}, {asked.times} listings, load {os.getloadavg()[0]:.1f}"
    )
    return told(found)


def told(found: list[list[float]]) -> int:
    """Print each step's p50 and p95 in milliseconds."""
    print(f"{'':10}{'p50':>9}{'p95':>9}")
    for name, times in zip((*STEPS, "whole"), zip(*found, strict=True), strict=True):
        print(f"{name:10}{np.percentile(times, 50) * 1e3:6.0f} ms{np.percentile(times, 95) * 1e3:6.0f} ms")
    return 0 if np.percentile([each[-1] for each in found], 95) <= WANTED else 1


def make_up_vectors() -> None:
    """Vectors for everything that is published already, so that the first run takes the model."""
    from matching.models import TextVector
    from matching.services import texts

    while texts.ask_due():
        pass
    chance = np.random.default_rng(1)
    while rows := list(TextVector.objects.unfinished().order_by("pk")[:5000]):
        vectors = chance.standard_normal((len(rows), 384))
        vectors /= np.linalg.norm(vectors, axis=1)[:, None]
        for row, vector in zip(rows, vectors.astype(np.float16), strict=True):
            row.vector, row.text, row.work_state = vector.tobytes(), "", "done"
        TextVector.objects.bulk_update(rows, ["vector", "text", "work_state"], batch_size=1000)
    while texts.note_arrivals():
        pass


def first_run(here: Stack) -> Any:
    """Start what ./market starts, and wait for the first run over the city; with the model, where there are vectors."""
    from django.core.management import call_command

    from matching.models import MatchRun

    call_command("collectstatic", interactive=False, verbosity=0)
    for queue in ("push", "bulk", "embed"):
        here.worker(queue, 1)
    here.beat()
    return until(lambda: MatchRun.objects.full().finished().filter(city=CITY).first(), 280)


def reviewers() -> Any:
    """Who approves, signed in as in a browser."""
    from django.test import Client

    from accounts.models import User
    from accounts.roles import Office

    by = User.objects.create(email="bench@city.example", name="bench")
    by.appointments.create(office=Office.REVIEWER, city=CITY)
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(by)
    return by, client


def publish(people: Any, number: int) -> list[float]:
    """Publish a listing and wait until it is in the queue; seconds of each step, and of all."""
    from django.urls import reverse

    from listings import services
    from matching.models import Match, MatchRun, TextVector, Worded

    by, client = people
    listing = submitted("opportunity" if number % 2 else "capability", number)
    clock, day = time.perf_counter(), time.time()
    services.approve(listing, by=by)
    done = time.perf_counter() - clock
    mine = Match.objects.filter(**{listing.log_kind: listing}, state="proposed")
    until(mine.exists, 60)
    visible = time.perf_counter() - clock
    page = client.get(reverse("review"), {"q": listing.title})
    assert page.status_code == 200
    whole = time.perf_counter() - clock
    run = MatchRun.objects.filter(listing_kind=listing.log_kind, listing_id=listing.pk).latest("pk")
    note = Worded.objects.filter(kind=listing.log_kind, listing_id=listing.pk).first()
    ends = TextVector.objects.filter(text_hash__in=note.hashes).values_list("done_at", flat=True) if note else []
    clocks: list[Any] = [note.asked_at if note else run.at, max(filter(None, ends), default=run.at)]
    stamps = [done, *(at.timestamp() - day for at in (*clocks, run.at, run.started_at, run.ready_at)), visible, whole]
    stamps = list(np.maximum.accumulate(stamps))
    return [after - before for before, after in zip([0.0, *stamps], stamps, strict=False)] + [whole]


def submitted(kind: str, number: int) -> Any:
    """A listing that waits for its reviewer, of a new owner; it speaks of what one listing of the other side speaks of."""
    from django.utils import timezone

    from accounts.models import Organisation
    from capabilities.models import Capability
    from opportunities.models import Opportunity

    mine, across = (Opportunity, Capability) if kind == "opportunity" else (Capability, Opportunity)
    other: Any = across.objects.open().order_by("pk")[number * 7 + 20]
    owner = Organisation.objects.create(
        name=f"新单位{number}",
        kind="agency" if kind == "opportunity" else "firm",
        city=CITY,
        verified_at=timezone.now(),
    )
    said = {"summary": other.summary, "field": other.field, "technologies": other.technologies}
    said |= {"trl": 9, "service_regions": ["000000"]} if kind == "capability" else {"need": other.scenes}
    return mine.objects.create(
        owner=owner,
        city=CITY,
        title=f"{other.title} 新{number}",
        state="submitted",
        submitted_at=timezone.now(),
        **said,
    )


def until(condition: Any, seconds: float) -> Any:
    """Ask again every few milliseconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
