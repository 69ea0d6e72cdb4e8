"""What a second worker brings: one run over a city by one Celery worker and by two, on the real stack.

    ./market bench workers [1400x10000] [--scoring 2000x20000]

First whole runs: each begins without folders on disk and with workers that have nothing in memory. The stored results are
to be the same to the last digit, with other ranges, too. Then the steps that score, alone, on bigger lists, the best of
several rounds: two workers are to be at least 1.8 times as fast as one, by the clock and, because on a busy machine two
processes get a bigger share of the processors than one, by the processor time of the one that works longest.
"""

import argparse
import hashlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from bench.stack import CITY, Stack, stack
from runtime.parts import Part

WANTED = 1.8
PHASES = ("freeze", "build", "score", "merge", "write", "propose")


def measure(here: Stack, workers: int, shard_size: int = 0) -> tuple[dict[str, float], int, str]:
    """Seconds by phase, the number of scoring steps, and a sum of all that was stored."""
    from django.conf import settings

    from matching.plan import Plan
    from matching.services.runs import queue_full
    from matching.services.sweep import due
    from matching.states import RunOrigin, RunState
    from matching.tasks import send

    shutil.rmtree(settings.SNAPSHOT_DIR, ignore_errors=True)
    parts = [here.worker("bulk", 1) for _ in range(workers)]
    run = queue_full(CITY, RunOrigin.SWEEP, plan=Plan(shard_size=shard_size))
    assert run is not None
    send(due())
    asked = time.monotonic()
    while run.state != RunState.READY:
        assert run.state != RunState.FAILED, run.failure
        time.sleep(0.05)
        if time.monotonic() - asked > 5:
            send(due())
            asked = time.monotonic()
        run.refresh_from_db()
    here.end(*parts)
    return seconds(run), run.shards.filter(step="score").count(), stored(run)


def seconds(run: Any) -> dict[str, float]:
    """How long each phase took, by the database's clock: from the end of the one before to the end of its last step."""
    from django.db.models import Max

    ends = dict(run.shards.values_list("step").annotate(Max("done_at")).order_by())
    began = [run.started_at, *(ends[phase] for phase in PHASES)]
    found = {p: (ends[p] - before).total_seconds() for p, before in zip(PHASES, began[:-1], strict=True)}
    return {**found, "whole": (ends["propose"] - run.started_at).total_seconds()}


def stored(run: Any) -> str:
    """A sum of all pairs and matches of a run, with scores, ranks and parts."""
    from matching.models import Match

    columns = ("opportunity", "capability", "score", "rank_for_opportunity", "rank_for_capability", "eligible")
    rows = [*run.pairs.values_list(*columns), *Match.objects.filter(run=run).values_list(*columns, "parts")]
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()[:16]


def scoring(here: Stack, needs: int, rounds: int = 5) -> tuple[dict[int, tuple[float, float]], int, bool]:
    """Seconds (of the clock, of the busiest process) of the scoring steps by number of workers, how many steps there are, and whether all results are the same."""
    from datetime import timedelta

    from django.db.models.functions import Now

    from matching.models import Shard
    from matching.plan import Plan
    from matching.services.runs import queue_full
    from matching.services.work import work_shard
    from matching.states import RunOrigin, Step

    run = queue_full(CITY, RunOrigin.SWEEP, plan=Plan(shard_size=-(-needs // 16)))
    assert run is not None
    (build,) = work_shard(run.shards.get().pk)
    keys = work_shard(build)
    # the step after the last one is not due today
    Shard.objects.create(run=run, step=Step.MERGE, available_at=Now() + timedelta(days=1))
    best, sums = {}, set()
    for workers in (1, 2):
        parts = [here.worker("bulk", 1) for _ in range(workers)]
        # the first round opens the folder in each process
        times = [_round(keys, parts) for _ in range(rounds + 1)][1:]
        best[workers] = min(clock for clock, _busy in times), min(busy for _clock, busy in times)
        results = Shard.objects.filter(pk__in=keys).order_by("index").values_list("result", flat=True)
        sums.add(hashlib.sha256(b"".join(bytes(each) for each in results)).hexdigest())
        here.end(*parts)
    return best, len(keys), len(sums) == 1


def _busy(parts: list[Part]) -> list[float]:
    """Seconds of the processor that each worker's pool process has used."""
    found = []
    for part in parts:
        children = Path(f"/proc/{part.pid}/task/{part.pid}/children")
        while not (child := children.read_text("utf-8").strip()):
            time.sleep(0.05)
        fields = Path(f"/proc/{child}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        found.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return found


def _round(keys: list[int], parts: list[Part]) -> tuple[float, float]:
    """Let the workers score all ranges once more; seconds until the last is done, and those of the busiest process."""
    from matching.models import Shard
    from matching.tasks import work_shard

    rows = Shard.objects.filter(pk__in=keys)
    rows.update(work_state="queued", attempts=0, result=None, lease_until=None)
    began, before = time.perf_counter(), _busy(parts)
    for key in keys:
        work_shard.delay(key)
    while rows.exclude(work_state="done").exists():
        time.sleep(0.02)
    busy = max(after - before for before, after in zip(before, _busy(parts), strict=True))
    return time.perf_counter() - began, busy


def main() -> int:
    """Measure and print; 1 when two workers are not fast enough, or when results differ."""
    parser = argparse.ArgumentParser(prog="market bench workers", description=__doc__.split("\n")[0])
    parser.add_argument("size", nargs="?", default="1400x10000")
    parser.add_argument("--scoring", default="2000x20000")
    asked = parser.parse_args()
    with stack(EMBEDDING_PROVIDER="none") as here:
        same = whole(here, *map(int, asked.size.split("x"))) if asked.size != "0x0" else True
        needs, offers = map(int, asked.scoring.split("x"))
        empty()
        here.fill(needs, offers)
        best, steps, equal = scoring(here, needs)
    clock, busy = (one / two for one, two in zip(best[1], best[2], strict=True))
    print(f"scoring {needs} × {offers} in {steps} steps, load {os.getloadavg()[0]:.1f}")
    for name, place, ratio in (("clock", 0, clock), ("processor", 1, busy)):
        print(f"{name:10}{best[1][place]:10.2f} s{best[2][place]:10.2f} s{ratio:8.2f}")
    print(f"results of all steps: {'the same' if equal else 'DIFFERENT'}")
    return 0 if same and equal and min(clock, busy) >= WANTED else 1


def empty() -> None:
    """Take the lists of the measurement before away."""
    from capabilities.models import Capability
    from matching.models import MatchRun
    from opportunities.models import Opportunity

    for model in (MatchRun, Opportunity, Capability):
        model.objects.all().delete()


def whole(here: Stack, needs: int, offers: int) -> bool:
    """Measure and print whole runs; whether the stored results are the same."""
    here.fill(needs, offers)
    one, steps, first = measure(here, 1)
    two, _steps, second = measure(here, 2)
    _other, others, third = measure(here, 2, shard_size=max(1, needs // 11))
    print(f"{needs} × {offers}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {steps} steps score")
    print(f"{'':10}{'one worker':>12}{'two':>12}{'ratio':>8}")
    for name in (*PHASES, "whole"):
        print(f"{name:10}{one[name]:10.2f} s{two[name]:10.2f} s{one[name] / max(two[name], 1e-3):8.2f}")
    same = first == second == third
    print(f"stored results: {first}, {second}, in {others} steps {third}: {'the same' if same else 'DIFFERENT'}")
    return same


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
