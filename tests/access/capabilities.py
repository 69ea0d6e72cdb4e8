"""Capabilities."""

from tests.access._listing_rows import of

ROWS = of("capability", "capabilities")
