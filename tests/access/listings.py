"""The own listings, and the queue of the reviewer."""

from typing import Any

from listings.saved_models import SavedSearch
from tests.access.table import Row

STRANGERS = {"colleague": 404, "counterpart": 404, "stranger": 404, "reviewer": 404, "nobody": 302}


def kept(request: Any) -> list[str]:
    """A search that the owner of the agency keeps."""
    owner = request.getfixturevalue("cast").owner
    return [
        SavedSearch.objects.get_or_create(owner=owner, kind="opportunity", query="field=city", name="城市")[0].public_id
    ]


ROWS = [
    Row("my-listings", nobody=302),
    Row("listing-review", owner=404, colleague=404, counterpart=404, stranger=404, nobody=302),
    Row("saved-searches", nobody=302),
    Row("saved-search-new", "post", data={"kind": "opportunity", "query": "field=city", "name": "城市", "alert": "daily"},
        owner=302, colleague=302, counterpart=302, stranger=302, reviewer=302, nobody=302),
    Row("saved-search", args=kept, owner=302, **STRANGERS),
    Row("saved-search-change", "post", args=kept, data={"name": "别名", "alert": "off"}, owner=302, **STRANGERS),
    Row("saved-search-delete", "post", args=kept, owner=302, **STRANGERS),
]  # fmt: skip
