"""The own listings, and the queue of the reviewer."""

from tests.access.table import Row

ROWS = [
    Row("my-listings", nobody=302),
    Row("listing-review", owner=404, colleague=404, counterpart=404, stranger=404, nobody=302),
]
