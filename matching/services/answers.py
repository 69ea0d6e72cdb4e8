"""What the two sides say: accept, decline, invite, apply; reminders and expiry. When both have accepted, the pair is agreed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from activity.services import record
from capabilities.models import Capability
from codelists.models import List
from matching.access import may_meet
from matching.models import Answer, Match
from matching.services.explain import pair_values
from matching.services.moves import UNDECIDED, held, locked, move, refusal
from matching.services.push import close_answers, push, tell_both, tell_side
from matching.services.review import check_reason
from matching.services.vacancies import vacate
from matching.states import AnswerState, MatchState, Origin, Side, other
from opportunities.models import Opportunity
from scenemarket.errors import NotAllowed, WrongState

AT_ONCE = 200
# what a person's own step may take up again; the rest was decided, is under way, or is done
TAKEABLE = frozenset(
    {MatchState.PROPOSED, MatchState.APPROVED, MatchState.SUPERSEDED, MatchState.WITHDRAWN, MatchState.EXPIRED}
)


@transaction.atomic
def accept(match: Match, *, side: str, by: User, words: str = "") -> Match:
    """Say yes for one side; the second yes makes the pair agreed. Returns the match as it is now.

    Raises NotAllowed, or WrongState when the pair, the answer or one of the listings is not open any more.
    """
    _check_may(match, side, by)
    now = held(match.pk)
    if not now.stands:
        raise WrongState(
            _(
                "One of the two listings was edited, paused or closed meanwhile, so the pair is matched anew; your answer was not needed."
            )
        )
    _answer(now, side, AnswerState.ACCEPTED, by=by, words=words)
    if not now.answers.exclude(state=AnswerState.ACCEPTED).exists():
        move(now, MatchState.AGREED, by=by, verb="match.agreed", agreed_at=Now())
    return now


@transaction.atomic
def decline(match: Match, *, side: str, by: User, reason: str, words: str = "") -> Match:
    """Say no for one side; `reason` is a code of that side's list. The other side is told, without the reason."""
    _check_may(match, side, by)
    check_reason(List.DECLINE_OPPORTUNITY if side == Side.OPPORTUNITY else List.DECLINE_CAPABILITY, reason, words)
    now = held(match.pk)
    _answer(now, side, AnswerState.DECLINED, by=by, words=words, reason=reason)
    move(now, MatchState.DECLINED, by=by, verb="match.declined", why=words or reason)
    close_answers(now)
    vacate(now)
    tell_side(now, other(side), "match.declined")
    return now


def _check_may(match: Match, side: str, by: User) -> None:
    check_can(by, May.ANSWER, organisation=match.listing(side).owner_id)


def _answer(match: Match, side: str, state: str, *, by: User, words: str, reason: str = "") -> None:
    """Write one side's answer with a conditional UPDATE: it counts once, and not after its due date."""
    if match.state != MatchState.PUSHED:
        raise WrongState(refusal(match))
    rows = Answer.objects.filter(match=match, side=side, state=AnswerState.WAITING, due_at__gte=Now())
    if rows.update(state=state, by=by, words=words, reason=reason, answered_at=Now()) != 1:
        raise WrongState(
            _(
                "Your side has answered already, or the due date is past; nothing was changed. Reload to see how it stands."
            )
        )
    verb = f"answer.{state}"
    record(by=by, verb=verb, subject=match, before=AnswerState.WAITING, after=state, reason=words or reason, side=side)


def invite(*, opportunity: Opportunity, capability: Capability, by: User, words: str = "") -> Match:
    """The opportunity's side asks this firm; its own answer is yes. Returns the pushed match.

    Raises NotAllowed, or WrongState when a listing is not open or the pair has been decided on.
    """
    return _come_first(opportunity, capability, Side.OPPORTUNITY, by=by, words=words)


def apply(*, opportunity: Opportunity, capability: Capability, by: User, words: str = "") -> Match:
    """The capability's side applies; its own answer is yes. Otherwise as invite()."""
    return _come_first(opportunity, capability, Side.CAPABILITY, by=by, words=words)


