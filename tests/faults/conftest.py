"""Processes that tests kill."""

from tests.workers import floor, worker

__all__ = ["floor", "worker"]
