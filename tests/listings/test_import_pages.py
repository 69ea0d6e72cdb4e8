"""The pages of imports and registers: a person walks through them."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity.models import Event
from codelists import names, plain
from codelists import services as codelists
from codelists.models import Code
from listings import imports
from listings.models import Batch, ImportJob, ImportState, Programme
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import BatchFactory, OpportunityFactory
from tests.listings.importing import csv_file, need, taken, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def address(job: ImportJob, step: str = "") -> str:
    return f"/imports/{job.public_id}/{step}"


def test_it_takes_a_file_from_upload_to_listing(cast: Cast) -> None:
    client = cast.client("reviewer")
    data = {
        "file": csv_file([need()]),
        "kind": "opportunity",
        "whose": "city:990100",
        "batch_name": "第一批",
        "publish": "on",
    }
    answer = client.post("/imports/new/", data)
    assert answer.status_code == 302
    imports.work()
    assert "夜间渗漏巡检" in client.get(answer["Location"]).content.decode()
    client.post(f"{answer['Location']}confirm/")
    imports.work()
    assert Opportunity.objects.get().state == "published"
    assert client.get(answer["Location"]).context["outcomes"]["created"] == 1


def test_it_says_at_the_field_why_a_file_is_refused(cast: Cast) -> None:
    data = {"file": csv_file([need()], name="a.pdf"), "kind": "opportunity", "whose": "city:990100"}
    answer = cast.client("reviewer").post("/imports/new/", data)
    assert answer.status_code == 422
    assert "a.pdf" in str(answer.context["form"].errors["file"])
    assert not ImportJob.objects.exists()


def test_it_shows_each_fault_in_words_and_only_faulty_rows_when_asked(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need(), need(id="HC-2", title="路灯节能", min_trl="很成熟")])
    page = cast.client("reviewer").get(address(job, "?show=faulty")).content.decode()
    assert "很成熟" in page
    assert "路灯节能" in page
    assert "夜间渗漏巡检" not in page


def test_it_puts_a_row_right_on_its_page(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need(min_trl="很成熟")])
    row, client = job.rows.get(), cast.client("reviewer")
    place = address(job, f"rows/{row.number}/?sheet={row.sheet}")
    form = client.get(place).context["form"]
    data = {name: form.initial.get(name) or "" for name in form.fields}
    assert client.post(place, {**data, "min_trl": "还是很成熟"}).status_code == 422
    assert client.post(place, {**data, "min_trl": "7"}).status_code == 302
    assert job.rows.get().values["min_trl"] == 7


def test_it_stops_asking_when_the_work_has_ended(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need()])
    assert cast.client("reviewer").get(address(job, "progress/"))["HX-Refresh"] == "true"
    ImportJob.objects.update(state=ImportState.READING)
    assert not cast.client("reviewer").get(address(job, "progress/")).has_header("HX-Refresh")


def queries(client: Client, place: str) -> int:
    # names of codes are kept for some seconds; here they are read again each time
    names.forget()
    with CaptureQueriesContext(connection) as found:
        assert client.get(place).status_code == 200
    return len(found)


def test_it_needs_as_many_queries_for_many_rows_as_for_few(cast: Cast) -> None:
    client = cast.client("reviewer")
    few, many = (uploaded(cast.reviewer, [need(id=f"HC-{n}", title=f"场景 {n}") for n in range(m)]) for m in (3, 13))
    queries(client, address(few))
    assert queries(client, address(few)) == queries(client, address(many))


@pytest.mark.parametrize("place", ["/batches/", "/programmes/", "/imports/"])
def test_it_needs_as_many_queries_for_a_long_register_as_for_a_short_one(cast: Cast, place: str) -> None:
    def fill(n: int) -> int:
        for i in range(n):
            batch = BatchFactory(published_on="2026-01-02")
            programme = Programme.objects.create(city="990100", name=f"{n}-{i}")
            OpportunityFactory(owner=cast.agency, batch=batch, programme=programme)
            uploaded(cast.reviewer, [need(id=f"{n}-{i}")])
        return queries(client, place)

    client = cast.client("reviewer")
    fill(1)
    assert fill(3) == fill(10)


def test_it_groups_listings_into_a_programme_without_a_new_version(cast: Cast) -> None:
    found, programme = (
        OpportunityFactory(owner=cast.agency, number="HC-9"),
        Programme.objects.create(city="990100", name="城市生命线"),
    )
    client = cast.client("reviewer")
    client.post(f"/programmes/{programme.public_id}/", {"kind": "opportunity", "numbers": "HC-9"})
    found.refresh_from_db()
    assert (found.programme, found.version) == (programme, 1)
    assert found.title in client.get(f"/programmes/{programme.public_id}/").content.decode()
    assert Event.objects.about("opportunity", found.public_id).filter(verb="listing.grouped").count() == 1


def test_it_adds_none_when_one_number_is_unknown(cast: Cast) -> None:
    found, programme = (
        OpportunityFactory(owner=cast.agency, number="HC-9"),
        Programme.objects.create(city="990100", name="城市生命线"),
    )
    answer = cast.client("reviewer").post(
        f"/programmes/{programme.public_id}/", {"kind": "opportunity", "numbers": "HC-9，HC-404"}
    )
    found.refresh_from_db()
    assert (answer.status_code, found.programme) == (422, None)
    assert "HC-404" in answer.content.decode()


def test_it_hides_a_batch_until_its_day(cast: Cast) -> None:
    batch = BatchFactory()
    assert cast.client("nobody").get(f"/batches/{batch.public_id}/").status_code == 404
    Batch.objects.update(published_on="2026-01-02")
    assert cast.client("nobody").get(f"/batches/{batch.public_id}/").status_code == 200


def test_it_keeps_what_people_edit_when_the_lists_are_loaded_again(cast: Cast) -> None:
    codelists.load()
    assert set(codelists.load().values()) == {0}
    data = {"name_zh": "试点验证", "name_en": "Trial", "words": "试点、先行先试"}
    assert cast.client("reviewer").post("/registers/codes/cooperation/pilot/", data).status_code == 302
    codelists.load()
    row = Code.objects.get(list_name="cooperation", code="pilot")
    assert (row.name_en, row.synonyms) == ("Trial", ["试点", "先行先试"])
    assert Event.objects.filter(verb="code.changed", subject_id="cooperation:pilot").count() == 1


@pytest.fixture
def readers() -> Any:
    """What an import has taught the readers of lists is forgotten after the test."""
    yield
    plain.use("cooperation", plain.fixture("cooperation"))


def test_it_reads_lists_by_the_words_that_people_have_added(cast: Cast, readers: None) -> None:
    codelists.load()
    data = {"name_zh": "试点验证", "name_en": "Pilot", "words": "试点、先行先试"}
    cast.client("reviewer").post("/registers/codes/cooperation/pilot/", data)
    file = ContentFile("场景名称,建设单位,合作方式\n夜间巡检,湖城市水务局,先行先试\n".encode(), name="a.csv")
    job = imports.upload(by=cast.reviewer, kind="opportunity", city="990100", file=file)
    imports.work()
    assert job.rows.get().values["cooperation_mode"] == ["pilot"]


def test_it_does_not_publish_twice_what_was_taken_over(cast: Cast) -> None:
    job = taken(cast.reviewer, [need()], publish=True)
    answer = cast.client("reviewer").post(address(job, "confirm/"))
    assert answer.status_code == 409
