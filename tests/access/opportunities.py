"""Opportunities."""

from tests.access._listing_rows import of

ROWS = of("opportunity", "opportunities")
