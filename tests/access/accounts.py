"""Organisations, teams, preferences."""

from typing import Any

from accounts.models import Title
from activity import unsubscribing
from tests.access.table import Row
from tests.factories import OrganisationFactory, UserFactory


def agency(request: Any) -> list[Any]:
    return [request.getfixturevalue("cast").agency.public_id]


def unverified(request: Any) -> list[Any]:
    return [OrganisationFactory(verified_at=None).public_id]


def title(request: Any) -> list[Any]:
    found = request.getfixturevalue("cast").agency
    return [found.public_id, Title.objects.create(organisation=found, scheme="x", name="样例称号").pk]


def colleague(request: Any) -> list[Any]:
    cast = request.getfixturevalue("cast")
    return [cast.agency.public_id, cast.colleague.public_id]


def nowhere(request: Any) -> list[Any]:
    return [UserFactory.build().public_id]


def letters_end(request: Any) -> list[Any]:
    return [unsubscribing.token(request.getfixturevalue("cast").owner, "listings")]


ROWS = [
    Row("unsubscribe", args=letters_end),
    Row("unsubscribe", args=lambda request: ["nonsense"], owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=404),
    Row("register-organisation", nobody=302),
    Row("check-code", nobody=302),
    Row("organisation", args=agency),
    Row("organisation", args=unverified, owner=404, colleague=404, counterpart=404, stranger=404, nobody=404),
    Row("organisation-edit", args=agency, colleague=403, counterpart=404, stranger=404, reviewer=403, nobody=302),
    Row("organisation-verify", "post", args=unverified, owner=404, colleague=404, counterpart=404, stranger=404, reviewer=302, nobody=302),
    Row("title-new", args=agency, colleague=403, counterpart=404, stranger=404, reviewer=403, nobody=302),
    Row("title-verify", "post", args=title, owner=403, colleague=403, counterpart=404, stranger=404, reviewer=302, nobody=302),
    Row("team", args=agency, counterpart=404, stranger=404, reviewer=403, nobody=302),
    Row("team", "post", args=agency, data={"email": "new@city.example", "role": "editor"}, owner=302, colleague=403,
        counterpart=404, stranger=404, reviewer=403, nobody=302),
    Row("team-member", "post", args=colleague, data={"role": "editor"}, owner=302, colleague=403, counterpart=404,
        stranger=404, reviewer=403, nobody=302),
    Row("preferences", nobody=302),
    Row("invitation-accept", "post", args=nowhere, owner=404, colleague=404, counterpart=404, stranger=404, reviewer=404, nobody=302),
    Row("organisations", owner=404, colleague=404, counterpart=404, stranger=404, nobody=302),
    Row("api-organisations"),
    Row("api-organisation", args=agency),
    Row("api-organisation", args=unverified, owner=404, colleague=404, counterpart=404, stranger=404, nobody=404),
]  # fmt: skip
