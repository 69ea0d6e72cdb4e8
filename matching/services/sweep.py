"""What is looked at every two seconds: work is a query, so whatever was killed or lost is found again here."""

from collections.abc import Iterable
from datetime import date, timedelta
from time import monotonic
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
from matching.adapters import ENGINE_VERSION
from matching.models import Match, MatchRun, Night, Scored, Shard, Worded
from matching.services import texts
from matching.services.alternates import fill_due
from matching.services.parts import complete_parts
from matching.services.runs import move_run, queue_full, queue_increment
from matching.services.scoring import forget_folders
from matching.services.snapshot import base_of, capabilities, fingerprint, opportunities
from matching.services.withdrawal import withdraw_fallen
from matching.states import AFTER, RunOrigin, RunState, Side, Step
from opportunities.models import Opportunity
from scenemarket.leases import WorkState

NIGHT_HOUR = 2
# so long after it, the nightly run waits no more for vectors
PATIENT_HOURS = 2
# of those that wait, so many are matched by increments between two looks
INCREMENTS_AT_MOST = 30
# more waiting listings than this share of a city's are matched by one run over all of it; the city keeps its model meanwhile
MANY = 0.01
# … and more than this share even without vectors, and even if the run has to do without the model
MOST = 0.1
# a run measures anew when this share of a city was matched by increments since the last
DRIFT = 0.05
NUDGES_AT_ONCE = 500
TIDY_SECONDS = 300.0


def sweep() -> list[int]:
    """Do what is due; returns the keys of steps that a worker should be told of. Safe anywhere, any number at once."""
    withdraw_fallen()
    forget_closed()
    texts.ask_due()
    texts.note_arrivals()
    for city in open_cities():
        look_after(city)
    fail_dead()
    fail_outdated()
    go_on()
    return due()


def sweep_rest() -> None:
    """What no step waits for, and what may have to measure lists first: should it fail, the steps of runs go on all the same."""
    fill_due()
    complete_parts()
    tidy_at_times()


def open_cities() -> list[str]:
    """Cities with open opportunities."""
    return list(Opportunity.objects.open().order_by().values_list("city", flat=True).distinct())


def listing_changed(side: str, key: int) -> list[int]:
    """What a listing that was opened or edited a moment ago asks for, without waiting for the next sweep; the steps that are due."""
    rows: QuerySet[Any] = (
        capabilities() if side == Side.CAPABILITY else Opportunity.objects.open().select_related("owner")
    )
    listing = rows.filter(pk=key).first()
    if listing is None:
        return []
    withdraw_fallen(Match.objects.filter(**{side: key}))
    texts.ask(side, [listing])
    for city in [listing.city] if side == Side.OPPORTUNITY else open_cities():
        base, waiting = base_of(city), unmatched(city)[side]
        if base is None or not waiting.filter(pk=key).exists():
            continue
        # one of many that were opened together: the next sweep decides whether one run does it for all
        if waiting[: INCREMENTS_AT_MOST + 1].count() <= INCREMENTS_AT_MOST:
            _match(side, {key: listing.version}, city, base)
    return due()


def vectors_came() -> list[int]:
    """The same when vectors have come: listings that waited for them are matched, cities that wait for the last one get their run."""
    if texts.note_arrivals():
        for city in open_cities():
            look_after(city)
    return due()


_tidied = [0.0]


def tidy_at_times() -> None:
    """Each process that sweeps looks after the folders of its machine now and then."""
    if monotonic() - _tidied[0] > TIDY_SECONDS:
        _tidied[0] = monotonic()
        forget_folders()


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
    failed = last is not None and last.state == RunState.FAILED and last.engine_version == ENGINE_VERSION
    may_start = not (under_way or failed)
    if base is None:
        if may_start or not (under_way or _looked_tonight(city)):
            _first(city)
    elif under_way or not (_refresh(city, base, may_start) or _nightly(city, base)):
        _increments(city, base)


@transaction.atomic
def _first(city: str) -> None:
    """The first run over a city serves for this night as well."""
    _looked_tonight(city)
    queue_full(city, RunOrigin.SWEEP)


def _refresh(city: str, base: MatchRun, may_start: bool) -> bool:
    """Start a run in daytime: when a better model knows all texts by now, or when much of the city is new since the last run."""
    if not may_start:
        return False
    total = base.opportunities + base.capabilities
    waiting = sum(rows[: int(total * MOST) + INCREMENTS_AT_MOST + 1].count() for rows in unmatched(city).values())
    many = max(INCREMENTS_AT_MOST, total * MANY)
    wanted = waiting > max(INCREMENTS_AT_MOST, total * MOST)
    if not wanted and (waiting > many or _increments_since(base) > max(INCREMENTS_AT_MOST * 5, total * DRIFT)):
        wanted = keeps_model(city, base)
    return (wanted or _better_model(city, base)) and queue_full(city, RunOrigin.SWEEP) is not None


def _increments_since(base: MatchRun) -> int:
    return MatchRun.objects.of_cities([base.city]).filter(origin=RunOrigin.INCREMENT, pk__gt=base.pk).count()


