"""Decisions become training rows by themselves; a ranker is trained on them, one at a time for each city, and offered when proven."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from accounts.services import reviewers
from activity.services import record, tell
from capabilities.models import Capability
from matching import adapters
from matching.engine import Corpus, features, learning
from matching.models import Answer, Match, MatchRun, Ranker, RunPair
from matching.plan import Plan
from matching.services import scoring
from matching.services.runs import queue_full
from matching.services.snapshot import base_of
from matching.services.work import given_back_on_error, lease_kept
from matching.states import AnswerState, MatchState, RankerState, RunOrigin
from opportunities.models import Opportunity
from scenemarket.errors import WrongState
from scenemarket.leases import LeaseLost

logger = logging.getLogger(__name__)

NEWEST = 10_000  # decisions that a training reads: the newest ones
NIGHT_HOUR = 2
GROWN = 1.1  # the nightly look trains again when there are this many times the decisions of the last training
LOOKED_AT, SHOWN = 100, 50  # opportunities whose lists are compared before and after, and moves that are kept of them

# What a decision says about how well the pair fits: (grade, weight). What is not listed says nothing about it:
# a conflict of interest, a duplicate, a full inbox or a doubtful firm would be excluded however well it fits.
EXCLUDED: dict[str, tuple[int, float]] = {
    "irrelevant": (0, 1.0), "word_trap": (0, 1.0), "condition": (0, 0.5), "other": (0, 0.5),
}  # fmt: skip
DECLINED: dict[str, tuple[int, float]] = {
    "not_needed": (0, 1.0), "not_our_business": (0, 1.0),
    "cannot_deliver": (0, 0.5), "immature": (0, 0.5), "no_credentials": (0, 0.5), "no_local_service": (0, 0.5),
}  # fmt: skip
APPROVED, UNANSWERED, ACCEPTED, AGREED, LANDED = (1, 1.0), (1, 0.5), (2, 1.0), (3, 1.0), (3, 2.0)
STANDING = (MatchState.APPROVED, MatchState.PUSHED, MatchState.DECLINED, MatchState.EXPIRED)


@dataclass(frozen=True)
class Decision:
    """What people said of one pair, as a grade (0 to 3) and how much it counts."""

    opportunity: int
    capability: int
    grade: int
    weight: float


def landed(match: Match) -> None:
    """The deal of this match has landed; called by the deal, in its transaction. Once is enough."""
    Match.objects.filter(pk=match.pk, landed_at=None).update(landed_at=Now())


def decisions(city: str) -> list[Decision]:
    """Everything that people decided on pairs of this city and that says how well they fit, newest first."""
    rows = Match.objects.of_cities([city]).filter(Q(state__in=[*STANDING, MatchState.AGREED, MatchState.EXCLUDED]))
    told = rows.order_by(F("decided_at").desc(nulls_last=True), "-pk")
    columns = ("pk", "opportunity_id", "capability_id", "state", "exclusion", "landed_at")
    found = list(told.values_list(*columns)[:NEWEST])
    answers = _answers([row[0] for row in found])
    graded = (
        (opportunity, capability, _grade(state, exclusion, bool(landed_at), answers[pk]))
        for pk, opportunity, capability, state, exclusion, landed_at in found
    )
    return [Decision(o, c, *grade) for o, c, grade in graded if grade]


def _answers(matches: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    said = Answer.objects.filter(match__in=matches, state__in=[AnswerState.ACCEPTED, AnswerState.DECLINED])
    for match, state, reason in said.values_list("match", "state", "reason"):
        found[match].append((state, reason))
    return found


def _grade(state: str, exclusion: str, has_landed: bool, answers: list[tuple[str, str]]) -> tuple[int, float] | None:
    """The strongest word that was said: a refusal for what the pair is, then how far it came."""
    if state == MatchState.EXCLUDED:
        return EXCLUDED.get(exclusion)
    if has_landed:
        return LANDED
    if state == MatchState.AGREED:
        return AGREED
    refused = [DECLINED[reason] for said, reason in answers if said == AnswerState.DECLINED and reason in DECLINED]
    if refused:
        return max(refused, key=lambda each: each[1])
    if any(said == AnswerState.ACCEPTED for said, _reason in answers):
        return ACCEPTED
    return UNANSWERED if state == MatchState.EXPIRED else APPROVED


def judged(found: Iterable[Decision]) -> int:
    """How many opportunities have decisions that differ: only those say which of two pairs is the better one."""
    grades = defaultdict(set)
    for decision in found:
        grades[decision.opportunity].add(decision.grade)
    return sum(len(each) > 1 for each in grades.values())


def groups(corpus: Corpus, found: Iterable[Decision]) -> list[learning.Group]:
    """The decisions with what the engine measures of their pairs, by the listings as they are now.

    Pairs with a listing that the corpus cannot read (its vector is not there yet) are left out.
    """
    by_need: dict[int, list[Decision]] = defaultdict(list)
    for decision in found:
        by_need[decision.opportunity].append(decision)
    needs = Opportunity.objects.select_related("owner").in_bulk(list(by_need))
    keys = {decision.capability for some in by_need.values() for decision in some}
    rows = Capability.objects.select_related("owner").prefetch_related("owner__titles").in_bulk(keys)
    offers = {key: adapters.offer(adapters.offer_record(row)) for key, row in rows.items()}
    made = []
    for key, some in by_need.items():
        need = adapters.need(adapters.need_record(needs[key]))
        try:
            base, measured = features.rows(corpus, need, [offers[each.capability] for each in some])
        except KeyError:
            continue
        marks, weights = (np.array([getattr(each, name) for each in some]) for name in ("grade", "weight"))
        made.append(learning.Group(need.id, base, measured, marks, weights.astype(np.float64)))
    return made


def start_training(city: str, *, by: User) -> Ranker:
    """Queue a training; a worker begins within seconds. Raises NotAllowed, or WrongState with too little to learn from."""
    check_can(by, May.RUN, city=city)
    known = decisions(city)
    if judged(known) < learning.LEAST:
        raise WrongState(
            _(
                "A ranker needs %(least)s opportunities with decisions that differ; so far there are %(n)s. Nothing was started."
            )
            % {"least": learning.LEAST, "n": judged(known)}
        )
    if base_of(city) is None:
        raise WrongState(
            _("No run over the city has finished yet, so there is nothing to measure by; nothing was started.")
        )
    ranker = _queue(city, by=by, decisions=len(known))
    if ranker is None:
        raise WrongState(_("A ranker is in training for this city already; nothing was started."))
    return ranker


@transaction.atomic
def _queue(city: str, **values: Any) -> Ranker | None:
    """Make the row of work; None when the database says that one is there."""
    try:
        with transaction.atomic():
            ranker = Ranker.objects.create(city=city, **values)
    except IntegrityError:
        return None
    record(by=values.get("by"), verb="ranker.queued", subject=ranker, after=RankerState.TRAINING)
    return ranker


def sweep() -> list[int]:
    """Make this night's trainings, fail the dead ones; returns the keys of trainings that a worker should be told of."""
    night = (timezone.localtime() - timedelta(hours=NIGHT_HOUR)).date()
    for city in (
        Match.objects.filter(decided_at__isnull=False).order_by().values_list("opportunity__city", flat=True).distinct()
    ):
        _look_tonight(city, night)
    _fail_dead()
    quiet = Q(nudged_at=None) | Q(nudged_at__lt=Now() - timedelta(seconds=settings.LEASE_SECONDS / 6))
    keys = list(Ranker.objects.free().filter(quiet, state=RankerState.TRAINING).values_list("pk", flat=True))
    Ranker.objects.filter(pk__in=keys).update(nudged_at=Now())
    return keys


