"""Doors for Celery; the work is in services."""

from celery import shared_task

from listings import changes, imports, saved, services

AT_ONCE = 10


@shared_task
def sweep_imports() -> None:
    """Wake a worker while an import waits; what comes too late is dropped, because the next sweep looks again."""
    if imports.waiting():
        work_imports.apply_async(expires=AT_ONCE)


@shared_task
def work_imports() -> None:
    imports.work()


@shared_task
def close_expired() -> None:
    services.close_expired()


@shared_task
def tell_saved() -> None:
    """Once a minute: who keeps a search is told what is new in it."""
    saved.tell_due()


@shared_task
def forget_changes() -> None:
    changes.forget()
