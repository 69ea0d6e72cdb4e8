"""Files that people send: only what can be read, never as large as it likes, never under a name that they chose."""

import io
import zipfile
from pathlib import Path, PurePath
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from deals.models import Deal, Evidence
from listings.import_reading import read
from listings.models import ImportJob, ImportState
from listings.sheets import Unreadable
from matching.models import Match
from scenemarket.leases import WorkState
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 proof"


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(cast: Cast, name: str, body: bytes) -> Any:
    data = {"file": SimpleUploadedFile(name, body), "kind": "opportunity", "whose": cast.agency.public_id}
    return cast.client("owner").post(reverse("import-new"), data)


@pytest.mark.parametrize("name", ["list.exe", "list.xls", "list.html", "list", "list.xlsx.php", ".htaccess"])
def test_a_list_of_another_kind_is_not_kept(cast: Cast, own_folder: Path, name: str) -> None:
    answer = upload(cast, name, b"x")
    assert answer.status_code == 422
    assert ".xlsx" in answer.content.decode()
    assert not list(own_folder.rglob("*.*"))


def test_a_list_that_is_too_large_is_not_kept(cast: Cast, settings: Settings, own_folder: Path) -> None:
    settings.IMPORT_MAX_BYTES = 1000
    assert upload(cast, "list.csv", b"x" * 1001).status_code == 422
    assert not ImportJob.objects.exists()
    assert not list(own_folder.rglob("*.*"))


@pytest.mark.parametrize(
    "name", ["../../../etc/cron.d/list.csv", "..\\..\\windows\\list.csv", "/etc/list.csv", "a\u202evsc.list.csv"]
)
def test_a_path_in_a_name_leads_nowhere(cast: Cast, own_folder: Path, name: str) -> None:
    assert upload(cast, name, b"a,b\n1,2\n").status_code == 302
    job = ImportJob.objects.get()
    assert Path(job.file.path).resolve().is_relative_to(own_folder)
    assert PurePath(job.file.name).name == f"{job.public_id}.csv"
    assert not {"/", "\\", "\u202e"} & set(job.file_name)


def bomb() -> bytes:
    """300 MB of blanks as a workbook of 300 kB."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as member:
            for _n in range(300):
                member.write(b" " * 2**20)
    return body.getvalue()


def test_a_bomb_is_refused_before_it_goes_off(cast: Cast) -> None:
    assert upload(cast, "list.xlsx", bomb()).status_code == 302
    job = ImportJob.objects.get()
    ImportJob.objects.filter(pk=job.pk).update(work_state=WorkState.WORKING)
    with pytest.raises(Unreadable):
        read(ImportJob.objects.get(pk=job.pk))
    assert ImportJob.objects.get(pk=job.pk).state == ImportState.READING


@pytest.fixture
def deal(match: Match) -> Deal:
    return Deal.objects.create(match=match)


def prove(cast: Cast, deal: Deal, name: str, body: bytes) -> Any:
    data = {"words": "试点完成", "file": SimpleUploadedFile(name, body)}
    return cast.client("owner").post(reverse("deal-advance", args=[deal.public_id]), data)


@pytest.mark.parametrize(
    ("name", "body"),
    [("run.exe", b"MZ"), ("page.html", b"<script>"), ("x.svg", b"<svg onload=1>"), ("report.pdf", b"MZ\x90"), ("note.txt", b"\x00\x01"), ("photo.png", PDF)],
)  # fmt: skip
def test_a_proof_is_what_its_name_says(cast: Cast, deal: Deal, own_folder: Path, name: str, body: bytes) -> None:
    answer = prove(cast, deal, name, body)
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors
    deal.refresh_from_db()
    assert deal.stage == "connected"
    assert not list(own_folder.rglob("*.*"))


@pytest.mark.parametrize(
    "name", ["../../report.pdf", "报告\u202efdp.pdf", "a" * 90 + ".pdf", 'x"; filename="y.pdf', "CON.pdf"]
)
def test_a_proof_is_kept_under_our_name(cast: Cast, deal: Deal, own_folder: Path, name: str) -> None:
    assert prove(cast, deal, name, PDF).status_code == 302
    proof = Evidence.objects.get()
    assert PurePath(proof.file.name).name == f"{deal.public_id}-piloting.pdf"
    assert Path(proof.file.path).resolve().is_relative_to(own_folder)


def test_a_proof_is_saved_and_never_shown_by_the_browser(cast: Cast, deal: Deal) -> None:
    prove(cast, deal, "report.pdf", PDF)
    answer = cast.client("counterpart").get(reverse("deal-file", args=[deal.public_id, "piloting"]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer) == PDF


@pytest.mark.parametrize(
    "address", ["/media/evidence/x.pdf", "/static/../settings.py", "/static/%2e%2e/%2e%2e/manage.py", "/media/"]
)
def test_no_file_is_reached_by_its_path(cast: Cast, address: str, settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = False  # as it is served
    assert cast.client("owner").get(address).status_code == 404
