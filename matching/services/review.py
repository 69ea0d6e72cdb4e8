"""What a reviewer decides on a proposed pair. A decision holds against every later run, and can be undone until release."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_can
from accounts.roles import May
from activity.services import record
from codelists.models import Code, List
from matching.models import Match, MatchQuerySet
from matching.services.moves import UNDECIDED, move, refusal
from matching.services.vacancies import take_back, vacate
from matching.states import MatchState
from scenemarket.errors import Invalid, NotAllowed, WrongState

LONGEST_NOTE = 200
LeftOut = tuple[Match, Any]


@transaction.atomic
def approve(match: Match, *, by: User, note: str = "") -> Match:
    """Let the pair go out with the next release; nobody does so for the own side. Raises NotAllowed, WrongState."""
    _check_may(match, by)
    if {match.opportunity.owner_id, match.capability.owner_id} & set(by.organisation_ids):
        raise NotAllowed(
            _("You belong to one of the two sides, so another reviewer has to approve this pair; nothing was changed.")
        )
    words = _plain_note(note) or match.note
    decision: dict[str, Any] = {**UNDECIDED, "decided_by": by, "decided_at": Now(), "note": words}
    return move(match, MatchState.APPROVED, by=by, verb="match.approved", why=note, **decision)


@transaction.atomic
def exclude(match: Match, *, by: User, exclusion: str, reason: str = "") -> Match:
    """Keep the pair from ever being proposed again; `exclusion` is a code of that list. Raises Invalid without one."""
    _check_may(match, by)
    check_reason(List.EXCLUSION, exclusion, reason)
    decision = {"decided_by": by, "decided_at": Now(), "exclusion": exclusion, "reason": reason}
    excluded = move(match, MatchState.EXCLUDED, by=by, verb="match.excluded", why=reason or exclusion, **decision)
    vacate(excluded)
    return excluded


@transaction.atomic
def undo(match: Match, *, by: User) -> Match:
    """Take the own or a colleague's decision back; raises WrongState once the pair was released."""
    _check_may(match, by)
    if match.state not in (MatchState.APPROVED, MatchState.EXCLUDED):
        raise WrongState(refusal(match))
    take_back(match)
    return move(match, MatchState.PROPOSED, by=by, verb="match.undone", **UNDECIDED)


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
    return _many(matches, lambda match: approve(match, by=by), leave_out=_conflict)


def exclude_many(matches: MatchQuerySet, *, by: User, exclusion: str, reason: str = "") -> tuple[int, list[LeftOut]]:
    """Exclude what can be excluded, all for the same reason."""
    check_reason(List.EXCLUSION, exclusion, reason)
    return _many(matches, lambda match: exclude(match, by=by, exclusion=exclusion, reason=reason))


@transaction.atomic
def _many(
    matches: MatchQuerySet, decide: Callable[[Match], Match], leave_out: Callable[[Match], Any] = lambda match: ""
) -> tuple[int, list[LeftOut]]:
    done, left_out = 0, []
    # in the order in which runs lock them, so that neither waits for the other
    for match in sorted(matches.select_related("opportunity__owner", "capability__owner"), key=lambda match: match.pk):
        if sentence := leave_out(match):
            left_out.append((match, sentence))
            continue
        try:
            decide(match)
            done += 1
        except (NotAllowed, WrongState) as refused:
            left_out.append((match, refused.sentence))
    return done, sorted(left_out, key=lambda told: (-told[0].score, told[0].pk))


def _conflict(match: Match) -> Any:
    if not match.conflict:
        return ""
    return _("Both sides belong to “%(group)s”; please decide on this pair by itself.") % {
        "group": match.opportunity.owner.group
    }


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
