"""Measured lists on disk: built once, built again when torn, removed when nobody asks for them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from matching.engine import Torn
from matching.models import Match, MatchRun, RunPair
from matching.plan import Plan
from matching.services import folders, runs, scoring
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory
from tests.matching.working import swept, work_all

EAGER = Plan(least_score=0)


@pytest.fixture(autouse=True)
def place(settings: object, tmp_path: Path) -> Path:
    """A machine without folders, and a process that has none open."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    scoring.close()
    return tmp_path / "snapshots"


def build(folder: Path) -> None:
    (folder / "words").write_text("whole")


def read(folder: Path) -> str:
    words = (folder / "words").read_text() if (folder / "words").exists() else ""
    if words != "whole":
        raise Torn(f"{folder} says {words}")
    return words


def test_it_builds_once_however_many_ask() -> None:
    built = []

    def slowly(folder: Path) -> None:
        built.append(threading.get_ident())
        time.sleep(0.1)
        build(folder)

    with ThreadPoolExecutor(4) as four:
        found = list(four.map(lambda _: folders.with_folder("a", slowly, read).made, range(4)))
    assert found == ["whole"] * 4
    assert len(built) == 1


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_it_builds_again_what_is_torn(place: Path, harm: str) -> None:
    folders.with_folder("a", build, read)
    (place / "a" / "words").unlink() if harm == "missing" else (place / "a" / "words").write_text("hal")
    assert folders.with_folder("a", build, read).made == "whole"


def test_it_gives_up_on_what_is_torn_each_time() -> None:
    with pytest.raises(Torn):
        folders.with_folder("a", lambda folder: None, read)


def test_it_shows_no_half_of_a_folder(place: Path) -> None:
    with pytest.raises(OSError, match="full"):
        folders.with_folder("a", no_room, read)
    assert [each.name for each in place.iterdir()] == [".building"]


def no_room(folder: Path) -> None:
    (folder / "words").write_text("wh")
    raise OSError("the disk is full")


def test_it_keeps_what_is_wanted_open_or_new(place: Path) -> None:
    held = folders.with_folder("open", build, read)
    for name in ("wanted", "old"):
        folders.with_folder(name, build, read)
    assert folders.tidy({"wanted"}) == []
    assert folders.tidy({"wanted"}, quiet=0) == ["old"]
    del held
    assert folders.tidy({"wanted"}, quiet=0) == ["open"]


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["folder", "file", "half a file", "keys"])
def test_it_scores_the_same_after_a_folder_was_torn(cast: Cast, place: Path, harm: str) -> None:
    OpportunityFactory.create_batch(3)
    CapabilityFactory.create_batch(4)
    runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    before = pairs(MatchRun.objects.get())
    scoring.close()
    spoil(place, harm)
    second = runs.start_run(city=CITY, by=cast.reviewer, plan=EAGER)
    work_all()
    assert pairs(second) == before


def spoil(place: Path, harm: str) -> None:
    (folder,) = (each for each in place.iterdir() if each.is_dir())
    files = sorted((folder / "corpus").glob("*.npy"))
    if harm == "folder":
        folder.rename(folder.with_name("elsewhere"))
    elif harm == "file":
        files[0].unlink()
    elif harm == "keys":
        (folder / "keys.npz").write_bytes(b"PK")
    else:
        files[0].write_bytes(files[0].read_bytes()[:-7])


def pairs(run: MatchRun) -> set[tuple[object, ...]]:
    columns = ("opportunity", "capability", "score", "rank_for_opportunity", "rank_for_capability", "eligible")
    return set(RunPair.objects.filter(run=run).values_list(*columns))


@pytest.mark.django_db
def test_it_removes_the_folders_of_older_runs(cast: Cast, place: Path, opportunity: object, capability: object) -> None:
    swept()
    first = scoring.name_of(MatchRun.objects.get(), "none")
    CapabilityFactory()
    run = runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    run.refresh_from_db()
    scoring.close()
    assert folders.tidy({scoring.name_of(run, "none")}, quiet=0) == [first]
    assert Match.objects.filter(run=run).exists()


@pytest.mark.django_db
def test_it_wants_the_folders_of_the_last_run_and_of_the_one_under_way(cast: Cast, capability: object) -> None:
    OpportunityFactory()
    swept()
    base = MatchRun.objects.get()
    coming = runs.start_run(city=CITY, by=cast.reviewer)
    work_all(runs_first_step(coming))
    assert Path(settings.SNAPSHOT_DIR, scoring.name_of(base, "none")).is_dir()
    assert scoring.forget_folders() == []


def runs_first_step(run: MatchRun) -> list[int]:
    return list(run.shards.values_list("pk", flat=True))


def test_who_tidies_does_not_wait_for_who_builds() -> None:
    folders.with_folder("old", build, read)
    with folders.building(), ThreadPoolExecutor(1) as one:
        assert one.submit(folders.tidy, set(), 0).result(timeout=10) == []
    assert folders.tidy(set(), quiet=0) == ["old"]


@pytest.mark.django_db
def test_it_builds_no_folder_of_nothing_from_a_snapshot_that_was_dropped(cast: Cast, place: Path) -> None:
    OpportunityFactory(), CapabilityFactory()
    first = runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    runs.start_run(city=CITY, by=cast.reviewer)
    work_all()
    first.refresh_from_db()
    scoring.close(), spoil(place, "folder")
    with pytest.raises(scoring.SnapshotGone):
        scoring.loaded(first)
