"""What a second worker brings: one run over a city by one Celery worker and by two, on the real stack.

    ./market bench workers [1400x10000]

Two workers are to score at least 1.8 times as fast as one; the stored results are the same to the last digit, with other
ranges, too. Each run begins without folders on disk and with workers that have nothing in memory.
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


def main() -> int:
    """Measure and print; 1 when two workers are not fast enough, or when results differ."""
    parser = argparse.ArgumentParser(prog="market bench workers", description=__doc__.split("\n")[0])
    parser.add_argument("size", nargs="?", default="1400x10000")
    needs, offers = map(int, parser.parse_args().size.split("x"))
    with stack(EMBEDDING_PROVIDER="none") as here:
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
    return 0 if same and one["score"] / two["score"] >= WANTED else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main())