@transaction.atomic
def _come_first(opportunity: Opportunity, capability: Capability, side: str, *, by: User, words: str) -> Match:
    mine = opportunity if side == Side.OPPORTUNITY else capability
    check_can(by, May.ANSWER, organisation=mine.owner_id)
    _check_open(opportunity, capability)
    # scored before anything is locked; push() refuses when a side was edited meanwhile
    values = pair_values(opportunity, capability)
    opportunity, capability = locked(Opportunity, opportunity.pk), locked(Capability, capability.pk)
    _check_open(opportunity, capability)
    row, new = Match.objects.get_or_create(opportunity=opportunity, capability=capability, defaults=values)
    match = held(row.pk)
    if match.state == MatchState.PUSHED:
        return accept(match, side=side, by=by, words=words)
    return _take(match, side, values, new, by=by, words=words)


def _check_open(opportunity: Opportunity, capability: Capability) -> None:
    if opportunity.owner_id == capability.owner_id:
        raise NotAllowed(_("Both listings are your own, so there is nobody to ask; nothing was sent."))
    for listing in (opportunity, capability):
        if not listing.is_open:
            raise WrongState(
                _("“%(title)s” is not open, so nothing was sent. You can still read it.") % {"title": listing.title}
            )
    if not may_meet(opportunity, capability):
        raise NotAllowed(_("One of the two listings is only for verified organisations; nothing was sent."))


def _take(match: Match, side: str, values: dict[str, Any], new: bool, *, by: User, words: str) -> Match:
    """Push a match that one person put forward: a new one, or one that the engine had found before."""
    if match.state == MatchState.EXCLUDED:
        # what the reviewer decided before any release is the reviewer's alone
        raise WrongState(_("This pair cannot be put forward; nothing was sent. The city's centre can say more."))
    if match.state not in TAKEABLE or (match.state == MatchState.WITHDRAWN and match.decided_at and match.stands):
        raise WrongState(refusal(match))
    again = {} if new or match.pushed_at is None else {"round": F("round") + 1}
    fresh: dict[str, Any] = {**values, **UNDECIDED, **again, "origin": ORIGIN_OF_SIDE[side]}
    Match.objects.filter(pk=match.pk).update(**fresh)
    match.refresh_from_db(fields=[*fresh])
    verb = "match.invited" if side == Side.OPPORTUNITY else "match.applied"
    return push(match, by=by, verb=verb, came_first=side, words=words)


ORIGIN_OF_SIDE: dict[str, str] = {Side.OPPORTUNITY: Origin.AGENCY, Side.CAPABILITY: Origin.FIRM}


def remind_due() -> int:
    """Sweep: remind each side once, some days before its answer is due. Returns how many answers."""
    soon = Answer.objects.waiting().filter(
        match__state=MatchState.PUSHED,
        reminded_at=None,
        due_at__gte=Now(),
        due_at__lt=Now() + timedelta(days=settings.REMIND_DAYS),
    )
    return sum(_remind(pk) for pk in soon.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _remind(pk: int) -> bool:
    if Answer.objects.waiting().filter(pk=pk, reminded_at=None).update(reminded_at=Now()) != 1:
        return False
    answer = Answer.objects.select_related("match__opportunity__owner", "match__capability__owner").get(pk=pk)
    tell_side(answer.match, answer.side, "match.reminder", answer=answer)
    return True


def expire_due() -> int:
    """Sweep: end pairs of which a side did not answer in time, and tell both. Returns how many pairs."""
    late = Match.objects.filter(
        state=MatchState.PUSHED, answers__state=AnswerState.WAITING, answers__due_at__lt=Now()
    ).distinct()
    return sum(_expire(pk) for pk in late.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _expire(pk: int) -> bool:
    match = held(pk)
    if match.state != MatchState.PUSHED or not match.answers.overdue().exists():
        return False
    move(match, MatchState.EXPIRED, by=None, verb="match.expired")
    close_answers(match)
    vacate(match)
    tell_both(match, "match.expired")
    return True
