"""The lists as a run sees them: frozen once, in parts, so that every worker reads the same and memory stays flat."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Title
from capabilities.models import Capability
from matching.adapters import ENGINE_VERSION, need_record, offer_record
from matching.models import MatchRun, Proposal, RunPair, Scored, SnapshotPart
from matching.states import Side
from opportunities.models import Opportunity

PART = 1000
# finished runs over a city whose pairs are kept, so that runs can be compared; a page offers ten others
KEPT_RUNS = 12


@dataclass(frozen=True)
class Frozen:
    """One listing in a snapshot: its key, its version, and the record that the engine reads."""

    pk: int
    version: int
    record: dict[str, Any]


def opportunities(city: str) -> QuerySet[Opportunity]:
    """The open opportunities of a city, in the order of every snapshot."""
    return Opportunity.objects.open().filter(city=city).select_related("owner").order_by("pk")


def capabilities() -> QuerySet[Capability]:
    """All open capabilities: firms of every city may fit."""
    return Capability.objects.open().select_related("owner").prefetch_related("owner__titles").order_by("pk")


def freeze(run: MatchRun, model_id: str) -> tuple[dict[str, int], str]:
    """Write the snapshot and the marks of a run, replacing what an attempt before has left.

    Returns counts by side and the sum of the content, which is equal for equal lists.
    """
    SnapshotPart.objects.filter(run=run).delete()
    needs = (Frozen(row.pk, row.version, need_record(row)) for row in opportunities(run.city).iterator(PART))
    offers = (Frozen(row.pk, row.version, offer_record(row)) for row in capabilities().iterator(PART))
    sum_of_all, written = hashlib.sha256(), {}
    for side, rows in ((Side.OPPORTUNITY, needs), (Side.CAPABILITY, offers)):
        sum_of_all.update(side.encode())
        written[side] = _write(run, side, rows, sum_of_all)
    # last, because sweeps that look at the same marks wait for the end of this transaction
    for side, versions in written.items():
        mark(side, run.city, versions, model_id)
    return {str(side): len(versions) for side, versions in written.items()}, sum_of_all.hexdigest()


def _write(run: MatchRun, side: str, rows: Iterator[Frozen], sum_of_all: Any) -> list[tuple[int, int]]:
    """Write one side in parts; returns key and version of each listing."""
    versions: list[tuple[int, int]] = []
    for index, part in enumerate(_parts(rows)):
        plain = json.dumps([(r.pk, r.version, r.record) for r in part], ensure_ascii=False).encode()
        sum_of_all.update(plain)
        SnapshotPart.objects.create(run=run, side=side, index=index, records=zlib.compress(plain, 3))
        versions += ((r.pk, r.version) for r in part)
    return versions


def _parts(rows: Iterable[Frozen]) -> Iterator[list[Frozen]]:
    rows = iter(rows)
    while part := list(islice(rows, PART)):
        yield part


def mark(side: str, city: str, versions: Iterable[tuple[int, int]], model_id: str) -> None:
    """Note that these (listing, version) are in a run for this city, with this model."""
    Scored.objects.bulk_create(
        [Scored(kind=side, city=city, listing_id=pk, version=version, model_id=model_id) for pk, version in versions],
        update_conflicts=True,
        unique_fields=["kind", "city", "listing_id"],
        update_fields=["version", "model_id"],
        batch_size=PART,
    )


def thaw(run: MatchRun, side: str) -> list[Frozen]:
    """One side of a run's snapshot, in its order."""
    parts = SnapshotPart.objects.filter(run=run, side=side).order_by("index").values_list("records", flat=True)
    return [Frozen(*row) for packed in parts for row in json.loads(zlib.decompress(packed))]


def fingerprint(city: str) -> str:
    """What a run for this city would read, as 64 hexadecimal digits; equal means that a run would find the same."""
    digest = hashlib.sha256()
    for rows in (opportunities(city), capabilities().prefetch_related(None)):
        for row in rows.values_list("pk", "version").iterator():
            digest.update(b"%d:%d;" % row)
        digest.update(b"|")
    today = timezone.localdate()
    titles = Title.objects.order_by("pk").values_list("organisation_id", "name", "verified_at", "expires")
    for organisation, name, verified, expires in titles.iterator():
        digest.update(f"{organisation}:{name}:{bool(verified)}:{bool(expires and expires < today)};".encode())
    return digest.hexdigest()


def drop_older(run: MatchRun) -> None:
    """Forget snapshots that no later increment will ask for."""
    SnapshotPart.objects.filter(run__city=run.city, run__lt=run.pk).delete()


def forget_older(run: MatchRun) -> None:
    """Drop what runs before the last KEPT_RUNS over the city found pair by pair, and what failed ones have not put forward."""
    older = MatchRun.objects.of_cities([run.city]).filter(pk__lt=run.pk)
    Proposal.objects.filter(run__in=older).delete()
    last = older.full().finished().order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS - 2 : KEPT_RUNS - 1]
    for oldest in last:
        RunPair.objects.filter(run__in=older.filter(pk__lt=oldest)).delete()


def base_of(city: str) -> MatchRun | None:
    """The newest finished run over the city that this engine made: increments and explanations read its snapshot."""
    runs = MatchRun.objects.of_cities([city]).full().finished()
    return runs.filter(engine_version=ENGINE_VERSION).filter(Exists(_parts_of_run())).first()


def bases() -> list[MatchRun]:
    """Runs whose snapshot is, or will be, asked for: those under way, and the newest finished one of each city."""
    return [*_with_parts().under_way(), *newest_bases()]


def newest_bases() -> list[MatchRun]:
    """The newest finished run of each city, whose snapshot is there."""
    return list(_with_parts().finished().order_by("city", "-pk").distinct("city"))


def _with_parts() -> Any:
    return MatchRun.objects.full().filter(Exists(_parts_of_run()), engine_version=ENGINE_VERSION)


def _parts_of_run() -> QuerySet[SnapshotPart]:
    return SnapshotPart.objects.filter(run=OuterRef("pk"))
