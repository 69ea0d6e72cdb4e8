"""A list goes out in the official columns, and comes back without a change."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from capabilities.models import Capability
from listings import imports
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory
from tests.listings.importing import need, taken

pytestmark = pytest.mark.django_db
FULL = {
    "region": "湖城市东湖区文昌街道 3 号", "sector": "水的生产和供应业", "min_trl": 7, "required_titles": ["高新技术企业"],
    "service_region_required": ["湖城市", "临港市"], "deadline_open": True, "owner_type": "政府部门", "lead": "供水处",
    "deliverables": "一份报告", "reference_case": "无", "scene_type": "focused",
}  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_it_takes_its_own_export_back_without_a_change(cast: Cast, form: str) -> None:
    taken(cast.reviewer, [need(**FULL), need(id="1", title="=1+1", **{**FULL, "deadline_open": False})], publish=True)
    content = body(cast.client("reviewer"), f"/opportunities/export/?format={form}")
    job = imports.upload(
        by=cast.reviewer, kind="opportunity", file=ContentFile(content, f"a.{form}"), city="990100", publish=True
    )
    imports.work()
    imports.confirm(job, by=cast.reviewer)
    imports.work()
    job.refresh_from_db()
    assert (job.created, job.changed, job.unchanged, job.faulty) == (0, 0, 2, 0), list(
        job.rows.values_list("faults", flat=True)
    )


def test_it_takes_capabilities_back_without_a_change(cast: Cast) -> None:
    row = {
        "id": "NL-1", "title": "球形检漏", "summary": "带压检漏。", "field": "city", "firm": cast.firm.name, "uscc": cast.firm.uscc,
        "scenes": ["供水管网", "热力管网"], "technologies": ["声学检测"], "trl": 8, "certs": ["ISO 9001"], "cases": ["甲市；两年"],
        "titles": [{"name": "高新技术企业", "expires": None}], "service_regions": ["全国"], "price_min_wan": 10, "price_max_wan": 20,
        "sector": "软件和信息技术服务业", "category": "检测",
    }  # fmt: skip
    taken(cast.reviewer, [row], kind="capability", publish=True)
    content = body(cast.client("reviewer"), "/capabilities/export/?format=xlsx")
    job = imports.upload(
        by=cast.reviewer, kind="capability", file=ContentFile(content, "a.xlsx"), city="990100", publish=True
    )
    imports.work()
    imports.confirm(job, by=cast.reviewer)
    imports.work()
    job.refresh_from_db()
    assert (job.changed, job.unchanged, Capability.objects.get().version) == (0, 1, 1)


def test_it_writes_the_official_columns_and_no_formula(cast: Cast) -> None:
    OpportunityFactory(owner=cast.agency, title="=HYPERLINK(1)")
    sheet = load_workbook(io.BytesIO(body(cast.client("nobody"), "/opportunities/export/"))).worksheets[0]
    assert [c.value for c in sheet[1]][:3] == ["编号", "场景名称", "场景简介"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("'=HYPERLINK(1)", "s")


def test_it_exports_what_the_filters_show(cast: Cast) -> None:
    OpportunityFactory(owner=cast.agency, field="city", title="城市的")
    OpportunityFactory(owner=cast.agency, field="society", title="社会的")
    text = body(cast.client("nobody"), "/opportunities/export/?format=csv&field=society").decode("utf-8-sig")
    assert "社会的" in text
    assert "城市的" not in text


@pytest.mark.parametrize(("who", "seen"), [("owner", True), ("reviewer", True), ("stranger", False), ("nobody", False)])
def test_it_gives_contacts_only_to_owner_and_reviewer(cast: Cast, who: str, seen: bool) -> None:
    OpportunityFactory(owner=cast.agency, contact_name="联络密")
    text = body(cast.client(who), "/opportunities/export/?format=csv").decode("utf-8-sig")
    assert ("联络密" in text) is seen


def test_it_exports_drafts_to_nobody_else(cast: Cast) -> None:
    OpportunityFactory(owner=cast.agency, title="还没写完", state="draft", published_at=None)
    assert "还没写完" not in body(cast.client("stranger"), "/opportunities/export/?format=csv").decode("utf-8-sig")


def test_it_needs_as_many_queries_for_many_rows_as_for_few(cast: Cast) -> None:
    CapabilityFactory.create_batch(3, owner=cast.firm)
    few = _queries(cast)
    CapabilityFactory.create_batch(10, owner=cast.firm)
    assert _queries(cast) == few


def _queries(cast: Cast) -> int:
    client = cast.client("reviewer")
    with CaptureQueriesContext(connection) as found:
        body(client, "/capabilities/export/?format=csv")
    return len(found)
