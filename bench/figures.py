"""How long each query of the leaders' page takes in the large city (bench.large): EXPLAIN ANALYZE, the middle one of several.

DATABASE_URL=postgresql://…/large python -m bench.figures [--city 990100] [--rounds 5]
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
LIMIT_MS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", default="990100")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    django.setup()
    print(f"{'part':<14}{'query':>3}{'ms':>9}  reads")
    worst = 0.0
    for name, work in parts(chosen.city):
        for number, (sql, values) in enumerate(queries(work), 1):
            taken = [explained(sql, values) for _ in range(chosen.rounds)]
            middle = statistics.median(ms for ms, _plan in taken)
            worst = max(worst, middle)
            print(f"{name:<14}{number:>3}{middle:>9.1f}  {taken[-1][1]}", flush=True)
        began = time.perf_counter()
        work()
        print(f"{name:<14}all{1000 * (time.perf_counter() - began):>9.1f}  with Python", flush=True)
    print(f"slowest query {worst:.1f} ms, limit {LIMIT_MS} ms")


def parts(city: str) -> list[tuple[str, Callable[[], Any]]]:
    """The parts of the page over a whole year, the widest period that has data, and what stands around them."""
    from insights import keeping, overview_figures, overview_lists, overview_page
    from insights.overview_scope import Asked, Period, Scope

    today = date.today()
    asked = Asked(Scope(city), Period("own", today.replace(year=today.year - 1), today))
    declined = {"outcome": "declined", "reason": "", "side": ""}
    found: list[tuple[str, Callable[[], Any]]] = [("heads", lambda: overview_page.heads(asked))]
    found += [(name, lambda name=name: overview_page.panel(name, asked)) for name in overview_page.PANELS]  # type: ignore[misc]
    found += [
        ("departments", lambda: overview_figures.departments(asked.scope)),
        ("as of", keeping.as_of),
        ("list", lambda: _page(overview_lists.find("opportunities", asked, {"step": "agreed"}))),
        ("answers", lambda: _page(overview_lists.find("answers", asked, declined))),
        ("deals", lambda: _page(overview_lists.find("deals", asked, {"by": "agreed"}))),
    ]
    return found


def _page(found: Any) -> tuple[int, list[Any]]:
    return found.rows.count(), list(found.rows[:20])


def queries(work: Callable[[], Any]) -> list[tuple[str, Any]]:
    """What a part asks the database."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append((sql, values))
        return execute(sql, values, many, context)

    work()
    with connection.execute_wrapper(note):
        work()
    return seen


def explained(sql: str, values: Any) -> tuple[float, str]:
    """Milliseconds in the database, and the tables or indexes that were read."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return plan[0]["Execution Time"] + plan[0]["Planning Time"], ", ".join(sorted(set(reads(plan[0]["Plan"]))))


def reads(plan: dict[str, Any]) -> list[str]:
    here = (
        [f"{plan['Node Type']} {plan.get('Index Name') or plan.get('Relation Name', '')}"]
        if "Scan" in plan["Node Type"]
        else []
    )
    return here + [name for part in plan.get("Plans", []) for name in reads(part)]


if __name__ == "__main__":
    main()
