"""Imported by a worker (-I): every message that it sends is sent three times."""

from typing import Any

from celery.app.task import Task

once = Task.apply_async


def thrice(self: Task, *args: Any, **options: Any) -> Any:
    """Send the same message three times."""
    once(self, *args, **options)
    once(self, *args, **options)
    return once(self, *args, **options)


Task.apply_async = thrice  # type: ignore[method-assign]
