"""Batches and programmes are public to read; registers are the reviewer's."""

from typing import Any

from codelists.models import Code
from listings.models import Batch, Programme
from tests.access.table import Row
from tests.factories import CITY, BatchFactory, OpportunityFactory


def published(request: Any) -> list[Any]:
    return [BatchFactory(published_on="2026-01-02").public_id]


def unpublished(request: Any) -> list[Any]:
    return [BatchFactory().public_id]


def programme(request: Any) -> list[Any]:
    return [_programme().public_id]


def _programme() -> Programme:
    return Programme.objects.get_or_create(city=CITY, name="城市生命线")[0]


def grouped(request: Any) -> list[Any]:
    OpportunityFactory(programme=_programme(), public_id="222222222222")
    return [_programme().public_id]


def elsewhere(request: Any) -> list[Any]:
    return [
        Batch.objects.create(
            kind="opportunity", city="990200", code="LG-1", name="临港一批", published_on="2026-01-02"
        ).public_id
    ]


def code(request: Any) -> list[Any]:
    Code.objects.get_or_create(list_name="field", code="city", defaults={"name_zh": "城市", "name_en": "City"})
    return ["field", "city"]


def field(request: Any) -> list[Any]:
    return ["field"]


KEEPER = {"owner": 403, "colleague": 403, "counterpart": 403, "stranger": 403, "nobody": 302}
HIDDEN = {"owner": 404, "colleague": 404, "counterpart": 404, "stranger": 404}
BATCH = {"kind": "opportunity", "city": CITY, "name": "湖城市2027年第一批", "code": "2027-01"}
ROWS = [
    Row("registers", **KEEPER),
    Row("codes", **KEEPER),
    Row("code-new", args=field, **KEEPER),
    Row("code-new", "post", args=field, data={"code": "sea", "name_zh": "海洋", "name_en": "Sea"}, reviewer=302, **KEEPER),
    Row("code-edit", args=code, **KEEPER),
    Row("code-edit", "post", args=code, data={"name_zh": "城市", "name_en": "Town"}, reviewer=302, **KEEPER),
    Row("batches"),
    Row("batch", args=published),
    Row("batch", args=unpublished, **HIDDEN, nobody=404),
    Row("batch-export", args=published),
    Row("batch-export", args=unpublished, **HIDDEN, nobody=404),
    Row("batch-new", **KEEPER),
    Row("batch-new", "post", data=BATCH, reviewer=302, **KEEPER),
    Row("batch-edit", args=published, **KEEPER),
    Row("batch-edit", "post", args=published, data=BATCH, reviewer=302, **KEEPER),
    Row("batch-edit", "post", args=elsewhere, data=BATCH, **{**KEEPER, "reviewer": 404}),
    Row("programmes"),
    Row("programme", args=programme),
    Row("programme", "post", args=programme, data={"kind": "opportunity", "numbers": "X-1"}, reviewer=422, **HIDDEN, nobody=404),
    Row("programme-new", **KEEPER),
    Row("programme-new", "post", data={"city": CITY, "name": "滨湖夜经济"}, reviewer=302, **KEEPER),
    Row("programme-edit", args=programme, **KEEPER),
    Row("programme-edit", "post", args=programme, data={"name": "滨湖夜经济"}, reviewer=302, **KEEPER),
    Row("programme-take-out", "post", args=grouped, data={"kind": "opportunity", "listing": "222222222222"},
        reviewer=302, **HIDDEN, nobody=302),
    Row("opportunities-export"),
    Row("capabilities-export"),
    Row("api-codes"),
    Row("api-batches"),
    Row("api-batch", args=published),
    Row("api-batch", args=unpublished, **HIDDEN, reviewer=404, nobody=404),
]  # fmt: skip
