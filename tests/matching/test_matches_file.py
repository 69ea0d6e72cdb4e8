"""The own suggestions and deals as a table to keep."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from listings.models import Visibility
from matching.models import Match
from opportunities.models import Opportunity
from tests.conftest import Cast
from tests.factories import deal_of, pushed_match

pytestmark = pytest.mark.django_db


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_it_keeps_what_the_list_shows(cast: Cast, match: Match) -> None:
    pushed_match(capability=match.capability)
    address = reverse("matches-file") + f"?form=csv&listing={match.opportunity.public_id}"
    rows = table(cast.client("owner").get(address))
    assert len(rows) == 2
    assert match.capability.title in rows[1]
    assert table(cast.client("stranger").get(reverse("matches-file") + "?form=csv"))[1:] == []


def test_it_names_nobody_in_a_file_who_is_not_named_on_the_page(cast: Cast, match: Match) -> None:
    Opportunity.objects.update(visibility=Visibility.VERIFIED)
    answer = cast.client("counterpart").get(reverse("matches-file") + "?form=csv")
    assert str(cast.agency) not in answer.content.decode("utf-8-sig")


def test_it_disarms_formulas(cast: Cast, match: Match) -> None:
    Opportunity.objects.update(title="=HYPERLINK(1)")
    sheet = load_workbook(io.BytesIO(cast.client("owner").get(reverse("matches-file")).content)).active
    cell = sheet["B2"]
    assert cell.data_type == "s"
    assert cell.value == "'=HYPERLINK(1)"


def test_it_keeps_the_deals_of_the_own_side(cast: Cast, match: Match) -> None:
    deal_of(match)
    address = reverse("deals-file") + "?form=csv"
    assert len(table(cast.client("owner").get(address))) == 2
    assert len(table(cast.client("stranger").get(address))) == 1
