"""How capabilities meet people."""

from django.utils.translation import gettext_lazy as _

from capabilities.filters import CapabilityFilter
from capabilities.forms import CapabilityForm
from capabilities.notice import notice, row
from capabilities.quality import HINTS
from capabilities.table import COLUMNS
from listings.faces import Face

FACE = Face(
    code="capability",
    many="capabilities",
    title=_("Capabilities"),
    lead=_("What firms and institutes can deliver, and how far it is proven."),
    new_title=_("New capability"),
    edit_lead=_("Say what you deliver, how ripe it is, where and for how much."),
    filters=CapabilityFilter,
    form=CapabilityForm,
    row=row,
    notice=notice,
    hints=HINTS,
    columns=COLUMNS,
    searched=lambda listing: (listing.summary, listing.scenes, "、".join(listing.technologies)),
    words={
        "search": _("Search capabilities"),
        "empty": _("No capability fits all of this"),
        "open": _("Listed"),
        "similar": _("Similar capabilities"),
        "own": _("Your opportunities beside this capability"),
        "own_empty": _("Publish what has to be solved, and you can invite this organisation."),
        "other_new": "opportunity-new",
        "other_label": _("Publish an opportunity"),
        "answer": _("Invite"),
        "published_by": _("Offered by"),
    },
)
