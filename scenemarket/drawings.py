"""The geometry of the small pictures that the server draws as SVG: histogram, fairness strip, ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

WIDTH, TOP, FLOOR = 640.0, 6.0, 72.0
GAP = 3.0
RING_LENGTH = 2 * pi * 24


@dataclass(frozen=True)
class Bar:
    """One upright bar, in the picture's own units; `value` is what it stands for, `at` where it starts on the axis."""

    x: float
    y: float
    width: float
    height: float
    value: int
    at: float = 0.0
    high: bool = False
    over_y: float = 0.0
    over_height: float = 0.0
    name: str = ""
    url: str = ""


def histogram(bins: Sequence[int], *, low: float, high: float, line: float) -> dict[str, object]:
    """Counts per equal step from `low` to `high` -> bars, the line's place, axis marks and how many stand above it."""
    most = max(bins, default=0) or 1
    step = WIDTH / max(len(bins), 1)
    span = (high - low) / max(len(bins), 1)
    bars = [
        Bar(
            x=round(step * i + GAP / 2, 1), width=round(step - GAP, 1),
            y=round(FLOOR - _tall(n, most), 1), height=round(_tall(n, most), 1),
            value=n, at=round(low + span * i, 2), high=low + span * i >= line - 1e-9,
        )
        for i, n in enumerate(bins)
    ]  # fmt: skip
    edge = round((line - low) / (high - low) * WIDTH, 1)
    marks = [(round(i * WIDTH / 6, 1), round(low + i * (high - low) / 6)) for i in range(7)]
    return {"bars": bars, "edge": edge, "marks": marks, "above": sum(bar.value for bar in bars if bar.high)}


def fairness(counts: Sequence[tuple[str, int]], *, cap: int, urls: Sequence[str] = ()) -> dict[str, object]:
    """(name, suggestions) per firm -> bars from most to least, cut at `cap`, and what exceeds it; `urls` lead to each firm's list."""
    known = [*urls, *[""] * (len(counts) - len(urls))]
    rows = sorted(((name, n, url) for (name, n), url in zip(counts, known, strict=True)), key=lambda row: -row[1])
    most = max([cap, *(n for _, n, _url in rows)])
    step = WIDTH / max(len(rows), 1)
    gap = min(GAP, step / 4)
    line = round(FLOOR - _tall(cap, most), 1)
    bars = [
        Bar(
            x=round(step * i + gap / 2, 1), width=round(min(step - gap, 40.0), 1),
            y=round(FLOOR - _tall(min(n, cap), most), 1), height=round(_tall(min(n, cap), most), 1),
            over_y=round(FLOOR - _tall(n, most), 1), over_height=round(max(_tall(n, most) - _tall(cap, most) - 1, 0), 1),
            value=n, name=name, url=url,
        )
        for i, (name, n, url) in enumerate(rows)
    ]  # fmt: skip
    over = [n - cap for _, n, _url in rows if n > cap]
    return {"bars": bars, "line": line, "firms": len(rows), "over_firms": len(over), "over": sum(over)}


def shares(values: Sequence[tuple[str, float | None]]) -> dict[str, object]:
    """(name, share from 0 to 1 or None) -> bars of one width; where nothing is known there is a gap."""
    step = WIDTH / max(len(values), 1)
    bars = [
        Bar(
            x=round(step * i + GAP, 1), width=round(step - 2 * GAP, 1), y=round(FLOOR - (FLOOR - TOP) * share, 1),
            height=round((FLOOR - TOP) * share, 1), value=round(100 * share), name=name,
        )
        for i, (name, share) in enumerate(values)
        if share is not None
    ]  # fmt: skip
    half = round(FLOOR - (FLOOR - TOP) / 2, 1)
    ends = [(3.0, "start", values[0][0]), (WIDTH - 3.0, "end", values[-1][0])] if values else []
    return {"bars": bars, "half": half, "ends": ends}


def ring(value: float) -> str:
    """The dash pattern that fills `value` (0 to 100) of the quality ring."""
    return f"{RING_LENGTH * min(max(value, 0), 100) / 100:.1f} {RING_LENGTH:.1f}"


def _tall(value: int, most: int) -> float:
    return (FLOOR - TOP) * value / most
