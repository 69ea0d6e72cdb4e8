"""The project: wiring, and the small foundations that every app stands on."""

from scenemarket.celery import app as celery_app

__all__ = ["celery_app"]
