"""What a reviewer decides on a proposed pair. A decision holds against every later run, and can be undone until release."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from accounts.services import reviewers
from activity import live
from activity.services import record
from codelists.models import Code, List
from matching.models import Match, MatchQuerySet
from matching.services import interests
from matching.services.moves import UNDECIDED, move, refusal
from matching.services.vacancies import take_back, vacate
from matching.states import MatchState
from scenemarket.errors import Invalid, NotAllowed, WrongState

LONGEST_NOTE = 200
LeftOut = tuple[Match, Any]
UNDOABLE = (MatchState.APPROVED, MatchState.EXCLUDED)


@transaction.atomic
def approve(match: Match, *, by: User, note: str | None = None) -> Match:
    """Let the pair go out with the next release, with these words (None: with those it has).

    Nobody does so for the own side. Raises NotAllowed, WrongState.
    """
    _check_may(match, by)
    if interests.bars(match, by):
        raise NotAllowed(
            _(
                "You are linked to one of the two sides, so another reviewer has to approve this pair; nothing was changed."
            )
        )
    tell_reviewers([match], by)
    return _approve(match, by, note)


def _approve(match: Match, by: User, note: str | None = None) -> Match:
    words = match.note if note is None else _plain_note(note)
    decision: dict[str, Any] = {**UNDECIDED, "decided_by": by, "decided_at": TransactionNow(), "note": words}
    return move(match, MatchState.APPROVED, by=by, verb="match.approved", why=words, **decision)


@transaction.atomic
def exclude(match: Match, *, by: User, exclusion: str, reason: str = "") -> Match:
    """Keep the pair from ever being proposed again; `exclusion` is a code of that list. Raises Invalid without one."""
    _check_may(match, by)
    check_reason(List.EXCLUSION, exclusion, reason)
    tell_reviewers([match], by)
    return _exclude(match, by, exclusion, reason)


def _exclude(match: Match, by: User, exclusion: str, reason: str) -> Match:
    decision = {"decided_by": by, "decided_at": TransactionNow(), "exclusion": exclusion, "reason": reason}
    excluded = move(match, MatchState.EXCLUDED, by=by, verb="match.excluded", why=reason or exclusion, **decision)
    vacate(excluded)
    return excluded


@transaction.atomic
def undo(match: Match, *, by: User) -> Match:
    """Take the own or a colleague's decision back; raises WrongState once the pair was released."""
    _check_may(match, by)
    tell_reviewers([match], by)
    return _undo(match, by)


def _undo(match: Match, by: User) -> Match:
    if match.state not in UNDOABLE:
        raise WrongState(refusal(match))
    take_back(match)
    return move(match, MatchState.PROPOSED, by=by, verb="match.undone", **UNDECIDED)


def last_decision(by: User) -> MatchQuerySet:
    """What this reviewer decided last and can still take back; what was decided at once has one moment."""
    mine = Match.objects.of_cities(by.cities).filter(decided_by=by, state__in=UNDOABLE)
    return mine.filter(decided_at=mine.order_by("-decided_at").values("decided_at")[:1])


def undo_last(*, by: User) -> tuple[list[Match], list[LeftOut]]:
    """Take the own last decision back, one for many at once for all of them.

    Returns the pairs, the best first, and what was left out because it was released meanwhile, each with its sentence.
    """
    undone: list[Match] = []
    _done, left_out = _many(last_decision(by), by, lambda match: undone.append(_undo(match, by)))
    return sorted(undone, key=lambda match: (-match.score, match.pk)), left_out


def tell_reviewers(matches: Iterable[Match], by: User) -> None:
    """The open queues of the other reviewers of these pairs' cities follow."""
    for city in {match.opportunity.city for match in matches}:
        live.tell("run", people=[one.pk for one in reviewers(city) if one.pk != by.pk])


@transaction.atomic
def write_note(match: Match, *, by: User, note: str) -> Match:
    """Write the words that both sides read with the suggestion; possible until release."""
    _check_may(match, by)
    words = _plain_note(note)
    open_states = (MatchState.PROPOSED, MatchState.APPROVED)
    if Match.objects.filter(pk=match.pk, state__in=open_states).update(note=words, updated_at=Now()) != 1:
        match.refresh_from_db(fields=["state"])
        raise WrongState(refusal(match))
    match.note = words
    record(by=by, verb="match.noted", subject=match, before=match.state, after=match.state, reason=words)
    return match


def approve_many(matches: MatchQuerySet, *, by: User) -> tuple[int, list[LeftOut]]:
    """Approve what can be approved. Returns how many, and (match, sentence) for each that was left out.

    Pairs with a conflict of interest are never approved in bulk: each takes a look of its own.
    """
    links = interests.linked(by)
    return _many(matches, by, lambda match: _approve(match, by), leave_out=lambda match: alone(match, links))


def exclude_many(matches: MatchQuerySet, *, by: User, exclusion: str, reason: str = "") -> tuple[int, list[LeftOut]]:
    """Exclude what can be excluded, all for the same reason."""
    check_reason(List.EXCLUSION, exclusion, reason)
    return _many(matches, by, lambda match: _exclude(match, by, exclusion, reason))


@transaction.atomic
def _many(
    matches: MatchQuerySet,
    by: User,
    decide: Callable[[Match], Any],
    leave_out: Callable[[Match], Any] = lambda match: "",
) -> tuple[int, list[LeftOut]]:
    done: list[Match] = []
    left_out: list[LeftOut] = []
    # in the order in which runs lock them, so that neither waits for the other
    for match in sorted(matches.select_related("opportunity__owner", "capability__owner"), key=lambda match: match.pk):
        if sentence := leave_out(match):
            left_out.append((match, sentence))
            continue
        try:
            _check_may(match, by)
            decide(match)
            done.append(match)
        except (NotAllowed, WrongState) as refused:
            left_out.append((match, refused.sentence))
    tell_reviewers(done, by)
    return len(done), sorted(left_out, key=lambda told: (-told[0].score, told[0].pk))


def alone(match: Match, links: list[int]) -> Any:
    """Why a pair is left out of what is decided for many at once, or ""; `links` are interests.linked()."""
    why = interests.reasons(match, links)
    if not why:
        return ""
    return _("%(why)s Please decide on this pair by itself.") % {"why": " ".join(map(str, why))}


def _check_may(match: Match, by: User) -> None:
    check_can(by, May.REVIEW_MATCHES, city=match.opportunity.city)


def _plain_note(note: str) -> str:
    words = " ".join(note.split())
    if len(words) > LONGEST_NOTE:
        raise Invalid(
            _("The words to both sides are longer than %(n)s characters; nothing was changed.") % {"n": LONGEST_NOTE},
            faults={"note": [_("Please shorten this.")]},
        )
    return words


def check_reason(list_name: str, code: str, words: str) -> None:
    """Raise Invalid unless `code` is valid today in that list; “other” takes words of its own."""
    if not Code.objects.of(list_name).valid().filter(code=code).exists():
        raise Invalid(
            _("Please choose a reason from the list; nothing was changed."), faults={"reason": [_("Choose one.")]}
        )
    if code == "other" and not words.strip():
        raise Invalid(
            _("Please say the reason in your own words; nothing was changed."), faults={"words": [_("Needed.")]}
        )