def _look_tonight(city: str, night: date) -> None:
    last = Ranker.objects.filter(city=city).first()
    if last and (last.state == RankerState.TRAINING or timezone.localtime(last.at).date() >= night):
        return
    decided = Match.objects.of_cities([city]).filter(decided_at__isnull=False).order_by()
    if decided.values("opportunity").distinct().count() < learning.LEAST:
        return
    known = decisions(city)
    enough = judged(known) >= learning.LEAST and (not last or len(known) >= GROWN * last.decisions)
    if enough and base_of(city) is not None:
        _queue(city, night=night, decisions=len(known))


@transaction.atomic
def _fail_dead() -> None:
    for ranker in Ranker.objects.dead().filter(state=RankerState.TRAINING):
        if Ranker.objects.filter(pk=ranker.pk, state=RankerState.TRAINING).update(state=RankerState.FAILED) == 1:
            record(
                by=None, verb="ranker.failed", subject=ranker, before=RankerState.TRAINING, after=RankerState.FAILED,
                reason=ranker.last_error,
            )  # fmt: skip


def train(ranker_id: int) -> bool:
    """Do one training, if it is free: the lease lets one worker through. A message that comes twice does nothing."""
    claimed = Ranker.objects.filter(pk=ranker_id, state=RankerState.TRAINING).claim()
    if not claimed:
        return False
    ranker: Ranker = claimed[0]
    try:
        with lease_kept(ranker), given_back_on_error(ranker):
            _train(ranker)
    except LeaseLost:
        logger.warning("%s was taken over by another worker; what was done here is dropped", ranker)
        return False
    return True


