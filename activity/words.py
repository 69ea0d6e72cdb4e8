"""The log in words. The words of a state are those of the app that owns it; the same English word has one translation."""

from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Any] = {
    "opportunity": _("Opportunity"), "capability": _("Capability"), "match": _("Match"), "run": _("Match run"),
    "deal": _("Deal"), "organisation": _("Organisation"), "batch": _("Batch"), "programme": _("Programme"),
    "import": _("Import"), "code": _("Code"), "user": _("Person"), "saved_search": _("Saved search"),
    "ranker": _("Ranker"), "conversation": _("Conversation"),
}  # fmt: skip
STATES: dict[str, Any] = {
    "draft": _("Draft"), "submitted": _("Awaiting review"), "returned": _("Returned"), "published": _("Open"),
    "paused": _("Paused"), "closed": _("Closed"), "proposed": _("To be reviewed"), "approved": _("Approved"),
    "pushed": _("Pushed"), "agreed": _("Both agreed"), "declined": _("Declined"), "expired": _("Expired"),
    "excluded": _("Excluded"), "withdrawn": _("Withdrawn"), "superseded": _("Superseded"), "waiting": _("Waiting for an answer"),
    "accepted": _("Accepted"), "queued": _("Queued"), "running": _("Running"), "ready": _("Ready for review"),
    "released": _("Released"), "failed": _("Failed"), "connected": _("Connected"), "piloting": _("Piloting"),
    "contracted": _("Contracted"), "landed": _("Landed"), "replicated": _("Replicated"), "stopped": _("Stopped"), "no_ground": _("No ground"), "hidden": _("Message hidden"), "shown": _("Shown"),
    "open": _("Open"), "training": _("In training"), "trained": _("Not better"), "offered": _("Offered"), "active": _("Switched on"), "retired": _("Retired"),
}  # fmt: skip
# kinds that have a page of their own, under a URL of the same name
PAGES = ("opportunity", "capability", "match", "run", "deal", "organisation", "batch", "programme", "import")


def state(code: str) -> Any:
    return STATES.get(code, code)


def kind(code: str) -> Any:
    return KINDS.get(code, code)
