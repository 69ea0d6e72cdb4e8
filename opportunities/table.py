"""What an opportunity says, fact by fact."""

from django.utils.translation import gettext_lazy as _

from codelists import names
from listings.table import Column
from opportunities.models import Opportunity
from opportunities.notice import modes, places
from scenemarket import figures
from scenemarket.templatetags.ui import due, state, when


def _list(values: list[str]) -> str:
    return "、".join(values)


def _required(listing: Opportunity) -> str:
    return "；".join([*listing.required_titles, *listing.required_certs])


COLUMNS = (
    Column("owner", _("Organisation"), lambda row: str(row.owner), usual=True),
    Column("field", _("Application field"), lambda row: names.name("field", row.field), usual=True),
    Column("cooperation", _("Cooperation mode"), modes, usual=True),
    Column("region", _("Region"), lambda row: names.name("region", row.region), usual=True),
    Column("budget", _("Budget"), lambda row: figures.money_range(row.budget_min_wan, row.budget_max_wan), figure=True, order="budget", usual=True),
    Column("deadline", _("Deadline"), lambda row: due(row.deadline), order="deadline", usual=True),
    Column("state", _("State"), lambda row: state(row)),
    Column("scene_type", _("Scene type"), lambda row: names.name("scene_type", row.scene_type)),
    Column("industry", _("Industry"), lambda row: names.name("industry", row.industry)),
    Column("technologies", _("Technologies"), lambda row: _list(row.technologies)),
    Column("trl", _("Technology readiness at least"), lambda row: f"TRL {row.min_trl}" if row.min_trl else "", figure=True),
    Column("required", _("Titles and certificates"), _required),
    Column("suppliers", _("Where suppliers may come from"), lambda row: places(row.supplier_regions)),
    Column("number", _("Number"), lambda row: row.number),
    Column("published", _("Published"), lambda row: when(row.published_at), order="newest"),
    Column("summary", _("Summary"), lambda row: row.summary, table=False),
    Column("need", _("Need"), lambda row: row.need, table=False),
    Column("deliverables", _("Deliverables"), lambda row: row.deliverables, table=False),
    Column("site", _("Site"), lambda row: row.site, table=False),
    Column("data", _("Data"), lambda row: row.data_offered, table=False),
    Column("equipment", _("Equipment"), lambda row: row.equipment, table=False),
    Column("source", _("Budget source"), lambda row: row.budget_source, table=False),
)  # fmt: skip
