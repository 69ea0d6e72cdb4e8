"""What people are told about matches and runs, and what is checked once more at the moment of sending."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from activity.kinds import Kind, always, register
from matching.models import Match
from matching.states import AnswerState, MatchState, Origin


def still_waiting(notice: Any) -> str:
    """Why this suggestion may not go out any more, or "": pair pushed, both listings as they were, answer still open."""
    match = (
        Match.objects.select_related("opportunity__owner", "capability__owner")
        .filter(public_id=notice.params["match"])
        .first()
    )
    if match is None or match.round != notice.params["round"]:
        return "the suggestion is not there any more"
    if match.state != MatchState.PUSHED:
        return f"the suggestion is {match.state} meanwhile"
    if not match.stands:
        return "a listing was edited, paused or closed meanwhile"
    side = notice.params["side"]
    if match.origin in (Origin.ENGINE, Origin.REVIEWER) and not match.listing(side).owner.suggestions_on:
        return "the receiver switched suggestions off"
    if not match.answers.filter(side=side, state=AnswerState.WAITING).exists():
        return "this side has answered already"
    return ""


KINDS = (
    Kind(
        "match.pushed",
        title=_("A suggestion for “%(title)s”"),
        body=_("“%(other)s” may fit “%(title)s”. Read why, and answer by %(due)s. %(note)s"),
        action=_("Read and answer"),
        withhold=still_waiting,
    ),
    Kind(
        "match.invited",
        title=_("You are invited to “%(other)s”"),
        body=_("The side of “%(other)s” invites “%(title)s”. Please answer by %(due)s. %(note)s"),
        action=_("Read and answer"),
        withhold=still_waiting,
    ),
    Kind(
        "match.applied",
        title=_("“%(other)s” applies for “%(title)s”"),
        body=_("The side of “%(other)s” would like to take on “%(title)s”. Please answer by %(due)s. %(note)s"),
        action=_("Read and answer"),
        withhold=still_waiting,
    ),
    Kind(
        "match.reminder",
        title=_("Please answer by %(due)s: %(title)s"),
        body=_("The suggestion “%(other)s” for “%(title)s” still waits for your answer."),
        action=_("Read and answer"),
        withhold=still_waiting,
    ),
    Kind(
        "match.declined",
        title=_("Not this time: %(other)s"),
        body=_(
            "The side of “%(other)s” has decided against going on with “%(title)s” for now. Other suggestions stay open."
        ),
        action=_("Open it"),
        withhold=always,
    ),
    Kind(
        "match.expired",
        title=_("No answer in time: %(title)s"),
        body=_("The suggestion “%(other)s” for “%(title)s” was not answered by both sides in time and is closed."),
        action=_("Open it"),
        withhold=always,
    ),
    Kind(
        "match.withdrawn",
        title=_("Withdrawn: a suggestion for “%(title)s”"),
        body=_("The suggestion “%(other)s” for “%(title)s” was withdrawn: %(reason)s You need not do anything."),
        action=_("Open it"),
        withhold=always,
    ),
    Kind(
        "run.ready",
        title=_("Matching run %(run)s is ready"),
        body=_("%(n)s pairs wait for your review."),
        action=_("Review them"),
        withhold=always,
    ),
    Kind(
        "run.failed",
        title=_("Matching run %(run)s has failed"),
        body=_("%(reason)s"),
        action=_("Open it"),
        withhold=always,
    ),
    Kind(
        "ranker.offered",
        title=_("Ranker %(ranker)s is on offer"),
        body=_(
            "Learned from %(n)s opportunities, it ranks better than the fixed weights. See its figures, and switch it on if you wish."
        ),
        action=_("See its figures"),
        withhold=always,
    ),
)


def register_kinds() -> None:
    """Called once when Django starts."""
    for kind in KINDS:
        register(kind)
