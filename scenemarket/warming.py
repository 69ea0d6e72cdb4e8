"""What a web process has in memory before its first visitor comes. Rooms register what they hold; the web server asks for it."""

import logging
from collections.abc import Callable

from django.db import Error, connections

logger = logging.getLogger(__name__)
_loads: list[Callable[[], object]] = []


def register(load: Callable[[], object]) -> None:
    """Have `load` called once when the web server starts."""
    _loads.append(load)


def warm() -> None:
    """Load everything, then leave the database: its connections must not be shared with the processes that are made next.

    Without the database nothing is loaded; each process does it for its first visitor then.
    """
    try:
        for load in _loads:
            load()
    except Error as error:
        logger.warning("nothing is loaded before the first visitor: %s", error)
    finally:
        connections.close_all()
