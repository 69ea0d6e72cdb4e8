"""The lives of a run, a match and an answer as tables. What is not listed is refused with a sentence."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    READY = "ready", _("Ready for review")
    RELEASED = "released", _("Released")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    FAILED = "failed", _("Failed")


class MatchState(models.TextChoices):
    PROPOSED = "proposed", _("To be reviewed")
    APPROVED = "approved", _("Approved")
    PUSHED = "pushed", _("Pushed")
    AGREED = "agreed", _("Both agreed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    EXCLUDED = "excluded", _("Excluded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")


class AnswerState(models.TextChoices):
    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")


class Side(models.TextChoices):
    OPPORTUNITY = "opportunity", _("Opportunity")
    CAPABILITY = "capability", _("Capability")


class Origin(models.TextChoices):
    ENGINE = "engine", _("Suggested by the engine")
    AGENCY = "agency", _("Invited by the opportunity's side")
    FIRM = "firm", _("Applied for by the capability's side")
    REVIEWER = "reviewer", _("Put together by the reviewer")


class RunOrigin(models.TextChoices):
    SWEEP = "sweep", _("Nightly")
    REVIEWER = "reviewer", _("By a reviewer")
    INCREMENT = "increment", _("After an edit")


class Step(models.TextChoices):
    FREEZE = "freeze", _("Freezing both lists")
    BUILD = "build", _("Measuring both lists")
    SCORE = "score", _("Scoring a range")
    MERGE = "merge", _("Merging and ranking")
    WRITE = "write", _("Writing a range")
    PROPOSE = "propose", _("Putting forward")
    INCREMENT = "increment", _("Matching one listing")


class RankerState(models.TextChoices):
    TRAINING = "training", _("In training")
    TRAINED = "trained", _("Not better")
    OFFERED = "offered", _("Offered")
    ACTIVE = "active", _("Switched on")
    RETIRED = "retired", _("Retired")
    FAILED = "failed", _("Failed")


# what is due when all steps of a kind are done; the other steps write those that come after them
AFTER: dict[str, Step] = {Step.SCORE: Step.MERGE, Step.WRITE: Step.PROPOSE}
RUN_MOVES: dict[str, frozenset[str]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.FAILED}),
    RunState.RUNNING: frozenset({RunState.READY, RunState.FAILED}),
    RunState.READY: frozenset({RunState.RELEASED}),
    RunState.RELEASED: frozenset({RunState.WITHDRAWN}),
    # a person tries again
    RunState.FAILED: frozenset({RunState.RUNNING}),
}
M = MatchState
# what the review queue shows and counts
IN_REVIEW = [MatchState.PROPOSED, MatchState.APPROVED, MatchState.EXCLUDED]
BEFORE_AGREED = frozenset({M.PROPOSED, M.APPROVED, M.PUSHED})
MATCH_MOVES: dict[str, frozenset[str]] = {
    # straight to pushed when one side invites or applies
    M.PROPOSED: frozenset({M.APPROVED, M.EXCLUDED, M.PUSHED, M.WITHDRAWN, M.SUPERSEDED}),
    # back to proposed is the reviewer's undo, until release
    M.APPROVED: frozenset({M.PUSHED, M.PROPOSED, M.WITHDRAWN, M.SUPERSEDED}),
    M.EXCLUDED: frozenset({M.PROPOSED}),
    M.PUSHED: frozenset({M.AGREED, M.DECLINED, M.EXPIRED, M.WITHDRAWN, M.SUPERSEDED}),
    # found again by a later run, or put forward by a person; a person's withdrawal holds until a side says something new
    M.WITHDRAWN: frozenset({M.PROPOSED, M.PUSHED}),
    M.SUPERSEDED: frozenset({M.PROPOSED, M.PUSHED}),
    M.EXPIRED: frozenset({M.PUSHED}),
}
ANSWER_MOVES: dict[str, frozenset[str]] = {
    AnswerState.WAITING: frozenset({AnswerState.ACCEPTED, AnswerState.DECLINED, AnswerState.EXPIRED}),
}
# a later run leaves these as people left them
DECIDED = frozenset({M.APPROVED, M.EXCLUDED, M.PUSHED, M.AGREED, M.DECLINED, M.EXPIRED})


def other(side: str) -> Side:
    """The side across the table."""
    return Side.CAPABILITY if side == Side.OPPORTUNITY else Side.OPPORTUNITY
