"""Do by hand what beat and workers do."""

from matching.services.sweep import due, sweep, sweep_rest
from matching.services.work import work_shard


def work_all(waiting: list[int] | None = None) -> None:
    """Work on these steps (or on what is due) and on what follows from them."""
    waiting = due() if waiting is None else waiting
    while waiting:
        waiting = [following for key in waiting for following in work_shard(key)]


def swept() -> None:
    """One sweep, and all the work that it finds."""
    work_all(sweep())
    sweep_rest()
