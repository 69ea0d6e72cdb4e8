"""A listing that opens is matched at once; without a broker, the next sweep finds it."""

from typing import Any


def match_soon(*, kind: str, key: int, **_: Any) -> None:
    """Tell a worker. Raises what the broker raises; the signal's sender only writes it down."""
    from matching.tasks import listing_changed

    listing_changed.delay(kind, key)