def _train(ranker: Ranker) -> None:
    base = base_of(ranker.city)
    if base is None:
        raise LookupError("the run that this training was to be measured by is gone")
    corpus, known = scoring.loaded(base).corpus, decisions(ranker.city)
    trial = learning.train(groups(corpus, known), features.NAMES)
    values: dict[str, Any] = {
        "state": RankerState.OFFERED if trial.proven else RankerState.TRAINED,
        "engine_version": base.engine_version, "model_id": base.model_id,
        "opportunities": trial.opportunities, "pairs": trial.pairs, "decisions": len(known),
        "kind": trial.ranker.kind, "figures": figures(trial), "text": learning.written(trial.ranker),
        "trained_with": {"features": list(trial.ranker.features), "trees": learning.TREES, "rounds": learning.ROUNDS,
                         "strength": learning.STRENGTH, "limit": learning.LIMIT, "folds": learning.FOLDS, "seed": learning.SEED},
        "changes": moves(base, corpus, trial.ranker),
    }  # fmt: skip
    _finish(ranker, values)


@transaction.atomic
def _finish(ranker: Ranker, values: dict[str, Any]) -> None:
    """Keep what was trained; what was offered before makes room for it."""
    ranker.finish(**values)
    older = Ranker.objects.filter(
        city=ranker.city, state__in=[RankerState.TRAINED, RankerState.OFFERED], pk__lt=ranker.pk
    )
    for other in older.select_for_update(no_key=True).order_by("pk"):
        Ranker.objects.filter(pk=other.pk).update(state=RankerState.RETIRED)
        record(by=None, verb="ranker.off", subject=other, before=other.state, after=RankerState.RETIRED)
    record(
        by=None, verb=f"ranker.{values['state']}", subject=ranker, before=RankerState.TRAINING, after=values["state"]
    )
    if values["state"] == RankerState.OFFERED:
        key, params = f"ranker.offered:{ranker.public_id}", {"ranker": str(ranker), "n": values["opportunities"]}
        tell(reviewers(ranker.city), kind="ranker.offered", key=key, path=ranker.get_absolute_url(), params=params)


def figures(trial: learning.Trial) -> dict[str, Any]:
    """The figures of a training as JSON: NDCG@10 of the fusion, of each kind, and what each gains, with intervals."""
    told = {kind: {"quality": asdict(trial.quality[kind]), "gain": asdict(trial.gains[kind])} for kind in trial.quality}
    return {"fusion": asdict(trial.fusion), "kinds": told, "level": learning.LEVEL}


