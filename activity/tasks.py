"""Doors for Celery; the work is in services."""

from celery import shared_task

from activity import services


@shared_task
def tick() -> None:
    services.tick()


@shared_task
def deliver_due() -> None:
    services.deliver_due()
