"""Imported by the Celery workers (-I): their pool processes end with them, even when they are killed."""

import os
from typing import Any

from celery.signals import worker_process_init

from runtime.mortality import die_with

WORKER = os.getpid()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """Runs first in each pool process; the worker may have been killed since the fork."""
    die_with(WORKER)
