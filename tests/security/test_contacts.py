"""Names and telephones of contacts: unseen before both have agreed, wherever one looks; seen after, and logged."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from activity.letters import deliver_due
from activity.models import Event, Notice
from deals.services import open_due
from matching.models import Match
from matching.services import answers
from matching.services.push import tell_side
from opportunities.models import Opportunity
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
AGENCY, FIRM = ("王联络处", "0571-11112222"), ("李联络科", "0571-33334444")
LISTING = ("张经办员", "0571-55556666")


@pytest.fixture
def pushed(cast: Cast, match: Match) -> Match:
    """A pair before both sides, whose contacts no other text could hold by chance."""
    for organisation, (name, phone) in ((cast.agency, AGENCY), (cast.firm, FIRM)):
        type(organisation).objects.filter(pk=organisation.pk).update(contact_name=name, contact_phone=phone)
    Opportunity.objects.filter(pk=match.opportunity_id).update(contact_name=LISTING[0], contact_phone=LISTING[1])
    return Match.objects.get(pk=match.pk)


def addresses(cast: Cast, match: Match) -> list[str]:
    need, offer, own = (
        match.opportunity.public_id,
        match.capability.public_id,
        (cast.agency.public_id, cast.firm.public_id),
    )
    return [
        "/", "/search/?q=管网", "/opportunities/", "/capabilities/", "/desk/", "/inbox/", "/matches/", "/matches/?tab=agreed", "/deals/", "/mine/",
        f"/opportunities/{need}/", f"/capabilities/{offer}/", f"/matches/{match.public_id}/", f"/why/{need}/{offer}/", f"/why/{need}/",
        *[f"/organisations/{pk}/" for pk in own], *[f"/api/v1/organisations/{pk}/" for pk in own], "/api/v1/organisations/",
        "/opportunities/export/?format=csv", "/capabilities/export/?format=csv", f"/api/v1/opportunities/{need}/", "/api/v1/opportunities/",
        f"/api/v1/capabilities/{offer}/", "/api/v1/matches/", f"/api/v1/matches/{match.public_id}/", "/api/v1/answers/", "/api/v1/inbox/",
        f"/api/v1/why/{need}/{offer}/", "/api/v1/deals/",
    ]  # fmt: skip


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    return body.decode("utf-8-sig", "replace")


def shown(text: str, *contacts: tuple[str, str]) -> list[str]:
    return [word for contact in contacts for word in contact if word in text]


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("stranger", (AGENCY, FIRM, LISTING)), ("nobody", (AGENCY, FIRM, LISTING)), ("counterpart", (AGENCY, LISTING)), ("owner", (FIRM,))],
)  # fmt: skip
def test_nobody_sees_the_other_side_before_both_agree(cast: Cast, pushed: Match, name: str, hidden: Any) -> None:
    answers.accept(pushed, side="opportunity", by=cast.owner)
    client = cast.client(name)
    for address in addresses(cast, pushed):
        assert not shown(read(client, address), *hidden), address


def test_a_stranger_sees_no_contact_after_both_agree(cast: Cast, pushed: Match) -> None:
    deal = agreed(cast, pushed)
    client = cast.client("stranger")
    for address in (*addresses(cast, pushed), f"/deals/{deal}/", f"/api/v1/deals/{deal}/contacts/"):
        assert not shown(read(client, address), AGENCY, FIRM, LISTING), address
    assert client.post(f"/deals/{deal}/contacts/").status_code == 404


def agreed(cast: Cast, match: Match) -> str:
    answers.accept(match, side="opportunity", by=cast.owner)
    answers.accept(match, side="capability", by=cast.counterpart)
    assert open_due() == 1
    return str(cast.client("owner").get("/api/v1/deals/").json()["results"][0]["id"])


def test_letters_and_notices_hold_no_contact(cast: Cast, pushed: Match) -> None:
    for side in ("opportunity", "capability"):
        tell_side(pushed, side, "match.pushed", answer=pushed.answers.get(side=side))
    agreed(cast, pushed)
    deliver_due()
    letters = "".join(f"{m.subject}{m.body}{m.extra_headers}" for m in mail.outbox)
    notices = "".join(f"{n.title}{n.body}{n.params}" for n in Notice.objects.all())
    assert mail.outbox
    assert not shown(letters + notices, AGENCY, FIRM, LISTING)


@pytest.mark.parametrize("name", ["owner", "counterpart"])
def test_both_sides_see_both_contacts_after_both_agree_and_it_is_logged(cast: Cast, pushed: Match, name: str) -> None:
    deal = agreed(cast, pushed)
    page = cast.client(name).post(f"/deals/{deal}/contacts/").content.decode()
    told = read(cast.client(name), f"/api/v1/deals/{deal}/contacts/")
    assert shown(page, LISTING, FIRM) == shown(told, LISTING, FIRM) == [*LISTING, *FIRM]
    assert Event.objects.filter(verb="contacts.revealed", actor_id=cast.user(name).pk).count() == 1


def test_versions_and_the_log_hold_no_contact(cast: Cast, pushed: Match) -> None:
    address = f"/api/v1/opportunities/{pushed.opportunity.public_id}/"
    changed = {"contact_phone": "0571-77778888", "summary": "新的说明"}
    assert cast.client("owner").patch(address, changed, content_type="application/json").status_code == 200
    log = "".join(f"{e.reason}{e.data}{e.subject_title}" for e in Event.objects.all())
    assert "77778888" not in log
    assert "77778888" not in read(cast.client("stranger"), f"/opportunities/{pushed.opportunity.public_id}/")


def test_the_owner_may_choose_to_be_public(cast: Cast, pushed: Match) -> None:
    type(cast.firm).objects.filter(pk=cast.firm.pk).update(contact_public=True)
    assert shown(read(cast.client("stranger"), f"/capabilities/{pushed.capability.public_id}/"), FIRM) == [*FIRM]
