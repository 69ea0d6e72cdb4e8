"""What happened to a listing, in words for its history."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "listing.drafted": _("wrote the draft"),
    "listing.edited": _("changed the draft"),
    "listing.revised": _("made a new version"),
    "listing.imported": _("took it over from a list"),
    "listing.submit": _("submitted it for review"),
    "listing.approve": _("approved it"),
    "listing.send_back": _("returned it"),
    "listing.pause": _("paused it"),
    "listing.resume": _("resumed it"),
    "listing.close": _("closed it"),
    "listing.grouped": _("put it into a programme"),
    "listing.ungrouped": _("took it out of a programme"),
    "listing.told_apart": _("said that it is another one than a similar listing"),
    "listing.deleted": _("deleted the draft"),
}


def said(verb: str) -> str:
    """The words of a verb; the verb itself when it is not known here."""
    return str(VERBS.get(verb, verb))
