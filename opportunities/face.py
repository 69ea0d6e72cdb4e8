"""How opportunities meet people."""

from django.utils.translation import gettext_lazy as _

from listings.faces import Face
from opportunities.filters import OpportunityFilter
from opportunities.forms import OpportunityForm
from opportunities.notice import notice, row
from opportunities.quality import HINTS
from opportunities.table import COLUMNS

FACE = Face(
    code="opportunity",
    many="opportunities",
    title=_("Opportunities"),
    lead=_("Real needs that government departments and state-owned firms have opened."),
    new_title=_("New opportunity"),
    edit_lead=_("Say what has to be solved, what you offer with it, and how it gets adopted."),
    filters=OpportunityFilter,
    form=OpportunityForm,
    row=row,
    notice=notice,
    hints=HINTS,
    columns=COLUMNS,
    searched=lambda listing: (listing.summary, listing.need),
    words={
        "search": _("Search opportunities"),
        "empty": _("No opportunity fits all of this"),
        "similar": _("Similar opportunities"),
        "own": _("Your capabilities beside this opportunity"),
        "own_empty": _("Publish what you can deliver, and you can answer this opportunity."),
        "other_new": "capability-new",
        "other_label": _("Publish a capability"),
        "answer": _("We can do this"),
        "published_by": _("Published by"),
    },
)
