"""Doors for Celery; the work is in services."""

from celery import shared_task

from deals import services


@shared_task
def sweep() -> None:
    services.open_due()
