"""Doors for Celery; the work is in `keeping`."""

from celery import shared_task

from insights import keeping


@shared_task
def keep_figures() -> None:
    keeping.work()
