"""Release: what the reviewer approved goes out to both sides. Nothing leaves the platform before."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from accounts.permissions import check_can
from accounts.roles import MEMBER_MAY, May
from activity.services import record
from matching.models import Answer, Match, MatchRun
from matching.services.moves import held
from matching.services.push import push
from matching.services.review import tell_reviewers
from matching.services.withdrawal import withdraw_pushed
from matching.states import MatchState, Origin, RunState, Side
from scenemarket.errors import WrongState

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Outgoing:
    """One approved pair: who would be told on each side, or in `obstacle` the sentence why it stays for now."""

    match: Match
    people: dict[str, list[User]] = field(default_factory=dict)
    obstacle: Any = ""


def preview(city: str, run: MatchRun | None = None) -> list[Outgoing]:
    """What a release would do now, best pairs first; four queries however many pairs."""
    matches = Match.objects.of_cities([city]).filter(state=MatchState.APPROVED).order_by("-score", "pk")
    matches = matches.filter(run=run) if run else matches
    found = list(matches.select_related("opportunity__owner", "capability__owner", "run"))
    people = who_may_answer({m.listing(side).owner_id for m in found for side in Side.values})
    sent = sent_this_week({m.capability.owner_id for m in found})
    return [_outgoing(match, people, sent) for match in found]


def _outgoing(match: Match, people: dict[int, list[User]], sent: dict[int, int]) -> Outgoing:
    obstacle = _obstacle(match, sent)
    if obstacle:
        return Outgoing(match, {}, obstacle)
    firm = match.capability.owner_id
    sent[firm] = sent.get(firm, 0) + 1
    return Outgoing(match, {side: people.get(match.listing(side).owner_id, []) for side in Side.values})


def _obstacle(match: Match, sent: dict[int, int]) -> Any:
    """Why this pair does not go out today: a listing has changed, or a receiver wants no (more) suggestions."""
    if not match.stands:
        return _("A listing was edited, paused or closed since; the pair is matched anew.")
    for side in Side.values:
        if not match.listing(side).owner.suggestions_on:
            return _("%(name)s has switched suggestions off.") % {"name": match.listing(side).owner}
    firm = match.capability.owner
    if sent.get(firm.pk, 0) >= firm.weekly_cap:
        return _("%(name)s wants %(n)s suggestions a week at most and has had them.") % {
            "name": firm,
            "n": firm.weekly_cap,
        }
    return ""


def who_may_answer(organisations: set[int]) -> dict[int, list[User]]:
    """The active members of each of these organisations whose role lets them answer; one query."""
    roles = [role for role, may in MEMBER_MAY.items() if May.ANSWER in may]
    members = Membership.objects.filter(organisation__in=organisations, role__in=roles, user__is_active=True)
    people: dict[int, list[User]] = {}
    for member in members.select_related("user").order_by("pk"):
        people.setdefault(member.organisation_id, []).append(member.user)
    return people


def sent_this_week(organisations: set[int] | None) -> dict[int, int]:
    """How many suggestions each firm (None: every firm) got in the last seven days; what firms asked for themselves is not counted."""
    rows = Answer.objects.filter(
        side=Side.CAPABILITY, pushed_at__gt=Now() - WEEK, match__origin__in=[Origin.ENGINE, Origin.REVIEWER]
    )
    if organisations is not None:
        rows = rows.filter(match__capability__owner__in=organisations)
    counted = rows.values("match__capability__owner").annotate(n=Count("pk"))
    return {row["match__capability__owner"]: row["n"] for row in counted}


def release(*, city: str, by: User, run: MatchRun | None = None) -> int:
    """Push every approved pair of a city (or of one run) that may go out now; returns how many were pushed.

    Each pair is a transaction of its own: whatever is killed, a second release goes on where the first one ended.
    """
    check_can(by, May.REVIEW_MATCHES, city=city)
    outgoing = [o for o in preview(city, run) if not o.obstacle]
    pushed = [o.match for o in outgoing if _push(o.match.pk, by)]
    for released in {m.run for m in pushed if m.run}:
        _mark_released(released, by)
    tell_reviewers(pushed, by)
    return len(pushed)


@transaction.atomic
def _push(pk: int, by: User) -> bool:
    match = held(pk)
    if match.state != MatchState.APPROVED or not match.stands:
        return False
    firm = Organisation.objects.select_for_update(no_key=True).get(pk=match.capability.owner_id)
    if _obstacle(match, {firm.pk: sent_this_week({firm.pk}).get(firm.pk, 0)}):
        return False
    push(match, by=by, verb="match.pushed")
    return True


@transaction.atomic
def _mark_released(run: MatchRun, by: User) -> None:
    rows = MatchRun.objects.filter(pk=run.pk, state=RunState.READY)
    if rows.update(state=RunState.RELEASED, released_at=Now(), released_by=by) == 1:
        record(by=by, verb="run.released", subject=run, before=RunState.READY, after=RunState.RELEASED)


@transaction.atomic
def withdraw(run: MatchRun, *, by: User, reason: str = "") -> int:
    """Take a released run back: what is pushed and not yet agreed is withdrawn, both sides are told (with `reason`).

    Returns how many pairs. Raises WrongState when the run is not released.
    """
    check_can(by, May.REVIEW_MATCHES, city=run.city)
    reason = reason.strip() or str(_("The reviewer has taken this round of suggestions back."))
    if MatchRun.objects.filter(pk=run.pk, state=RunState.RELEASED).update(state=RunState.WITHDRAWN) != 1:
        run.refresh_from_db(fields=["state"])
        raise WrongState(
            _("This run is “%(state)s”, so there is nothing to withdraw; nothing was changed.")
            % {"state": RunState(run.state).label}
        )
    run.state = RunState.WITHDRAWN
    record(by=by, verb="run.withdrawn", subject=run, before=RunState.RELEASED, after=RunState.WITHDRAWN, reason=reason)
    return withdraw_pushed(run.pk, by=by, reason=reason)
