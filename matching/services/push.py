"""Bring a pair before both sides: one answer row and one notice per side, in one transaction with the change of state."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Least, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import May
from accounts.services import members_with
from activity.services import tell
from matching.models import Answer, Match
from matching.services.moves import move
from matching.states import AnswerState, MatchState, Origin, Side, other
from scenemarket.errors import WrongState

FELL = _(
    "One of the two listings was edited, paused or closed meanwhile, so the pair is not put forward; nothing was sent."
)
KIND_OF_ORIGIN: dict[str, str] = {Origin.AGENCY: "match.invited", Origin.FIRM: "match.applied"}


@transaction.atomic
def push(match: Match, *, by: User, verb: str, came_first: str = "", words: str = "", **values: Any) -> Match:
    """Push a match that is `held()`; `came_first` is the side that has already said yes (with its words).

    Raises WrongState when a listing is not published in the version that was scored, or when the match was moved on.
    """
    if not match.stands:
        raise WrongState(FELL)
    move(match, MatchState.PUSHED, by=by, verb=verb, why=words, pushed_at=Now(), **values)
    for side in Side.values:
        accepted = {"by": by, "words": words} if side == came_first else None
        answer = _ask(match, side, accepted)
        if accepted is None:
            tell_side(
                match, side, KIND_OF_ORIGIN.get(match.origin, "match.pushed"), answer=answer, note=words or match.note
            )
    return match


def _ask(match: Match, side: str, accepted: dict[str, Any] | None) -> Answer:
    """The one answer row of this side; a pair that is put forward once more asks again in the same row."""
    answer, _new = Answer.objects.update_or_create(
        match=match,
        side=side,
        defaults={
            "state": AnswerState.ACCEPTED if accepted else AnswerState.WAITING,
            "pushed_at": Now(),
            "due_at": _due(match),
            "reminded_at": None,
            "reason": "",
            "words": "",
            "by": None,
            "answered_at": Now() if accepted else None,
            **(accepted or {}),
        },
    )
    answer.refresh_from_db()
    return answer


def _due(match: Match) -> Any:
    """So many days from now, but not after the day on which the opportunity closes: an answer then would be to nothing."""
    usual, day = Now() + timedelta(days=settings.ANSWER_DAYS), match.opportunity.deadline
    if day is None:
        return usual
    last = timezone.make_aware(datetime.combine(day, time.max))
    return Least(usual, Value(last), output_field=DateTimeField())


def tell_side(
    match: Match, side: str, kind: str, *, answer: Answer | None = None, note: str = "", **params: Any
) -> int:
    """Tell everybody on one side who may answer; once per (match, side, round, kind). Returns how many were told."""
    listing, across = match.listing(side), match.listing(other(side))
    due = timezone.localtime(answer.due_at).date().isoformat() if answer else ""
    return tell(
        members_with(listing.owner, May.ANSWER),
        kind=kind,
        key=f"{kind.removeprefix('match.')}:{match.public_id}:{side}:{match.round}",
        path=match.get_absolute_url(),
        params={
            "match": match.public_id, "side": side, "round": match.round, "title": listing.title,
            "other": across.title, "due": due, "note": note, **params,
        },
        due_at=answer.due_at if answer else None,
    )  # fmt: skip


def tell_both(match: Match, kind: str, **params: Any) -> None:
    """Tell both sides the same."""
    for side in Side.values:
        tell_side(match, side, kind, **params)


def close_answers(match: Match) -> None:
    """Nothing is asked any more."""
    match.answers.filter(state=AnswerState.WAITING).update(state=AnswerState.EXPIRED)
