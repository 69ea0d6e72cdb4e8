"""What people write stays text: in pages, letters, headers, file names and tables."""

import csv
import io
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.core import mail
from django.test import Client

from activity.letters import deliver_due
from capabilities.models import Capability
from codelists.models import Code
from deals.services import open_due
from listings import services as listings
from listings.models import Batch
from matching.models import Match
from matching.services import answers
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory, pushed_match

pytestmark = pytest.mark.django_db
MARK = "zxq"
XSS = f"<script>{MARK}(1)</script><img src=x onerror={MARK}(2)>\"'><svg/onload={MARK}(3)>{{{{7*7}}}}</title></textarea>"
RAW = (f"<script>{MARK}", f"<img src=x onerror={MARK}", f"<svg/onload={MARK}", "\"'><svg")


def filled(model: Any) -> dict[str, Any]:
    """The payload in every field that holds text."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if (
            field.name in model.CONTENT
            and field.get_internal_type() in ("CharField", "TextField")
            and not field.choices
        ):
            found[field.name] = XSS[: field.max_length or 4000]
        elif field.name in model.CONTENT and field.get_internal_type() == "ArrayField":
            found[field.name] = [XSS[:60]]
    return found


@pytest.fixture
def poisoned(cast: Cast) -> Match:
    """A pair of listings, organisations and people whose every text is an attack."""
    texts = {"name": XSS[:120], "short_name": XSS[:40], "group": XSS[:120], "summary": XSS, "contact_name": XSS[:60]}
    for organisation in (cast.agency, cast.firm):
        type(organisation).objects.filter(pk=organisation.pk).update(**texts, website="http://x.example/'><script>zxq")
        organisation.titles.create(scheme=XSS[:40], name=XSS[:120])
    for person in (cast.owner, cast.counterpart, cast.reviewer, cast.colleague):
        type(person).objects.filter(pk=person.pk).update(name=XSS[:60])
    Batch.objects.create(kind="opportunity", city="990100", code="P-1", name=XSS[:200], published_on="2026-01-02")
    stated = [{"name": XSS, "expires": None}]
    need = OpportunityFactory(owner=cast.agency, **{**filled(Opportunity), "field": "city"})
    offer = CapabilityFactory(owner=cast.firm, **{**filled(Capability), "field": "city", "stated_titles": stated})
    return pushed_match(opportunity=need, capability=offer, note=XSS[:200])


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def places(match: Match) -> dict[str, list[str]]:
    """Every page that shows texts of people, by who looks."""
    need, offer = match.opportunity, match.capability
    owners = [f"/organisations/{o.public_id}/" for o in (need.owner, offer.owner)]
    public = [
        "/", "/opportunities/", "/capabilities/", "/search/?q=zxq", f"/opportunities/?q={XSS}", f"/search/?q={XSS}", "/batches/",
        f"/opportunities/?owner={need.owner.public_id}", f"/opportunities/{need.public_id}/", f"/capabilities/{offer.public_id}/", *owners,
    ]  # fmt: skip
    side = [
        "/desk/", "/inbox/", "/mine/", "/matches/", "/deals/", f"/matches/{match.public_id}/", f"/matches/{match.public_id}/decline/",
        f"/why/{need.public_id}/{offer.public_id}/", f"/why/{need.public_id}/", "/preferences/",
    ]  # fmt: skip
    own = [
        f"/opportunities/{need.public_id}/edit/",
        f"{owners[0]}edit/",
        f"{owners[0]}team/",
        f"/opportunities/{need.public_id}/close/",
    ]
    desk = [
        "/log/",
        "/registers/organisations/",
        "/review/?state=approved",
        "/review/listings/",
        f"/matches/{match.public_id}/",
        "/runs/",
        "/imports/",
    ]
    return {"nobody": public, "owner": [*side, *own], "counterpart": side, "reviewer": desk}


def test_no_page_runs_what_people_wrote(cast: Cast, poisoned: Match) -> None:
    listings.edit(poisoned.opportunity, by=cast.owner, values={"lead": XSS[:90]})
    Match.objects.filter(pk=poisoned.pk).update(opportunity_version=2)
    answers.accept(poisoned, side="opportunity", by=cast.owner, words=XSS)
    shown = 0
    for name, addresses in places(poisoned).items():
        for address in addresses:
            text = read(cast.client(name), address)
            assert not [raw for raw in RAW if raw in text], f"{name} {address}"
            shown += "&lt;script&gt;zxq" in text or "&lt;script>zxq" in text
    assert shown > 15


def test_what_a_side_and_a_reviewer_write_is_text_too(cast: Cast, match: Match) -> None:
    Code.objects.create(list_name="decline_opportunity", code="other", name_zh=XSS[:60], name_en="x")
    answers.decline(match, side="opportunity", by=cast.owner, reason="other", words=XSS)
    for name in ("owner", "counterpart", "reviewer"):
        for address in (f"/matches/{match.public_id}/", "/inbox/", "/matches/?tab=over"):
            text = read(cast.client(name), address)
            assert not [raw for raw in RAW if raw in text], f"{name} {address}"


def test_a_refusal_shows_the_text_that_was_sent_as_text(cast: Cast) -> None:
    client = cast.client("owner")
    for address, data in (
        ("/opportunities/new/", {"title": XSS * 9, "summary": XSS}),
        ("/organisations/new/", {"uscc": XSS, "name": XSS}),
    ):
        text = client.post(address, data).content.decode()
        assert not [raw for raw in RAW if raw in text], address


def test_no_line_of_a_letter_head_is_made_up(cast: Cast, match: Match) -> None:
    title = "巡检\r\nBcc: thief@else.example\nX-Forged: 1\u2028Y: 2"
    Opportunity.objects.filter(pk=match.opportunity_id).update(title=title)
    type(cast.owner).objects.filter(pk=cast.owner.pk).update(name="甲\nBcc: thief@else.example")
    match.refresh_from_db()
    answers.accept(match, side="opportunity", by=cast.owner)
    answers.accept(match, side="capability", by=cast.counterpart)
    open_due()
    deliver_due()
    assert mail.outbox
    for letter in mail.outbox:
        message = letter.message()
        assert {key for key, _value in message.items()} <= {
            "Content-Type",
            "MIME-Version",
            "Content-Transfer-Encoding",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Subject",
            "From",
            "To",
            "Date",
            "Message-ID",
        }
        assert len(message["Subject"].splitlines()) >= 1
        assert letter.recipients() == letter.to


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|'/c calc'!A1",
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(cast: Cast, form: str) -> None:
    for formula in (*FORMULAS, "\x01\x0b=1"):
        OpportunityFactory(owner=cast.agency, title=formula, summary=formula, lead=formula, technologies=[formula])
    answer = cast.client("stranger").get(f"/opportunities/export/?format={form}")
    cells = list(_cells(b"".join(answer), form))
    assert sum("SUM(A1)" in cell for cell in cells) >= 3
    assert not [cell for cell in cells if cell and cell[0] in "=+-@＝＋－＠\t\r"]


def _cells(body: bytes, form: str) -> Any:
    if form == "csv":
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
            yield from row
        return
    book = openpyxl.load_workbook(io.BytesIO(body))
    for cell in (cell for row in book.active.iter_rows() for cell in row if cell.value is not None):
        assert cell.data_type != "f", cell.coordinate
        # a text that is marked as text is no formula, whatever it begins with
        yield "" if cell.data_type == "s" and cell.quotePrefix else str(cell.value)


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="b.exe',
        "a\r\nX-Forged: 1",
        "../../etc/passwd",
        "清单\u202egpj.exe",
        "a;b\\c",
        "\x01\x02清单",
        "[]:*?/\\",
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_name_of_a_file_is_one_header(cast: Cast, name: str, form: str) -> None:
    batch = Batch.objects.create(kind="opportunity", city="990100", code="N-1", name=name, published_on="2026-01-02")
    answer = cast.client("stranger").get(f"/batches/{batch.public_id}/export/?format={form}")
    assert b"".join(answer)
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert "\n" not in said
    assert "\r" not in said
    assert not any(c in unquote(said) for c in "\u202e\x01")
