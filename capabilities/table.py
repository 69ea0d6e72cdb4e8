"""What a capability says, fact by fact."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from capabilities.models import Capability
from capabilities.notice import places
from codelists import names
from listings.table import Column
from scenemarket import figures
from scenemarket.templatetags.ui import state, when


def _list(values: list[str]) -> str:
    return "、".join(values)


def _price(listing: Capability) -> str:
    return figures.money_range(listing.price_min_wan, listing.price_max_wan, unknown=_now("Price on request"))


def _verified(listing: Capability) -> Any:
    return _("Verified") if listing.owner.is_verified else _("Not verified yet")


COLUMNS = (
    Column("owner", _("Organisation"), lambda row: str(row.owner), usual=True),
    Column("field", _("Application field"), lambda row: names.name("field", row.field), usual=True),
    Column("trl", _("Technology readiness"), lambda row: f"TRL {row.trl}" if row.trl else "", figure=True, order="trl", usual=True),
    Column("region", _("Service regions"), places, usual=True),
    Column("price", _("Price"), _price, figure=True, order="price", usual=True),
    Column("technologies", _("Technologies"), lambda row: _list(row.technologies), usual=True),
    Column("verified", _("Verification"), _verified),
    Column("state", _("State"), lambda row: state(row)),
    Column("category", _("Category"), lambda row: row.category),
    Column("industry", _("Industry"), lambda row: names.name("industry", row.industry)),
    Column("certs", _("Certificates"), lambda row: _list(row.certs)),
    Column("titles", _("Titles"), lambda row: _list([title["name"] for title in row.stated_titles])),
    Column("capacity", _("Projects at once"), lambda row: str(row.capacity or ""), figure=True),
    Column("number", _("Number"), lambda row: row.number),
    Column("published", _("Published"), lambda row: when(row.published_at), order="newest"),
    Column("summary", _("Summary"), lambda row: row.summary, table=False),
    Column("scenes", _("Where it can be used"), lambda row: row.scenes, table=False),
    Column("cases", _("Cases"), lambda row: "\n".join(row.cases), table=False),
    Column("technical", _("Technical test"), lambda row: row.test_technical, table=False),
    Column("infrastructure", _("Infrastructure test"), lambda row: row.test_infrastructure, table=False),
    Column("business", _("Business model test"), lambda row: row.test_business, table=False),
    Column("rules", _("Rules test"), lambda row: row.test_rules, table=False),
)  # fmt: skip
