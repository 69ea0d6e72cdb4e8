"""Deals: opened once, moved with evidence, contacts shown and logged."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from activity.models import Event, Notice
from deals import services
from deals.access import deal_read, deal_write
from deals.models import Deal
from deals.states import EVIDENCE, STAGE_MOVES, Stage
from matching.models import Match
from matching.services import answers
from scenemarket.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(match: Match, cast: Cast) -> Deal:
    answers.accept(match, side="opportunity", by=cast.owner)
    answers.accept(match, side="capability", by=cast.counterpart)
    services.open_due()
    return deal_read(cast.owner, Deal.objects.get().public_id)


def test_it_opens_nothing_before_both_agree(match: Match, cast: Cast) -> None:
    answers.accept(match, side="opportunity", by=cast.owner)
    assert services.open_due() == 0


def test_it_opens_one_deal_and_tells_both(deal: Deal, cast: Cast) -> None:
    assert (services.open_due(), Deal.objects.count(), deal.stage) == (0, 1, Stage.CONNECTED)
    assert {n.recipient for n in Notice.objects.filter(kind="deal.opened")} == {cast.owner, cast.counterpart}
    assert Event.objects.filter(verb="deal.opened", to_state="connected").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_opens_one_deal_when_many_sweep_at_once(match: Match, cast: Cast) -> None:
    answers.accept(match, side="opportunity", by=cast.owner)
    answers.accept(match, side="capability", by=cast.counterpart)
    opened: list[int] = []

    def go() -> None:
        opened.append(services.open_due())
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert (sum(opened), Deal.objects.count(), Notice.objects.filter(kind="deal.opened").count()) == (1, 1, 2)


def test_it_shows_both_contacts_and_logs_each_reader_once_a_day(deal: Deal, cast: Cast) -> None:
    for _ in range(2):
        found = services.contacts(deal, by=cast.owner)
    services.contacts(deal, by=cast.counterpart)
    assert [(c.name, c.phone) for c in found] == [("联络乙", "0000-7654321"), ("联络甲", "0000-1234567")]
    looks = Event.objects.filter(verb="contacts.revealed")
    assert sorted(looks.values_list("actor_id", flat=True)) == sorted([cast.owner.pk, cast.counterpart.pk])


def test_it_walks_to_the_end_with_evidence(deal: Deal, cast: Cast) -> None:
    day = timezone.localdate()
    services.advance(deal, to="piloting", by=cast.owner, evidence={"words": "完成试点报告"})
    services.advance(deal, to="contracted", by=cast.counterpart, evidence={
        "contract_number": "HT-1", "amount_wan": Decimal("86.5"), "day": day,
    })  # fmt: skip
    services.advance(deal, to="landed", by=cast.owner, evidence={"words": "验收通过", "day": day})
    services.advance(deal, to="replicated", by=cast.owner, evidence={"words": "在新桥区使用", "months_in_use": 6})
    steps = Event.objects.about("deal", deal.public_id).filter(from_state__gt="").order_by("pk")
    assert [e.to_state for e in steps] == ["piloting", "contracted", "landed", "replicated"]
    assert deal.evidence.count() == 4


@pytest.mark.parametrize("stage", [s for s in EVIDENCE if s != Stage.STOPPED])
def test_it_takes_no_step_without_its_evidence(deal: Deal, cast: Cast, stage: str) -> None:
    Deal.objects.filter(pk=deal.pk).update(stage=next(s for s, to in STAGE_MOVES.items() if stage in to))
    deal.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        services.advance(deal, to=stage, by=cast.owner, evidence={})
    assert set(refused.value.faults) == set(EVIDENCE[stage])


@pytest.mark.parametrize("fault", [{"day": "tomorrow"}, {"amount_wan": Decimal(0)}, {"amount_wan": "viel"}])
def test_it_takes_no_impossible_evidence(deal: Deal, cast: Cast, fault: dict) -> None:
    services.advance(deal, to="piloting", by=cast.owner, evidence={"words": "试点"})
    good = {"contract_number": "HT-1", "amount_wan": Decimal("86.5"), "day": timezone.localdate()}
    wrong = {k: timezone.localdate() + timedelta(days=1) if v == "tomorrow" else v for k, v in fault.items()}
    with pytest.raises(Invalid) as refused:
        services.advance(deal, to="contracted", by=cast.owner, evidence={**good, **wrong})
    assert set(refused.value.faults) == set(fault)
    assert deal.stage == Stage.PILOTING


def test_it_skips_no_step(deal: Deal, cast: Cast) -> None:
    with pytest.raises(WrongState):
        services.advance(deal, to="landed", by=cast.owner, evidence={"words": "x", "day": timezone.localdate()})


def test_it_stops_with_a_reason_and_stays_stopped(deal: Deal, cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.stop(deal, by=cast.owner, words="")
    services.stop(deal, by=cast.owner, words="预算取消")
    assert (deal.stage, deal.stopped_from) == (Stage.STOPPED, Stage.CONNECTED)
    with pytest.raises(WrongState):
        services.advance(deal, to="piloting", by=cast.owner, evidence={"words": "试点"})


@pytest.mark.parametrize(("name", "refusal"), [
    ("colleague", NotAllowed), ("reviewer", NotAllowed), ("stranger", NotFound), ("nobody", NotFound),
])  # fmt: skip
def test_it_is_moved_by_the_two_sides_only(deal: Deal, cast: Cast, name: str, refusal: type) -> None:
    with pytest.raises(refusal):
        deal_write(cast.user(name), deal.public_id)


def test_it_is_found_over_the_api(deal: Deal, cast: Cast) -> None:
    address = f"/api/v1/deals/{deal.public_id}/"
    assert [cast.client(n).get(address).status_code for n in ("owner", "counterpart", "reviewer", "stranger")] == [
        200,
        200,
        200,
        404,
    ]
    step = cast.client("owner").post(
        f"{address}step/", {"to": "piloting", "words": "试点报告"}, content_type="application/json"
    )
    assert step.json()["stage"] == "piloting"
    assert len(cast.client("counterpart").get(f"{address}contacts/").json()) == 2
