"""gunicorn's configuration: --config python:runtime.web, here and in containers."""

from typing import Any

from runtime.mortality import die_with

preload_app = True
worker_class = "gthread"
workers = 2
threads = 4
# Otherwise gunicorn puts a socket into the home folder.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Load every page's code once, before the worker processes are made: their first visitors do not wait for it."""
    from django.urls import get_resolver

    get_resolver()._populate()


def post_fork(server: Any, worker: Any) -> None:
    """Runs first in each worker process: it ends with the server, even when that is killed."""
    die_with(server.pid)
