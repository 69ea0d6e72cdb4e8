"""Doors for Celery; the work is in services."""

from celery import shared_task

from activity import letters, services


@shared_task
def tick() -> None:
    services.tick()


@shared_task
def deliver_due() -> None:
    letters.deliver_due()
