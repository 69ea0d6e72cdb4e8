"""A list goes in: read, previewed, confirmed, written once."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organisation
from activity.models import Event, Notice
from listings import faults, imports
from listings.models import ImportRow, ImportState, RowOutcome, Version
from listings.states import State
from opportunities.models import Opportunity
from scenemarket.errors import Invalid, NotAllowed, WrongState
from tests.conftest import Cast
from tests.listings.importing import csv_file, need, taken, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def published(job: Any) -> Opportunity:
    assert job.state == ImportState.DONE, job.refusal
    return Opportunity.objects.get()


def test_it_shows_rows_and_faults_before_anything_is_taken_over(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need(), need(id="HC-2026-09-002", min_trl="很成熟")])
    assert (job.state, job.total, job.faulty) == (ImportState.PREVIEW, 2, 1)
    fault = job.rows.get(outcome=RowOutcome.FAULTY).faults[0]
    assert (fault["column"], fault["found"]) == ("技术成熟度要求", "很成熟")
    assert "第 3 行" in faults.sentence("清单", 3, fault) or "row 3" in faults.sentence("清单", 3, fault)
    assert not Opportunity.objects.exists()


def test_it_names_recognised_and_unknown_columns(cast: Cast) -> None:
    file = csv_file([need()])
    text = file.read().decode("utf-8-sig").splitlines()
    file = type(file)("\n".join([text[0] + ",内部备注", text[1] + ",先看这条"]).encode(), name="a.csv")
    job = imports.upload(by=cast.reviewer, kind="opportunity", file=file, city="990100")
    imports.work()
    job.refresh_from_db()
    assert job.unknown_columns == ["内部备注"]
    assert "title" in [column["key"] for column in job.columns]
    assert job.rows.get().notes["内部备注"] == "先看这条"


def test_it_publishes_an_official_list_under_the_reviewers_authority(cast: Cast) -> None:
    found = published(taken(cast.reviewer, [need()], publish=True, batch_name="2026年第九批场景机会清单"))
    assert (found.state, found.author, found.approved_by) == (State.PUBLISHED, None, cast.reviewer)
    assert (found.number, found.region, found.budget_max_wan) == ("HC-2026-09-001", "990101", 300)
    assert found.batch is not None
    assert found.batch.code == "2026-09"
    assert Version.objects.filter(kind="opportunity", listing_id=found.pk).count() == 1
    assert Event.objects.about("opportunity", found.public_id).get().verb == "listing.imported"


def test_it_changes_nothing_when_the_same_file_comes_twice(cast: Cast) -> None:
    taken(cast.reviewer, [need()], publish=True)
    events = Event.objects.filter(subject_kind="opportunity").count()
    job = taken(cast.reviewer, [need()], publish=True)
    assert (job.created, job.changed, job.unchanged) == (0, 0, 1)
    assert published(job).version == 1
    assert Event.objects.filter(subject_kind="opportunity").count() == events


def test_it_makes_a_new_version_of_a_changed_row(cast: Cast) -> None:
    taken(cast.reviewer, [need()], publish=True)
    found = published(taken(cast.reviewer, [need(budget_max_wan=500)], publish=True))
    assert (found.version, found.state, found.budget_max_wan) == (2, State.PUBLISHED, 500)
    assert Version.objects.get(kind="opportunity", listing_id=found.pk, number=2).content["budget_max_wan"] == "500"
    assert Event.objects.about("opportunity", found.public_id)[0].data["fields"] == ["budget_max_wan"]


def test_it_knows_a_row_with_a_running_number_by_owner_and_title(cast: Cast) -> None:
    rows = [need(id=str(n), title=title) for n, title in enumerate(("甲场景", "乙场景", "丙场景"), 1)]
    taken(cast.reviewer, rows, publish=True, batch_name="2026年第一批场景机会清单")
    moved = [need(id=str(n), title=title) for n, title in enumerate(("新场景", "甲场景", "乙场景", "丙场景"), 1)]
    job = taken(cast.reviewer, moved, publish=True, batch_name="2026年第一批场景机会清单")
    assert (job.created, job.changed, job.unchanged) == (1, 0, 3)
    assert sorted(Opportunity.objects.values_list("number", flat=True))[:3] == [
        "2026-01-001",
        "2026-01-002",
        "2026-01-003",
    ]


def test_it_takes_a_new_title_at_the_same_place_for_a_correction(cast: Cast) -> None:
    batch = {"publish": True, "batch_name": "2026年第一批场景机会清单"}
    taken(cast.reviewer, [need(id="1", title="甲厂景"), need(id="2", title="乙场景")], **batch)
    job = taken(cast.reviewer, [need(id="1", title="甲场景"), need(id="2", title="乙场景")], **batch)
    assert (job.created, job.changed, job.unchanged) == (0, 1, 1)


def test_it_finds_owners_by_name_and_makes_unknown_ones_unverified(cast: Cast) -> None:
    rows = [need(owner=cast.agency.name), need(id="HC-2", owner="湖城市园林局"), need(id="HC-3", owner="湖城市园林局")]
    taken(cast.reviewer, rows, publish=True)
    made = Organisation.objects.get(name="湖城市园林局")
    assert (made.is_verified, made.city, made.kind, made.uscc) == (False, "990100", "agency", None)
    assert set(Opportunity.objects.values_list("owner__name", flat=True)) == {cast.agency.name, "湖城市园林局"}


def test_it_finds_a_firm_by_its_code(cast: Cast) -> None:
    row = {
        "title": "球形检漏",
        "summary": "带压检漏。",
        "field": "city",
        "firm": "别名公司",
        "uscc": cast.firm.uscc,
        "trl": 8,
    }
    job = taken(cast.reviewer, [row], kind="capability", publish=True)
    assert job.created == 1
    assert not Organisation.objects.filter(name="别名公司").exists()


def test_it_asks_for_an_owner_that_a_reviewers_row_does_not_name(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need(owner=None), need(id="HC-2"), need(id="HC-3")])
    found = dict(job.rows.values_list("number", "faults"))
    assert [[fault["code"] for fault in found[n]] for n in (2, 3, 4)] == [["owner_missing"], [], []]


def test_it_takes_a_members_rows_as_the_own_organisations_and_submits_them(cast: Cast) -> None:
    found = published(taken(cast.owner, [need(owner=None, id=None)], organisation=cast.agency))
    assert (found.owner, found.state, found.author) == (cast.agency, State.SUBMITTED, cast.owner)
    assert Notice.objects.filter(recipient=cast.reviewer, kind="import.submitted").count() == 1


def test_it_keeps_what_cannot_be_reviewed_yet_as_a_draft(cast: Cast) -> None:
    assert published(taken(cast.owner, [need(owner=None, field=None)], organisation=cast.agency)).state == State.DRAFT


def test_it_refuses_another_organisations_rows_to_a_member(cast: Cast) -> None:
    job = uploaded(cast.owner, [need(owner="别的单位")], organisation=cast.agency)
    assert [fault["code"] for fault in job.rows.get().faults] == ["owner_foreign"]


def test_it_does_not_give_a_number_of_another_owner_to_a_member(cast: Cast) -> None:
    taken(cast.reviewer, [need(owner="湖城市园林局")], publish=True)
    job = taken(cast.owner, [need(owner=None)], organisation=cast.agency)
    assert (job.created, job.changed, job.faulty) == (0, 0, 1)
    assert job.rows.get().faults[0]["code"] == "number_taken"


def test_it_does_not_let_a_member_publish(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        imports.upload(
            by=cast.owner,
            kind="opportunity",
            file=csv_file([need()]),
            city="990100",
            organisation=cast.agency,
            publish=True,
        )


def test_it_leaves_paused_listings_alone_and_says_so(cast: Cast) -> None:
    taken(cast.reviewer, [need()], publish=True)
    Opportunity.objects.update(state=State.PAUSED)
    job = taken(cast.reviewer, [need(title="夜间渗漏巡检二期")], publish=True)
    assert job.rows.get().faults[0]["code"] == "not_editable"
    assert "已暂停" in faults.expected(job.rows.get().faults[0]) or "Paused" in faults.expected(
        job.rows.get().faults[0]
    )


def test_it_puts_a_row_right_in_place(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need(min_trl="很成熟")])
    row = job.rows.get()
    imports.put_right(row, by=cast.reviewer, texts={**_texts(job, row), "min_trl": "7级以上"})
    imports.confirm(job, by=cast.reviewer)
    imports.work()
    assert Opportunity.objects.get().min_trl == 7


def _texts(job: Any, row: ImportRow) -> dict[str, str]:
    from listings.import_reading import texts

    return texts(job, row)


def test_it_takes_rows_that_are_put_right_later(cast: Cast) -> None:
    job = taken(cast.reviewer, [need(), need(id="HC-2", title="")], publish=True)
    assert (job.created, job.faulty) == (1, 1)
    row = job.rows.get(outcome=RowOutcome.FAULTY)
    imports.put_right(row, by=cast.reviewer, texts={**_texts(job, row), "title": "路灯节能"})
    imports.confirm(job, by=cast.reviewer)
    imports.work()
    job.refresh_from_db()
    assert (job.state, job.created, job.faulty) == (ImportState.DONE, 2, 0)


def test_it_says_why_a_file_cannot_be_read(cast: Cast) -> None:
    file = csv_file([need()])
    file = type(file)(b"PK\x03\x04 broken", name="a.xlsx")
    job = imports.upload(by=cast.reviewer, kind="opportunity", file=file, city="990100")
    imports.work()
    job.refresh_from_db()
    assert job.state == ImportState.FAILED
    assert "a.xlsx" in faults.refused(job.refusal)


def test_it_says_when_the_list_is_of_the_other_kind(cast: Cast) -> None:
    file = csv_file([{"title": "球形检漏", "firm": "某公司", "trl": 8}], "capability")
    job = imports.upload(by=cast.reviewer, kind="opportunity", file=file, city="990100")
    imports.work()
    job.refresh_from_db()
    assert '"other_kind"' in job.refusal


@pytest.mark.parametrize("name", ["a.exe", "../../etc/passwd", "清单.xls"])
def test_it_keeps_only_files_that_lists_come_in(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        imports.upload(by=cast.reviewer, kind="opportunity", file=_named(name), city="990100")


def _named(name: str) -> Any:
    file = csv_file([need()])
    file.name = name
    return file


def test_it_stores_a_file_under_a_name_of_its_own(cast: Cast) -> None:
    job = imports.upload(by=cast.reviewer, kind="opportunity", file=_named("../../x;rm -rf.csv"), city="990100")
    assert job.file.name.endswith(f"/{job.public_id}.csv")
    assert job.file_name == "x;rm -rf.csv"


def test_it_refuses_what_is_too_large(cast: Cast, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(Invalid):
        imports.upload(by=cast.reviewer, kind="opportunity", file=csv_file([need()]), city="990100")


def test_it_confirms_once(cast: Cast) -> None:
    job = uploaded(cast.reviewer, [need()])
    imports.confirm(job, by=cast.reviewer)
    with pytest.raises(WrongState):
        imports.drop(job, by=cast.reviewer)


def test_it_forgets_rows_and_file_when_dropped(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    job = uploaded(cast.reviewer, [need()])
    path = job.file.path
    with django_capture_on_commit_callbacks(execute=True):
        imports.drop(job, by=cast.reviewer)
    assert not job.rows.exists()
    with pytest.raises(FileNotFoundError):
        Path(path).read_bytes()


def test_it_does_not_publish_what_the_reviewers_own_organisation_opens(cast: Cast) -> None:
    from tests.factories import Membership

    Membership.objects.create(user=cast.reviewer, organisation=cast.agency)
    assert published(taken(cast.reviewer, [need(owner=cast.agency.name)], publish=True)).state == State.SUBMITTED
