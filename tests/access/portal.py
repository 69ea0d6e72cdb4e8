"""What everybody may open."""

from tests.access.table import Row

ROWS = [
    Row("home"),
    Row("healthz"),
    Row("readyz", owner=503, colleague=503, counterpart=503, stranger=503, reviewer=503, nobody=503),  # no beat in a test
    Row("look", "post", data={"theme": "dark"}, owner=302, colleague=302, counterpart=302, stranger=302, reviewer=302, nobody=302),
    Row("styleguide", owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=404),
]  # fmt: skip
ROWS += [Row("search"), Row("search-suggest", data={"q": "漏水"}), Row("privacy"), Row("accessibility")]
ROWS += [
    Row("help"),
    Row("help-matching"),
    Row("api-guide"),
    Row("help-page", args=lambda request: ["review"]),
    Row("help-seen", "post", args=lambda request: ["review"], owner=302, colleague=302, counterpart=302, stranger=302, reviewer=302, nobody=302),
]  # fmt: skip
