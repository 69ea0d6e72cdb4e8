"""Deals in the browser: list, steps with evidence, contacts, stopping."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activity.models import Event
from deals.models import Deal
from deals.states import Stage
from matching.models import Match
from tests.conftest import Cast
from tests.factories import CapabilityFactory, OpportunityFactory, deal_of, pushed_match
from tests.queries import stays_constant

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(match: Match) -> Deal:
    return deal_of(match)


def advance(cast: Cast, deal: Deal, data: dict[str, Any]) -> Any:
    return cast.client("owner").post(reverse("deal-advance", args=[deal.public_id]), data)


def test_it_takes_a_step_with_its_evidence(cast: Cast, deal: Deal) -> None:
    file = SimpleUploadedFile("report.txt", b"ok")
    assert advance(cast, deal, {"words": "试点完成", "file": file}).status_code == 302
    deal.refresh_from_db()
    assert deal.stage == Stage.PILOTING
    got = cast.client("counterpart").get(reverse("deal-file", args=[deal.public_id, Stage.PILOTING]))
    assert b"".join(got.streaming_content) == b"ok"


def test_it_shows_the_form_again_when_evidence_is_missing(cast: Cast, deal: Deal) -> None:
    answer = advance(cast, deal, {"words": ""})
    assert answer.status_code == 422
    assert "words" in answer.context["form"].errors


def test_it_puts_what_the_service_refuses_at_its_field(cast: Cast, deal: Deal) -> None:
    Deal.objects.update(stage=Stage.PILOTING)
    answer = advance(cast, deal, {"contract_number": "X-1", "amount_wan": "0", "day": "2020-01-01"})
    assert answer.status_code == 422
    assert "amount_wan" in answer.context["form"].errors


def test_it_shows_contacts_on_request_and_logs_it(cast: Cast, deal: Deal) -> None:
    address = reverse("deal", args=[deal.public_id])
    assert cast.firm.contact_name not in cast.client("owner").get(address).content.decode()
    shown = cast.client("owner").post(reverse("deal-contacts", args=[deal.public_id])).content.decode()
    assert cast.firm.contact_phone in shown
    assert Event.objects.get(verb="contacts.revealed").actor_id == cast.owner.pk


def test_it_stops_with_words(cast: Cast, deal: Deal) -> None:
    address, client = reverse("deal-stop", args=[deal.public_id]), cast.client("counterpart")
    assert client.post(address, {"words": ""}).status_code == 422
    client.post(address, {"words": "场地不再开放"})
    deal.refresh_from_db()
    assert (deal.stage, deal.stopped_from) == (Stage.STOPPED, Stage.CONNECTED)


def test_it_asks_a_constant_number_of_questions(cast: Cast, match: Match) -> None:
    def more(n: int) -> None:
        for _ in range(n):
            deal_of(pushed_match(opportunity=match.opportunity, capability=CapabilityFactory()))

    few, many = stays_constant(cast.client("owner"), reverse("deals"), more)
    assert few == many


def test_it_shows_reviewers_the_deals_of_their_own_city(cast: Cast) -> None:
    here = pushed_match(capability=CapabilityFactory())
    there = pushed_match(opportunity=OpportunityFactory(city="990200"), capability=CapabilityFactory())
    for match in (here, there):
        deal_of(match)
    shown = cast.client("reviewer").get(reverse("deals")).context
    assert [row["deal"].match for row in shown["rows"]] == [here]
    assert shown["tabs"][0]["count"] == 1