def moves(run: MatchRun, corpus: Corpus, ranker: learning.Ranker) -> dict[str, Any]:
    """What the ranker would change in the lists of a run, on at most LOOKED_AT opportunities: counts, and the widest moves."""
    keys = list(RunPair.objects.filter(run=run).order_by().values_list("opportunity", flat=True).distinct())
    chosen = [keys[int(place)] for place in np.linspace(0, len(keys) - 1, min(len(keys), LOOKED_AT))]
    kept = RunPair.objects.filter(run=run, opportunity__in=chosen, rank_for_opportunity__isnull=False).exclude(
        eligible=False
    )
    rows: list[tuple[int, int, int, int, float]] = []
    by_need: dict[int, list[RunPair]] = defaultdict(list)
    for pair in kept.select_related("opportunity", "capability").order_by("opportunity", "rank_for_opportunity"):
        by_need[pair.opportunity_id].append(pair)
    for pairs in by_need.values():
        rows += _moved(pairs, corpus, ranker)
    first = Plan.of(run).propose_for_opportunity
    near = [row for row in rows if row[2] != row[3] and min(row[2], row[3]) <= first]
    widest = sorted(near, key=lambda row: (-abs(row[3] - row[2]), row[:2]))[:SHOWN]
    return {
        "run": run.public_id, "opportunities": len(chosen), "pairs": len(rows), "first": first,
        "up": sum(row[3] < row[2] for row in near), "down": sum(row[3] > row[2] for row in near),
        "new": sum(row[2] > first >= row[3] for row in near), "rows": widest,
    }  # fmt: skip


def _moved(pairs: list[RunPair], corpus: Corpus, ranker: learning.Ranker) -> list[tuple[int, int, int, int, float]]:
    """(opportunity, capability, rank before, rank after, points) of one opportunity's pairs."""
    base, measured = features.rows(
        corpus, pairs[0].opportunity.public_id, [pair.capability.public_id for pair in pairs]
    )
    added = learning.points(ranker, features.NAMES, base, measured)
    order = np.argsort(-(base + added), kind="stable")
    after = {int(place): rank for rank, place in enumerate(order, 1)}
    return [
        (pair.opportunity_id, pair.capability_id, before, after[place], float(added[place]))
        for place, (before, pair) in enumerate(enumerate(pairs, 1))
    ]


def switch_on(ranker: Ranker, *, by: User) -> MatchRun | None:
    """Let every later run of the city use this ranker, and start one. Returns that run, None while another is under way.

    Raises NotAllowed, or WrongState unless the ranker is offered.
    """
    check_can(by, May.RUN, city=ranker.city)
    with transaction.atomic():
        for other in Ranker.objects.active().filter(city=ranker.city).exclude(pk=ranker.pk):
            _move(
                other,
                RankerState.ACTIVE,
                RankerState.RETIRED,
                "ranker.off",
                by,
                switched_off_by=by,
                switched_off_at=Now(),
            )
        _move(ranker, RankerState.OFFERED, RankerState.ACTIVE, "ranker.on", by, switched_on_by=by, switched_on_at=Now())
    return queue_full(ranker.city, RunOrigin.REVIEWER, by=by)


def switch_off(ranker: Ranker, *, by: User) -> MatchRun | None:
    """Back to the fixed fusion; the ranker stays on offer. Otherwise as switch_on()."""
    check_can(by, May.RUN, city=ranker.city)
    with transaction.atomic():
        _move(
            ranker, RankerState.ACTIVE, RankerState.OFFERED, "ranker.off", by, switched_off_by=by, switched_off_at=Now()
        )
    return queue_full(ranker.city, RunOrigin.REVIEWER, by=by)


def _move(ranker: Ranker, before: str, after: str, verb: str, by: User, **values: Any) -> None:
    if Ranker.objects.filter(pk=ranker.pk, state=before).update(state=after, **values) != 1:
        ranker.refresh_from_db(fields=["state"])
        raise WrongState(
            _("This ranker is “%(state)s” now, so this is not possible; nothing was changed.")
            % {"state": RankerState(ranker.state).label}
        )
    ranker.refresh_from_db()
    record(by=by, verb=verb, subject=ranker, before=before, after=after)
