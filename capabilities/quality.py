"""What a capability should say so that it is found and believed."""

from django.utils.translation import gettext_lazy as _

from listings.quality import Hint

MATCHING, TRUST = _("affects matching"), _("affects trust")
HINTS = (
    Hint(("summary",), _("The text is shorter than 60 characters; say what it does, for whom, with which result"), MATCHING, "ruler-2", 60, 3),
    Hint(("scenes",), _("Nothing says where it can be used"), MATCHING, "target", 2, 2),
    Hint(("trl",), _("No technology readiness"), MATCHING, "flask", 1, 2),
    Hint(("technologies",), _("No technologies"), MATCHING, "tags", 1, 2),
    Hint(("cases",), _("No cases"), TRUST, "trophy", 1, 2),
    Hint(("service_regions",), _("No service regions"), MATCHING, "map-pin", 1, 2),
    Hint(("price_min_wan", "price_max_wan"), _("No price range"), MATCHING, "coin-yuan", 1, 2),
    Hint(("certs", "stated_titles"), _("No titles or certificates"), TRUST, "certificate"),
    Hint(("test_technical", "test_infrastructure", "test_business", "test_rules"), _("No evidence of tests"), TRUST, "clipboard-list"),
    Hint(("industry",), _("No industry"), MATCHING, "building-factory-2"),
    Hint(("capacity",), _("How many projects at once is not said"), TRUST, "stack-2"),
)  # fmt: skip