def _better_model(city: str, base: MatchRun) -> bool:
    """Whether a model that is preferred to the last run's has all texts."""
    known = texts.models()
    better = known[: known.index(base.model_id)] if base.model_id in known else known
    return any(texts.is_complete(city, model_id) for model_id in better)


def keeps_model(city: str, base: MatchRun) -> bool:
    """Whether a run that begins now would be made with a model, if the last one was."""
    return base.model_id == texts.NONE or texts.model_of_all(city) != texts.NONE


@transaction.atomic
def _nightly(city: str, base: MatchRun) -> bool:
    """Once a night, and only when a run would find something else than the last one; for a while it waits for vectors."""
    if Night.objects.filter(city=city, day=_night()).exists():
        return False
    early = timezone.localtime() - timedelta(hours=PATIENT_HOURS)
    if (early - timedelta(hours=NIGHT_HOUR)).date() < _night() and not keeps_model(city, base):
        return False
    if _looked_tonight(city) or base.snapshot == fingerprint(city):
        return False
    return queue_full(city, RunOrigin.SWEEP) is not None


def _night() -> date:
    """The night since the last 02:00."""
    return (timezone.localtime() - timedelta(hours=NIGHT_HOUR)).date()


def _looked_tonight(city: str) -> bool:
    """Whether somebody looked since the last 02:00; from now on somebody has."""
    _look, first = Night.objects.get_or_create(city=city, day=_night())
    return not first


def _increments(city: str, base: MatchRun) -> None:
    """Match what waits one by one, and again what was matched without its vectors."""
    for side, rows in unmatched(city).items():
        _match(side, dict(rows.values_list("pk", "version")[: INCREMENTS_AT_MOST * 2]), city, base)
    if base.model_id != texts.NONE:
        for side, key, version in _improvable(city, base.model_id)[:INCREMENTS_AT_MOST]:
            _increment(side, key, version, city, base.model_id)


def _match(side: str, versions: dict[int, int], city: str, base: MatchRun) -> None:
    """Make increments of those of these listings that need not wait for vectors."""
    ready = texts.usable(side, versions, base.model_id)
    for key, model_id in list(ready.items())[:INCREMENTS_AT_MOST]:
        _increment(side, key, versions[key], city, model_id)


def _improvable(city: str, model_id: str) -> Any:
    """Listings (side, key, version) that were matched without a model and whose vectors have come."""
    there = Worded.objects.filter(
        kind=OuterRef("kind"), listing_id=OuterRef("listing_id"), version=OuterRef("version"), model_id=model_id
    )
    rows = Scored.objects.filter(Exists(there), city=city, model_id=texts.NONE)
    return rows.order_by("pk").values_list("kind", "listing_id", "version")


def unmatched(city: str) -> dict[str, QuerySet[Any]]:
    """Open listings, by side, whose version is in no run for this city."""
    rows = {Side.OPPORTUNITY: opportunities(city), Side.CAPABILITY: capabilities().prefetch_related(None)}
    return {side: query.filter(~Exists(_marked(side, city))) for side, query in rows.items()}


def _marked(side: str, city: str) -> QuerySet[Scored]:
    return Scored.objects.filter(kind=side, city=city, listing_id=OuterRef("pk"), version=OuterRef("version"))


@transaction.atomic
def _increment(side: str, key: int, version: int, city: str, model_id: str) -> None:
    """Make the increment unless another sweep has: the mark is the row that lets one through."""
    now = {"version": version, "model_id": model_id}
    rows = Scored.objects.filter(kind=side, city=city, listing_id=key)
    changed = ~Q(version=version)
    if model_id != texts.NONE:
        changed |= Q(model_id=texts.NONE)
    if rows.filter(changed).update(**now) == 1:
        queue_increment(side, key, version, city, model_id)
        return
    _row, new = Scored.objects.get_or_create(kind=side, city=city, listing_id=key, defaults=now)
    if new:
        queue_increment(side, key, version, city, model_id)


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


def fail_outdated() -> int:
    """Runs that another version of the engine has begun are not finished by this one: its numbers would be others. Returns how many."""
    sentence = _(
        "This run was begun by version %(theirs)s of the engine, and version %(ours)s is installed now. "
        "Nothing was proposed; please start it anew."
    )
    rows = MatchRun.objects.under_way().exclude(engine_version=ENGINE_VERSION)
    said = [(run, str(sentence % {"theirs": run.engine_version, "ours": ENGINE_VERSION})) for run in rows]
    return sum(move_run(run, RunState.FAILED, by=None, verb="run.failed", reason=why, failure=why) for run, why in said)


def go_on() -> None:
    """Make the step that is due where all ranges of a run are done (the worker that did the last one does so at once)."""
    running = MatchRun.objects.full().filter(state=RunState.RUNNING)
    for step, after in AFTER.items():
        ranges = Shard.objects.filter(run=OuterRef("pk"), step=step)
        following = Shard.objects.filter(run=OuterRef("pk"), step=after)
        for run in running.filter(Exists(ranges), ~Exists(ranges.unfinished()), ~Exists(following)):
            Shard.objects.get_or_create(run=run, step=after)


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
