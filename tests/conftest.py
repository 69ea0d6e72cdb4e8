"""The same people in every test: the owner and a viewing colleague at the agency, the counterpart, a stranger, a reviewer."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from accounts.models import Organisation, User
from accounts.roles import MemberRole
from capabilities.models import Capability
from codelists import names
from matching.models import Match
from opportunities.models import Opportunity
from tests import factories
from tests.sharing import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]


@dataclass
class Cast:
    owner: User
    colleague: User
    counterpart: User
    stranger: User
    reviewer: User
    agency: Organisation
    firm: Organisation
    nobody: Any = None

    NAMES = ("owner", "colleague", "counterpart", "stranger", "reviewer", "nobody")

    def client(self, name: str) -> Client:
        """A browser that is signed in as that member of the cast."""
        client = Client(headers={"accept-language": "zh-hans"})
        person = getattr(self, name)
        if person is not None:
            client.force_login(person)
        return client

    def user(self, name: str) -> Any:
        return getattr(self, name) or AnonymousUser()


@pytest.fixture(autouse=True)
def no_names_of_the_last_test() -> None:
    """A test's rollback takes its code lists away without a word to the process that remembers them."""
    names.forget()


@pytest.fixture(autouse=True)
def not_in_the_language_of_the_last_test() -> None:
    """A page that was asked for leaves its language to whatever comes next in the process."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def by_words_alone(settings: Any) -> None:
    """Where it is not about meaning, no model is loaded and no listing waits for vectors."""
    settings.EMBEDDING = {**settings.EMBEDDING, "EMBEDDING_PROVIDER": "none"}


@pytest.fixture(autouse=True)
def assets_when_asked_for(settings: Any) -> None:
    """Each client of a test is a web process that would read through all assets first, which takes longer than the page."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def by_meaning(settings: Any, by_words_alone: None) -> None:
    """The provider as it is by default."""
    settings.EMBEDDING = {**settings.EMBEDDING, "EMBEDDING_PROVIDER": "local"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """With the database come the hashed assets, which every page names."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def cast(db: None) -> Cast:
    agency, firm = factories.AgencyFactory(), factories.OrganisationFactory()
    return Cast(
        owner=factories.member(agency, email="owner@city.example", name="甲一"),
        colleague=factories.member(agency, MemberRole.VIEWER, email="colleague@city.example", name="甲二"),
        counterpart=factories.member(firm, email="counterpart@firm.example", name="乙一"),
        stranger=factories.member(factories.OrganisationFactory(), email="stranger@else.example", name="丙一"),
        reviewer=factories.reviewer(email="reviewer@city.example", name="丁一"),
        agency=agency,
        firm=firm,
    )


@pytest.fixture
def opportunity(cast: Cast) -> Opportunity:
    return factories.OpportunityFactory(owner=cast.agency)


@pytest.fixture
def capability(cast: Cast) -> Capability:
    return factories.CapabilityFactory(owner=cast.firm)


@pytest.fixture
def match(opportunity: Opportunity, capability: Capability) -> Match:
    return factories.pushed_match(opportunity=opportunity, capability=capability)
