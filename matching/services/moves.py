"""The one way in which a match changes its state: a conditional UPDATE, and one log row."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from activity.services import record
from capabilities.models import Capability
from matching.models import Match
from matching.states import MATCH_MOVES, MatchState
from opportunities.models import Opportunity
from scenemarket.errors import WrongState

# what a match is when nobody has decided on it
UNDECIDED: dict[str, Any] = {"decided_by": None, "decided_at": None, "exclusion": "", "reason": ""}


@transaction.atomic
def move(match: Match, target: str, *, by: User | None, verb: str, why: str = "", **values: Any) -> Match:
    """Bring `match` to `target` and save `values` with it; `by` None is the platform, `why` goes into the log.

    Raises WrongState, with nothing changed, when the table does not allow it or when somebody else was faster.
    """
    before = match.state
    if target not in MATCH_MOVES.get(before, frozenset()):
        raise WrongState(refusal(match))
    rows = Match.objects.filter(pk=match.pk, state=before)
    if rows.update(state=target, updated_at=Now(), **values) != 1:
        match.refresh_from_db(fields=["state"])
        raise WrongState(refusal(match))
    match.refresh_from_db(fields=["state", "updated_at", *values])
    record(by=by, verb=verb, subject=match, before=before, after=target, reason=why)
    return match


def refusal(match: Match) -> Any:
    """What a person reads who came too late."""
    return _("This pair is “%(state)s” now, so this is not possible; nothing was changed. Reload to see its state.") % {
        "state": MatchState(match.state).label
    }


def held(match_id: int) -> Match:
    """The match with both listings, all locked until the end of the transaction: nobody edits, pauses or answers now.

    The order of locking is the same everywhere: opportunity, capability, match.
    """
    keys = Match.objects.values("opportunity_id", "capability_id").get(pk=match_id)
    opportunity = locked(Opportunity, keys["opportunity_id"])
    capability = locked(Capability, keys["capability_id"])
    match = Match.objects.select_for_update(no_key=True).get(pk=match_id)
    match.opportunity, match.capability = opportunity, capability
    return match


def locked(model: Any, pk: int) -> Any:
    """One listing with its owner, locked until the end of the transaction."""
    return model.objects.select_related("owner").select_for_update(no_key=True, of=("self",)).get(pk=pk)
