"""What is looked at every two seconds: work is a query, so whatever was killed or lost is found again here."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services import reviewers
from activity.services import tell
from capabilities.models import Capability
from listings.states import State
from matching.models import MatchRun, Night, Scored, Shard
from matching.services.runs import move_run, queue_full, queue_increment
from matching.services.snapshot import base_of, capabilities, fingerprint, opportunities
from matching.services.withdrawal import withdraw_fallen
from matching.states import RunOrigin, RunState, Side, Step
from opportunities.models import Opportunity
from scenemarket.leases import WorkState

NIGHT_HOUR = 2
# more edited listings than this are matched by one run over the whole city
INCREMENTS_AT_MOST = 30
NUDGES_AT_ONCE = 500


def sweep() -> list[int]:
    """Do what is due; returns the keys of steps that a worker should be told of. Safe anywhere, any number at once."""
    withdraw_fallen()
    forget_closed()
    for city in Opportunity.objects.open().order_by().values_list("city", flat=True).distinct():
        look_after(city)
    fail_dead()
    start_merges()
    return due()


def forget_closed() -> None:
    """Drop the marks of listings that are not open: when they open again, they are matched again."""
    for side, model in ((Side.OPPORTUNITY, Opportunity), (Side.CAPABILITY, Capability)):
        is_open = model.objects.filter(pk=OuterRef("listing_id"), state=State.PUBLISHED)
        Scored.objects.filter(~Exists(is_open), kind=side).delete()


def look_after(city: str) -> None:
    """Start what this city needs: its first run, the nightly one, or an increment for each listing not yet matched."""
    if not Capability.objects.open().exists():
        return
    runs = MatchRun.objects.of_cities([city]).full()
    # asked first: a run that becomes ready between two questions must be seen by one of them
    under_way = runs.under_way().exists()
    base, last = base_of(city), runs.first()
    # after a failure only a person, or the next night, starts another run: what kills workers must not go round
    may_start = not under_way and not (last and last.state == RunState.FAILED)
    if base is None:
        if may_start or not (under_way or _looked_tonight(city)):
            _first(city)
    elif under_way or not _nightly(city, base):
        _increments(city, may_start)


@transaction.atomic
def _first(city: str) -> None:
    """The first run over a city serves for this night as well."""
    _looked_tonight(city)
    queue_full(city, RunOrigin.SWEEP)


@transaction.atomic
def _nightly(city: str, base: MatchRun) -> bool:
    """Once a night, and only when a run would find something else than the last one."""
    if _looked_tonight(city) or base.snapshot == fingerprint(city):
        return False
    return queue_full(city, RunOrigin.SWEEP) is not None


def _looked_tonight(city: str) -> bool:
    """Whether somebody looked since the last 02:00; from now on somebody has."""
    night = (timezone.localtime() - timedelta(hours=NIGHT_HOUR)).date()
    _look, first = Night.objects.get_or_create(city=city, day=night)
    return not first


def _increments(city: str, may_start: bool) -> None:
    waiting = [(side, row) for side, rows in unmatched(city).items() for row in rows[: INCREMENTS_AT_MOST + 1]]
    if len(waiting) > INCREMENTS_AT_MOST and may_start:
        queue_full(city, RunOrigin.SWEEP)
        return
    for side, listing in waiting[:INCREMENTS_AT_MOST]:
        _increment(side, listing, city)


def unmatched(city: str) -> dict[str, QuerySet[Any]]:
    """Open listings, by side, whose version is in no run for this city."""
    rows = {Side.OPPORTUNITY: opportunities(city), Side.CAPABILITY: capabilities().prefetch_related(None)}
    return {side: query.filter(~Exists(_marked(side, city))) for side, query in rows.items()}


def _marked(side: str, city: str) -> QuerySet[Scored]:
    return Scored.objects.filter(kind=side, city=city, listing_id=OuterRef("pk"), version=OuterRef("version"))


@transaction.atomic
def _increment(side: str, listing: Any, city: str) -> None:
    """Make the increment unless another sweep has: the mark is the row that lets one through."""
    rows = Scored.objects.filter(kind=side, city=city, listing_id=listing.pk)
    if rows.exclude(version=listing.version).update(version=listing.version) == 1:
        queue_increment(side, listing, city)
        return
    _row, new = Scored.objects.get_or_create(
        kind=side, city=city, listing_id=listing.pk, defaults={"version": listing.version}
    )
    if new:
        queue_increment(side, listing, city)


def fail_dead() -> int:
    """Runs with a step that was set aside have failed: the reviewers are told, and may try again. Returns how many."""
    dead = MatchRun.objects.under_way().filter(shards__work_state=WorkState.DEAD).distinct()
    return sum(_fail(run) for run in dead)


@transaction.atomic
def _fail(run: MatchRun) -> bool:
    step = run.shards.filter(work_state=WorkState.DEAD).first()
    if step is None:
        return False
    sentence = _("The step “%(step)s” was tried %(n)s times and set aside: %(error)s Nothing was lost; try it again.") % {
        "step": Step(step.step).label, "n": step.attempts, "error": step.last_error or _("the worker was killed each time."),
    }  # fmt: skip
    if not move_run(run, RunState.FAILED, by=None, verb="run.failed", reason=str(sentence), failure=str(sentence)):
        return False
    key = f"run.failed:{run.public_id}:{step.pk}"
    params = {"run": str(run), "reason": str(sentence)}
    tell(reviewers(run.city), kind="run.failed", key=key, path=run.get_absolute_url(), params=params)
    return True


def start_merges() -> None:
    """Make the last step of each run whose ranges are all scored (the worker that scored the last one does so at once)."""
    open_ranges = Shard.objects.unfinished().filter(run=OuterRef("pk"), step__in=[Step.FREEZE, Step.SCORE])
    has_ranges = Shard.objects.filter(run=OuterRef("pk"), step=Step.SCORE)
    merging = Shard.objects.filter(run=OuterRef("pk"), step=Step.MERGE)
    running = MatchRun.objects.full().filter(state=RunState.RUNNING)
    for run in running.filter(Exists(has_ranges), ~Exists(open_ranges), ~Exists(merging)):
        Shard.objects.get_or_create(run=run, step=Step.MERGE)


def due() -> list[int]:
    """Steps that nobody works on and of which no worker was told lately; notes that they are told of now."""
    a_while = timedelta(seconds=settings.LEASE_SECONDS / 6)
    quiet = Q(nudged_at=None) | Q(nudged_at__lt=Now() - a_while)
    living = Shard.objects.free().filter(quiet, run__in=MatchRun.objects.under_way())
    keys = list(living.order_by("pk").values_list("pk", flat=True)[:NUDGES_AT_ONCE])
    return nudged(keys)


def nudged(keys: Iterable[int]) -> list[int]:
    """Note that a worker is being told of these steps."""
    keys = list(keys)
    Shard.objects.filter(pk__in=keys).update(nudged_at=Now())
    return keys
