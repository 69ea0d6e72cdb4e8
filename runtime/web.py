"""gunicorn's configuration: --config python:runtime.web, here and in containers."""

import asyncio
import gc
import logging
import os
import sys
from typing import Any

from gunicorn.errors import HaltServer
from gunicorn.workers.gasgi import ASGIWorker

from runtime.mortality import die_with


class Worker(ASGIWorker):  # type: ignore[misc]  # it brings no types
    """gunicorn's, but open streams end when it is asked to: they would never end by themselves."""

    serving: "asyncio.Task[None] | None" = None

    async def _serve(self) -> None:
        self.serving = asyncio.current_task()
        await super()._serve()

    def handle_exit_signal(self) -> None:
        """SIGTERM: pages are finished, streams are not waited for, nor is the second of the worker's loop."""
        if self.alive and self.serving:
            self.serving.cancel()
        super().handle_exit_signal()
        self.asgi.close()


preload_app = True
worker_class = "runtime.web.Worker"
workers = 2
# what is still being answered when the end is ordered has so many seconds
graceful_timeout = 2
# A row that somebody else holds is not waited for without end: a few such pages would take every thread.
os.environ.setdefault("DATABASE_LOCK_TIMEOUT", "10s")
# Otherwise gunicorn puts a socket into the home folder.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Load every page's code and what is held in memory once, before the worker processes are made: their first visitors do not wait.

    What is loaded by then is looked through by no garbage collection any more, so the processes go on sharing it.
    """
    from django.urls import get_resolver

    from scenemarket.warming import warm

    get_resolver()._populate()
    warm()
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Runs first in each worker process: it ends with the server, even when that is killed."""
    die_with(server.pid)


def worker_exit(server: Any, worker: Any) -> None:
    """Runs last in each worker process that has done its work."""
    if worker.booted and worker.pid == os.getpid():
        end_now()


def on_exit(server: Any) -> None:
    """Runs last in the server, unless it ends because its workers cannot start."""
    if not isinstance(sys.exception(), HaltServer):
        end_now()


def end_now() -> None:
    """Nothing is left to do but to take apart, object by object, all that was loaded; that would take seconds."""
    logging.shutdown()
    os._exit(0)
