"""What each verb of the log says; a verb that is not here is shown as it is."""

from typing import Any

from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Any] = {
    "listing.grouped": _("put into a programme"),
    "listing.ungrouped": _("took out of a programme"),
    "batch.changed": _("changed a batch"),
    "match.proposed": _("proposed a match"),
    "match.superseded": _("replaced a match by better ones"),
    "match.alternate": _("moved up a match in place of one that came to nothing"),
    "run.running": _("began to work on a match run"),
    "listing.drafted": _("wrote a draft"), "listing.edited": _("edited"), "listing.revised": _("published a new version"),
    "listing.submit": _("submitted for review"), "listing.approve": _("approved"), "listing.send_back": _("returned"),
    "listing.pause": _("paused"), "listing.resume": _("opened again"), "listing.close": _("closed"),
    "listing.told_apart": _("said that two listings are different"), "listing.deleted": _("deleted the draft"), "listing.imported": _("took over from a list"), "listing.expired": _("ended on its due date"),
    "saved.created": _("saved a search"), "saved.changed": _("changed a saved search"), "saved.deleted": _("deleted a saved search"),
    "import.uploaded": _("uploaded a list"), "import.confirmed": _("confirmed an import"), "import.dropped": _("dropped an import"),
    "import.done": _("finished an import"),
    "batch.created": _("opened a batch"), "batch.published": _("published a batch"), "programme.created": _("opened a programme"),
    "run.started": _("started a match run"), "run.queued": _("started a match run"), "run.ready": _("finished a match run"),
    "run.failed": _("set a match run aside"), "run.again": _("tried a match run again"), "run.released": _("released a match run"),
    "run.withdrawn": _("withdrew a match run"),
    "run.arranged": _("arranged a match run anew"),
    "ranker.queued": _("began training a ranker"), "ranker.trained": _("trained a ranker that is not better"),
    "ranker.offered": _("trained a ranker and offers it"), "ranker.failed": _("set the training of a ranker aside"),
    "ranker.on": _("switched a ranker on"), "ranker.off": _("switched a ranker off"),
    "match.approved": _("approved a match"), "match.excluded": _("excluded a match"), "match.undone": _("took a decision back"),
    "match.noted": _("wrote words to both sides"), "match.pushed": _("pushed a match"), "match.invited": _("invited the other side"),
    "match.applied": _("applied to the other side"), "match.agreed": _("both sides agreed"), "match.declined": _("a match was declined"),
    "match.expired": _("a match expired"), "match.withdrawn": _("withdrew a match"),
    "answer.accepted": _("accepted"), "answer.declined": _("declined"),
    "deal.opened": _("opened a deal"), "deal.piloting": _("began the pilot"), "deal.contracted": _("signed the contract"),
    "deal.landed": _("accepted the result"), "deal.replicated": _("carried it on elsewhere"), "deal.stopped": _("stopped a deal"),
    "contacts.revealed": _("looked at the contact persons"),
    "organisation.registered": _("registered an organisation"), "organisation.edited": _("edited the organisation"),
    "organisation.verified": _("verified an organisation"), "organisation.listed": _("entered an organisation from a list"),
    "title.added": _("entered a title"), "title.verified": _("verified a title"), "team.invited": _("invited a colleague"),
    "team.joined": _("joined the team"), "team.role": _("changed a colleague's role"), "team.removed": _("removed a colleague"),
    "user.preferences": _("changed the own preferences"), "user.appointed": _("made an appointment"),
    "conversation.opened": _("opened a conversation"), "message.withdrawn": _("took a message back"), "message.reported": _("reported a message"),
    "report.no_ground": _("found no ground for a report"), "report.hidden": _("hid a reported message"), "report.closed": _("closed a conversation"),
    "user.calendar": _("changed the address of the own calendar feed"),
    "code.added": _("added a code"), "code.changed": _("changed a code"),
}  # fmt: skip


def say(verb: str) -> Any:
    return VERBS.get(verb, verb)
