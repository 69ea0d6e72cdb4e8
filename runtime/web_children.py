"""Read by gunicorn (--config): its worker processes end with it, even when it is killed."""

from typing import Any

from runtime.mortality import die_with


def post_fork(server: Any, worker: Any) -> None:
    """Runs first in each worker process."""
    die_with(server.pid)
