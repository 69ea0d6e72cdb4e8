"""The desk."""

from tests.access.table import Row

ROWS = [Row("desk", nobody=302)]
