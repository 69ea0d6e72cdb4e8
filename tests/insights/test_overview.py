"""The leaders' page: who opens it, that each number is the length of its list, and how often it asks the database."""

import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Appointment
from accounts.roles import Office
from codelists.models import Code
from insights import keeping, overview_views
from matching.models import Answer, Match
from matching.services import answers
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import CITY, CapabilityFactory, OpportunityFactory, UserFactory, pushed_match
from tests.queries import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(cast: Cast) -> Client:
    person = UserFactory(email="leader@city.example")
    Appointment.objects.create(user=person, office=Office.LEADER, city=CITY)
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person)
    return client


@pytest.fixture
def happened(cast: Cast, match: Match) -> Match:
    """One pair that was declined, one that waits."""
    Code.objects.get_or_create(list_name="decline_capability", code="terms", name_zh="条件不合适", name_en="Terms")
    answers.decline(match, side="capability", by=cast.counterpart, reason="terms", words="甲方的秘密")
    pushed_match(opportunity=match.opportunity, capability=CapabilityFactory())
    keeping.work()
    return match


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_leader_opens_it_and_works_nowhere_else(leader: Client, happened: Match) -> None:
    page(leader, reverse("overview"))
    for name in ("review", "runs", "log", "registers"):
        assert leader.get(reverse(name)).status_code in (403, 404), name


def test_a_leader_begins_with_it(leader: Client) -> None:
    assert leader.get(reverse("desk")).headers["Location"] == reverse("overview")


def test_each_number_is_the_length_of_its_list(leader: Client, happened: Match) -> None:
    links = re.findall(r'<a[^>]*href="(/overview/list/[^"]+)"[^>]*>(.*?)</a>', page(leader, reverse("overview")), re.S)
    checked = 0
    for address, inner in links:
        words = re.sub(r"<[^>]+>", " ", inner)
        number = re.search(r"(?<![\d.])\d[\d,]*(?![\d.])", words)
        if not number or "departments" in address or "元" in words or "天" in words:
            continue
        listed = leader.get(unescape(address)).context["total"]
        assert listed == int(number[0].replace(",", "")), (address, words)
        checked += 1
    assert checked > 20


def test_a_list_tells_facts_and_no_words(leader: Client, happened: Match) -> None:
    shown = page(leader, f"{reverse('overview-list', args=['answers'])}?outcome=declined")
    assert happened.opportunity.title in shown
    assert "甲方的秘密" not in shown
    assert happened.capability.owner.name not in shown


def test_only_what_may_be_opened_is_a_link(leader: Client) -> None:
    shown, hidden = OpportunityFactory(), OpportunityFactory(visibility="verified")
    keeping.work()
    text = page(leader, reverse("overview-list", args=["opportunities"]))
    assert shown.get_absolute_url() in text
    assert hidden.title in text
    assert hidden.get_absolute_url() not in text


def test_the_address_carries_district_department_and_days(leader: Client, cast: Cast) -> None:
    OpportunityFactory(region="990101", owner=cast.agency), OpportunityFactory(region="990102")
    keeping.work()
    for more in ("district=990101", f"department={cast.agency.public_id}"):
        found = leader.get(f"{reverse('overview')}?{more}")
        assert found.context["panels"][0]["rows"][0]["n"] == 1
        assert more in found.content.decode()
    empty = leader.get(f"{reverse('overview')}?from=2020-01-01&to=2020-02-01")
    assert empty.context["panels"][0]["rows"][0]["n"] == 0


def test_another_city_is_not_for_this_leader(leader: Client) -> None:
    OpportunityFactory(city="990200")
    keeping.work()
    assert leader.get(f"{reverse('overview')}?city=990200").context["asked"].scope.city == CITY


def test_it_asks_as_often_however_much_there_is(leader: Client, cast: Cast, happened: Match) -> None:
    addresses = [
        reverse("overview"),
        *(reverse("overview-list", args=[what]) for what in ("opportunities", "answers", "deals")),
    ]
    few = [asked(leader, address) for address in addresses]
    for _ in range(8):
        answers.decline(pushed_match(opportunity=OpportunityFactory(owner=cast.agency), capability=CapabilityFactory(owner=cast.firm)),
                        side="capability", by=cast.counterpart, reason="terms")  # fmt: skip
    keeping.work()
    assert [asked(leader, address) for address in addresses] == few
    assert few[0] <= 32


def test_a_slow_panel_does_not_hold_the_page(leader: Client, happened: Match, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview_views, "PATIENCE_SECONDS", -1)
    text = page(leader, reverse("overview"))
    assert text.count('hx-trigger="load"') == 6
    part = leader.get(reverse("overview-panel", args=["funnel"]), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "<html" in page(leader, reverse("overview-panel", args=["funnel"]))


@pytest.mark.parametrize("name", ["funnel", "trend", "heat", "replies", "regions", "declined"])
def test_each_panel_has_a_table_or_a_list_of_links(leader: Client, happened: Match, name: str) -> None:
    Answer.objects.filter(side="opportunity").update(state="accepted", answered_at=timezone.now())
    keeping.work()
    text = page(leader, reverse("overview-panel", args=[name]))
    assert "/overview/list/" in text
    assert "<table" in text or "<ul" in text


def test_the_workbook_has_a_sheet_for_each_picture(leader: Client, happened: Match) -> None:
    book = load_workbook(io.BytesIO(leader.get(reverse("overview-sheet")).content))
    assert len(book.sheetnames) == 7
    assert all(str(timezone.localdate().year) in sheet["A2"].value for sheet in book)


def test_no_cell_of_a_workbook_is_a_formula(leader: Client, cast: Cast) -> None:
    Opportunity.objects.filter(pk=OpportunityFactory(owner=cast.agency).pk).update(title="=1+1")
    type(cast.agency).objects.filter(pk=cast.agency.pk).update(short_name="=HYPERLINK()")
    keeping.work()
    answer: Any = leader.get(f"{reverse('overview-list', args=['opportunities'])}?form=xlsx")
    cells = [cell for row in load_workbook(io.BytesIO(answer.content)).active for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=1+1" in [cell.value for cell in cells]


def test_everybody_reads_what_is_public(cast: Cast, happened: Match) -> None:
    found = Client().get(reverse("figures"))
    assert found.status_code == 200
    assert happened.capability.owner.name not in found.content.decode()
    assert Client().get(reverse("figures-list", args=["capabilities"])).status_code == 200


def test_before_the_first_opportunity_there_are_no_figures(db: None) -> None:
    assert Client().get(reverse("figures")).context["nothing"]
