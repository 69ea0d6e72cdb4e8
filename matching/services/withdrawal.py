"""Take pairs back: a side changed its listing, or the reviewer withdraws a whole run. Whoever was told is told again."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from listings.states import State
from matching.models import Match, MatchQuerySet
from matching.services.moves import UNDECIDED, held, move
from matching.services.push import close_answers, tell_both
from matching.states import BEFORE_AGREED, MatchState
from scenemarket.errors import WrongState

AT_ONCE = 200


def withdraw_fallen(among: MatchQuerySet | None = None) -> int:
    """Sweep: withdraw pairs (all, or some of those given), not yet agreed, of which a side was edited, paused or closed. Returns how many."""
    fallen = (Match.objects.all() if among is None else among).fallen()
    return sum(_withdraw_fallen(pk) for pk in fallen.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _withdraw_fallen(pk: int) -> bool:
    match = held(pk)
    if match.stands or match.state not in BEFORE_AGREED:
        return False
    # no decision stands any more: what was decided was decided on another text
    withdraw_match(match, by=None, why=why_fallen(match), **UNDECIDED)
    return True


def why_fallen(match: Match) -> Any:
    """The sentence that both sides read: which listing, and what became of it."""
    edited = (match.opportunity.version, match.capability.version) != (
        match.opportunity_version,
        match.capability_version,
    )
    if match.opportunity.state == match.capability.state == State.PUBLISHED:
        first = match.opportunity if match.opportunity.version != match.opportunity_version else match.capability
        return _("“%(title)s” was edited and is matched anew.") % {"title": first.title} if edited else ""
    gone = match.opportunity if match.opportunity.state != State.PUBLISHED else match.capability
    sentence = _("“%(title)s” is paused.") if gone.state == State.PAUSED else _("“%(title)s” is not open any more.")
    return sentence % {"title": gone.title}


@transaction.atomic
def withdraw_match(match: Match, *, by: User | None, why: Any, **values: Any) -> Match:
    """Withdraw one pair and, if it had been pushed, close its answers and tell both sides."""
    was_pushed = match.state == MatchState.PUSHED
    move(match, MatchState.WITHDRAWN, by=by, verb="match.withdrawn", why=str(why), **values)
    if was_pushed:
        close_answers(match)
        tell_both(match, "match.withdrawn", reason=str(why))
    return match


def withdraw_pushed(run_id: int, *, by: User, reason: Any) -> int:
    """Withdraw what a run had pushed and what is not yet agreed; this decision holds for these versions."""
    pushed = Match.objects.filter(run=run_id, state=MatchState.PUSHED).order_by("pk").values_list("pk", flat=True)
    return sum(_withdraw_pushed(pk, by, reason) for pk in pushed)


@transaction.atomic
def _withdraw_pushed(pk: int, by: User, reason: Any) -> bool:
    match = held(pk)
    try:
        withdraw_match(match, by=by, why=reason, decided_by=by, decided_at=Now())
    except WrongState:
        return False
    return True
